/*
 * Chapter 6: the container's /etc/passwd and /etc/group, line by line.
 *
 * getpwnam(3) would ask whatever nsswitch.conf names, and load libraries of the container's tree to
 * do so. The files may be hostile: whatever is in their place, to read them neither waits nor takes
 * more memory than a line of LINE_MAX_BYTES.
 *
 * Source: passwd(5), group(5), null(4).
 */
#ifndef STEPS_USER_FILE_H
#define STEPS_USER_FILE_H

#include <stdint.h>
#include <stdio.h>

struct user_file {
	const char *path;
	FILE *stream; /* NULL: the file has no lines */
	char *line;
};

/* A line "name:password:number:..." */
struct user_entry {
	char *name;
	uint32_t number;
	char *rest; /* passwd: "gid:comment:home:shell"; group: "member,member" */
};

/* Closes the file at the end of the scope. */
#define autouserfile __attribute__((cleanup(user_file_close)))

/*
 * Opens a file of the container, whose root is "/". A missing one has no lines, and neither has
 * the null device, which is mounted over the file to hide the users. Returns 0, or -1: it is
 * something else than a regular file, or too large.
 */
int user_file_open(struct user_file *file, const char *path);

/*
 * Reads the next entry, valid until the next call. Lines that are none are left out. Returns 1, 0
 * at the end, or -1: the file could not be read, or is too large.
 */
int user_file_next(struct user_file *file, struct user_entry *entry);

void user_file_close(struct user_file *file);

#endif
