/*
 * Chapter 6: the container's /etc/passwd and /etc/group, line by line.
 *
 * getpwnam(3) would use the services that nsswitch.conf names, and load their libraries from the
 * container's tree. The files may be hostile: whatever the container has put in their place,
 * reading them neither waits nor takes more memory than a line of LINE_MAX_BYTES.
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
 * Opens a file of the container, whose root is "/". A missing file has no lines. The null device,
 * which is mounted over a file to hide the users, has no lines either. Returns 0, or -1: the path
 * leads to another kind of file, or the file is too large.
 */
int user_file_open(struct user_file *file, const char *path);

/*
 * Reads the next entry, which is valid until the next call. Skips lines that are no entries.
 * Returns 1, 0 at the end, or -1: the file could not be read, or is too large.
 */
int user_file_next(struct user_file *file, struct user_entry *entry);

void user_file_close(struct user_file *file);

#endif
