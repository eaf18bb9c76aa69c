/*
 * Files: paths that cannot leave a root directory, and small files written and read at once.
 */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <sys/types.h>

/*
 * Makes sure that descriptors 0, 1 and 2 are taken, so that nothing that is opened later can be
 * mistaken for standard input, output or error. The placeholders are close-on-exec: a command
 * whose caller closed them finds them closed. Returns 0 or -1.
 */
int file_reserve_standard(void);

/* Opens (O_PATH) the directory `path`. Returns a descriptor or -1. */
int file_open_directory(const char *path);

/*
 * Opens `path` below the directory `root` as if `root` were "/": neither ".." nor a symbolic link
 * leads out of it. `flags` as in open(2), O_CLOEXEC is added. Returns a descriptor, or -1 with
 * errno and no message, for callers to which a missing file is no failure.
 *
 * Source: openat2(2), RESOLVE_IN_ROOT.
 */
int file_open_in_root(int root, const char *path, int flags);

/*
 * Opens (O_PATH) the place `path` below `root` to mount on, and makes what is missing: the
 * directories, and, where `type` is S_IFREG, an empty file at the end of them. Returns a
 * descriptor or -1.
 */
int file_make_in_root(int root, const char *path, mode_t type);

/* Makes the file `name` with `text` in it below `directory`. Returns 0 or -1. */
int file_write(int directory, const char *name, const char *text);

/*
 * Reads a file of less than 32 MiB, such as one in /proc. Returns its text, which the caller frees,
 * or NULL with errno and no message.
 */
char *file_read(const char *path);

/* The same for the file `name` below `directory`. */
char *file_read_at(int directory, const char *name);

/*
 * The path of `name` in the directory of the running program itself, not in the working directory.
 * Returns 0 and fills `path`, or -1.
 */
int file_beside_program(const char *name, char *path, size_t size);

#endif
