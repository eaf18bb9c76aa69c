/*
 * Files: paths that cannot leave a root directory, and small files that are written and read whole.
 */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/*
 * Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed when the program starts, so
 * that no file that is opened later becomes a standard stream. The new descriptors are
 * close-on-exec: the command finds the same ones closed. Returns 0 or -1.
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
 * Opens (O_PATH) the mount point `path` below `root`. Makes missing directories; the last component
 * becomes an empty file if `type` is S_IFREG. Returns a descriptor or -1.
 */
int file_make_in_root(int root, const char *path, mode_t type);

/* True for "." and "..", which every directory has. */
bool file_is_dots(const char *name);

/*
 * Returns the next entry of the directory, without "." and ".."; NULL at the end, with errno 0; or
 * NULL with another errno, and no message: the caller must not take that for the end.
 */
struct dirent *file_next(DIR *directory);

/* True if both describe the same file: inode(7), st_dev and st_ino. */
bool file_is_same(const struct stat *one, const struct stat *other);

/*
 * True if `path`, relative to `directory`, still leads to the file that is open as `fd`, and not to
 * another file that was put in its place. A symbolic link at the end of `path` is not followed.
 */
bool file_is_at(int fd, int directory, const char *path);

/* Makes the file `name` with `text` in it below `directory`. Returns 0 or -1. */
int file_write(int directory, const char *name, const char *text);

/* Makes an empty file in memory, which cannot be executed. Returns a descriptor or -1. */
int file_create_memory(const char *name);

/* Makes a file in memory with `text` in it. Returns a descriptor at its beginning, or -1. */
int file_make_memory(const char *name, const char *text);

/*
 * Reads a file of less than 32 MiB, also one in /proc. Returns its text, which the caller frees, or
 * NULL with errno and no message.
 */
char *file_read(const char *path);

/* As file_read(), for the file `name` below `directory`, and for an open file. */
char *file_read_at(int directory, const char *name);
char *file_read_open(int fd);

/*
 * Fills `path` with the path of the file `name` in the directory of the running program, which need
 * not be the working directory. Returns 0 or -1.
 */
int file_beside_program(const char *name, char *path, size_t size);

#endif
