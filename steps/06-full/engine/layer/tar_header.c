#include "tar_header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "fail.h"

/* POSIX's ustar header. */
struct block {
	char name[100];
	char mode[8], uid[8], gid[8];
	char size[12], mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[8];
	char uname[32], gname[32];
	char devmajor[8], devminor[8];
	char prefix[155], rest[12];
};

_Static_assert(sizeof(struct block) == 512, "a tar header has 512 bytes");

/* Octal digits and a NUL fill a field. Returns false, with zeros in it, if the number is too large.
 */
static bool put_number(char *field, size_t size, intmax_t number)
{
	const bool fits = number >= 0 && number >> (3 * (size - 1)) == 0;

	for (size_t i = size - 1; i-- > 0;) {
		field[i] = (char)('0' + (fits ? number & 7 : 0));
		number >>= 3;
	}
	return fits;
}

/* Returns false if the text is cut off. A NUL is needed only in a field that is not full. */
static bool put_text(char *field, size_t size, const char *text)
{
	size_t length = strlen(text);

	memcpy(field, text, length < size ? length : size);
	return length <= size;
}

static void put_checksum(struct block *block)
{
	const unsigned char *bytes = (const unsigned char *)block;
	unsigned int sum = 0;

	memset(block->checksum, ' ', sizeof(block->checksum));
	for (size_t i = 0; i < sizeof(*block); i++)
		sum += bytes[i];
	put_number(block->checksum, 7, sum);
}

/* "LENGTH KEY=VALUE\n": the length counts its own digits. */
static void put_record(FILE *records, const char *key, const void *value, size_t size)
{
	size_t rest = strlen(key) + size + 3, length = rest + 1;

	while (length != rest + (size_t)snprintf(NULL, 0, "%zu", length))
		length = rest + (size_t)snprintf(NULL, 0, "%zu", length);
	fprintf(records, "%zu %s=", length, key);
	fwrite(value, 1, size, records);
	fputc('\n', records);
}

static void put_text_record(FILE *records, const char *key, const char *text)
{
	put_record(records, key, text, strlen(text));
}

static void put_number_record(FILE *records, const char *key, intmax_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIdMAX, number);
	put_text_record(records, key, text);
}

/* A time before 1970 is a negative number as a whole: -1.5 is half a second before -1. */
static void put_time_record(FILE *records, const struct timespec *time)
{
	intmax_t seconds = time->tv_sec;
	long nanoseconds = time->tv_nsec;
	const bool is_before = seconds < 0 && nanoseconds > 0;
	char text[64];

	if (is_before) {
		seconds++;
		nanoseconds = 1000000000 - nanoseconds;
	}
	snprintf(text, sizeof(text), "%s%" PRIdMAX ".%09ld", is_before && seconds == 0 ? "-" : "",
		 seconds, nanoseconds);
	put_text_record(records, "mtime", text);
}

static void put_xattr_records(FILE *records, const struct xattrs *xattrs)
{
	char key[16 + 256];

	for (size_t i = 0; i < xattrs->count; i++) {
		snprintf(key, sizeof(key), "SCHILY.xattr.%s", xattrs->list[i].name);
		put_record(records, key, xattrs->list[i].value, xattrs->list[i].size);
	}
}

/*
 * The header has another name, as GNU tar's has: a program that does not know sparse files must not
 * take the map for the file's content.
 */
static void put_sparse_records(struct block *block, FILE *records, const struct tar_entry *entry)
{
	put_text(block->name, sizeof(block->name), "GNUSparseFile.0");
	put_text_record(records, "GNU.sparse.major", "1");
	put_text_record(records, "GNU.sparse.minor", "0");
	put_text_record(records, "GNU.sparse.name", entry->path);
	put_number_record(records, "GNU.sparse.realsize", entry->size);
}

/* The map stands before the data: numbers, one a line, padded to a block. */
static void put_map(FILE *map, const struct sparse_map *sparse)
{
	static const char zeros[512];
	long size;

	fprintf(map, "%zu\n", sparse->count);
	for (size_t i = 0; i < sparse->count; i++)
		fprintf(map, "%jd\n%jd\n", (intmax_t)sparse->extents[i].offset,
			(intmax_t)sparse->extents[i].length);
	size = ftell(map);
	fwrite(zeros, 1, (size_t)(-size & 511), map);
}

