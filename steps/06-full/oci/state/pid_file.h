/*
 * Chapter 6: the file that a caller wants the pid in (--pid-file).
 *
 * A container that is deleted after a failure takes its file with it. `start` does so for a file
 * that `create` wrote, so the state keeps a note: where the file is, and which one it is. What
 * somebody else has put there since is not removed.
 *
 * Source: rename(2); st_dev and st_ino in inode(7).
 */
#ifndef STEPS_PID_FILE_H
#define STEPS_PID_FILE_H

#include <sys/types.h>

/* The note's name in the directory of a state. */
#define PID_FILE_NOTE "pid-file"

/*
 * Writes `pid` to the file `path`, which is complete when it appears; no note is kept where
 * `directory`, a state's, is -1. Nothing is done where `path` is NULL. Returns 0 or -1.
 */
int pid_file_write(int directory, const char *path, pid_t pid);

/* Removes the file that the note in `directory` tells of, unless it is another one by now. */
void pid_file_remove(int directory);

#endif
