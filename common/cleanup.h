/*
 * Release by scope: a variable that is marked with one of these attributes releases what it holds
 * when it goes out of scope, on every way out of the function. A descriptor that is not open is -1,
 * a pointer that owns nothing is NULL. errno stays as it was.
 *
 * Source: GCC manual, "Common Variable Attributes", cleanup.
 */
#ifndef COMMON_CLEANUP_H
#define COMMON_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define autofd	 __attribute__((cleanup(cleanup_fd)))
#define autofree __attribute__((cleanup(cleanup_memory)))
#define autodir	 __attribute__((cleanup(cleanup_dir)))
#define autofile __attribute__((cleanup(cleanup_file)))

static inline void cleanup_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

/* Returns the descriptor and leaves -1 in its place: the caller closes what it gets. */
static inline int cleanup_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline void cleanup_memory(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_dir(DIR **dir)
{
	int saved = errno;

	if (*dir)
		closedir(*dir);
	errno = saved;
}

static inline void cleanup_file(FILE **file)
{
	int saved = errno;

	if (*file)
		fclose(*file);
	errno = saved;
}

#endif