/* Fills the header, and writes a record for each thing that does not fit there. */
static void put_fields(struct block *block, FILE *records, const struct tar_entry *entry,
		       off_t stored)
{
	const struct stat *status = entry->status;
	const bool is_device = entry->type == TAR_CHARACTER || entry->type == TAR_BLOCK;

	block->type = entry->type;
	memcpy(block->magic,
	       "ustar\0"
	       "00",
	       sizeof(block->magic));
	if (entry->sparse)
		put_sparse_records(block, records, entry);
	else if (!put_text(block->name, sizeof(block->name), entry->path))
		put_text_record(records, "path", entry->path);
	if (entry->link && !put_text(block->link, sizeof(block->link), entry->link))
		put_text_record(records, "linkpath", entry->link);
	put_number(block->mode, sizeof(block->mode), status->st_mode & 07777);
	if (!put_number(block->uid, sizeof(block->uid), status->st_uid))
		put_number_record(records, "uid", status->st_uid);
	if (!put_number(block->gid, sizeof(block->gid), status->st_gid))
		put_number_record(records, "gid", status->st_gid);
	if (!put_number(block->size, sizeof(block->size), stored))
		put_number_record(records, "size", stored);
	if (!put_number(block->mtime, sizeof(block->mtime), status->st_mtim.tv_sec) ||
	    status->st_mtim.tv_nsec != 0)
		put_time_record(records, &status->st_mtim);
	put_number(block->devmajor, sizeof(block->devmajor),
		   is_device ? major(status->st_rdev) : 0);
	put_number(block->devminor, sizeof(block->devminor),
		   is_device ? minor(status->st_rdev) : 0);
	put_checksum(block);
}

/* Writes the entry of type "x" with the records. */
static int write_records(struct output_stream *stream, const char *records, size_t size)
{
	static const struct stat status = { .st_mode = 0644 };
	const struct tar_entry extended = {
		.type = TAR_EXTENDED,
		.path = "PaxHeader",
		.status = &status,
	};
	struct block block = { 0 };

	put_fields(&block, NULL, &extended, (off_t)size);
	if (output_stream_write(stream, &block, sizeof(block)) < 0 ||
	    output_stream_write(stream, records, size) < 0)
		return -1;
	return output_stream_pad(stream, (off_t)size);
}

static int write_entry(struct output_stream *stream, const struct tar_entry *entry, const char *map,
		       size_t map_size)
{
	const off_t stored = entry->sparse ? entry->sparse->stored + (off_t)map_size : entry->size;
	struct block block = { 0 };
	autofree char *text = NULL;
	size_t size = 0;
	FILE *records = open_memstream(&text, &size);

	if (!records)
		return fail("open_memstream");
	put_fields(&block, records, entry, stored);
	if (entry->xattrs)
		put_xattr_records(records, entry->xattrs);
	if (fclose(records) != 0)
		return fail("records of %s", entry->path);
	if (size > 0 && write_records(stream, text, size) < 0)
		return -1;
	if (output_stream_write(stream, &block, sizeof(block)) < 0)
		return -1;
	return output_stream_write(stream, map, map_size);
}

int tar_header_write(struct output_stream *stream, const struct tar_entry *entry)
{
	autofree char *text = NULL;
	size_t size = 0;
	FILE *map;

	if (!entry->sparse)
		return write_entry(stream, entry, "", 0);
	map = open_memstream(&text, &size);
	if (!map)
		return fail("open_memstream");
	put_map(map, entry->sparse);
	if (fclose(map) != 0)
		return fail("the map of %s", entry->path);
	return write_entry(stream, entry, text, size);
}

int tar_header_write_end(struct output_stream *stream)
{
	static const char zeros[2 * sizeof(struct block)];

	return output_stream_write(stream, zeros, sizeof(zeros));
}
