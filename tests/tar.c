#include "tar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512 };

/* Where the fields of a header are. */
enum {
	MODE = 100,
	UID = 108,
	GID = 116,
	SIZE = 124,
	MTIME = 136,
	CHECKSUM = 148,
	TYPE = 156,
	LINK = 157,
	MAGIC = 257,
	MAJOR = 329,
	MINOR = 337,
};

void tar_add_bytes(struct tar *tar, const void *bytes, size_t size)
{
	if (!tar->bytes || tar->size + size > tar->room) {
		tar->room = 2 * (tar->size + size) + BLOCK;
		tar->bytes = realloc(tar->bytes, tar->room);
	}
	if (!tar->bytes)
		abort();
	if (bytes)
		memcpy(tar->bytes + tar->size, bytes, size);
	else
		memset(tar->bytes + tar->size, 0, size);
	tar->size += size;
}

/* Octal digits, or the bytes of the number after a byte 0x80, as GNU tar does. */
static void put(unsigned char *field, size_t size, uint64_t number)
{
	if (number >> (3 * (size - 1)) == 0 && size < 22) {
		snprintf((char *)field, size, "%0*llo", (int)size - 1, (unsigned long long)number);
		return;
	}
	for (size_t i = size; i-- > 0; number >>= 8)
		field[i] = (unsigned char)number;
	field[0] |= 0x80;
}

static void put_text(unsigned char *field, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (length > 0)
		memcpy(field, text, length < 100 ? length : 100);
}

void tar_add_file(struct tar *tar, const struct tar_file *file)
{
	static const char magic[8] = { 'u', 's', 't', 'a', 'r', '\0', '0', '0' };
	unsigned char header[BLOCK] = { 0 };
	const char type = (char)(file->type ? file->type : '0');
	unsigned int sum = 0;

	put_text(header, file->name);
	put(header + MODE, 8, file->mode ? file->mode : type == '5' ? 0755 : 0644);
	put(header + UID, 8, file->uid);
	put(header + GID, 8, file->gid);
	put(header + SIZE, 12, file->claimed ? file->claimed : file->size);
	put(header + MTIME, 12, file->mtime);
	header[TYPE] = (unsigned char)type;
	put_text(header + LINK, file->link);
	memcpy(header + MAGIC, magic, sizeof(magic));
	put(header + MAJOR, 8, file->major);
	put(header + MINOR, 8, file->minor);
	memset(header + CHECKSUM, ' ', 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += header[i];
	snprintf((char *)header + CHECKSUM, 7, "%06o", sum);
	tar_add_bytes(tar, header, BLOCK);
	tar_add_bytes(tar, file->content, file->size);
	tar_add_bytes(tar, NULL, -file->size & (BLOCK - 1));
}

void tar_put_record(struct tar *records, const char *key, const void *value, size_t size)
{
	size_t rest = strlen(key) + size + 3, length = rest;
	char head[300];

	while (length != rest + (size_t)snprintf(head, sizeof(head), "%zu", length))
		length = rest + (size_t)snprintf(head, sizeof(head), "%zu", length);
	snprintf(head, sizeof(head), "%zu %s=", length, key);
	tar_add_bytes(records, head, strlen(head));
	tar_add_bytes(records, value, size);
	tar_add_bytes(records, "\n", 1);
}

void tar_add_records(struct tar *tar, char type, struct tar *records)
{
	tar_add(tar, .name = "record", .type = type, .content = records->bytes,
		.size = records->size);
	free(records->bytes);
	*records = (struct tar){ 0 };
}

void tar_add_record(struct tar *tar, char type, const char *key, const void *value, size_t size)
{
	struct tar records = { 0 };

	tar_put_record(&records, key, value, size);
	tar_add_records(tar, type, &records);
}

void tar_add_end(struct tar *tar)
{
	tar_add_bytes(tar, NULL, 2 * BLOCK);
}
