/*
 * Writes tar archives in memory, byte by byte, so that they can be hostile: tar(1) refuses to write
 * what a test of its readers needs.
 */
#ifndef TESTS_TAR_H
#define TESTS_TAR_H

#include <stddef.h>
#include <stdint.h>

struct tar {
	unsigned char *bytes; /* the test frees them */
	size_t size, room;
};

/* One entry. What is zero is left at a sound value. */
struct tar_file {
	const char *name; /* its first 100 bytes */
	char type;	  /* '0': a file */
	const char *link;
	const void *content;
	size_t size;
	uint64_t claimed;  /* the size in the header; 0: the true one */
	unsigned int mode; /* 0: 0644, of a directory 0755 */
	uint64_t uid, gid, mtime;
	uint32_t major, minor;
};

void tar_add_file(struct tar *tar, const struct tar_file *file);
#define tar_add(tar, ...) tar_add_file(tar, &(const struct tar_file){ __VA_ARGS__ })

/* Adds a pax header with one record, for the next entry ('x') or for all ('g'). */
void tar_add_record(struct tar *tar, char type, const char *key, const void *value, size_t size);

/* The same with several records: tar_put_record() collects them, tar_add_records() frees them. */
void tar_put_record(struct tar *records, const char *key, const void *value, size_t size);
void tar_add_records(struct tar *tar, char type, struct tar *records);

/* Adds bytes as they are. NULL: zeros. */
void tar_add_bytes(struct tar *tar, const void *bytes, size_t size);

/* Adds the end of the archive. */
void tar_add_end(struct tar *tar);

#endif
