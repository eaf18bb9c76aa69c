/*
 * Chapter 6: the file that a caller wants the pid in (--pid-file).
 *
 * If a container is deleted after a failure, its pid file is removed as well. `start` may have to
 * remove a file that `create` wrote, so the state keeps a note: the file's path, and which file it
 * is. A file that another program has put there since then is not removed.
 *
 * Source: rename(2); st_dev and st_ino in inode(7).
 */
#ifndef STEPS_PID_FILE_H
#define STEPS_PID_FILE_H

#include <sys/types.h>

/* The note's name in the directory of a state. */
#define PID_FILE_NOTE "pid-file"

/*
 * Writes `pid` to the file `path`, which is complete when it appears, and keeps a note of it in
 * `directory`, a state's (-1: no note). Does nothing if `path` is NULL. Returns 0 or -1.
 */
int pid_file_write(int directory, const char *path, pid_t pid);

/* Removes the file that the note in `directory` names, unless another file has its place by now. */
void pid_file_remove(int directory);

#endif
