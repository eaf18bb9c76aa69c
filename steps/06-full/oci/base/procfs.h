/*
 * Chapter 6: writing to the host's /proc, before the container's root is entered. After that, /proc
 * is the container's.
 *
 * Source: proc(5), openat2(2).
 */
#ifndef STEPS_PROCFS_H
#define STEPS_PROCFS_H

/*
 * Writes `text` to a file below /proc, "self/oom_score_adj". The file must be on a procfs, with
 * nothing mounted over it. Otherwise somebody could put another file there: this file would be
 * written, or a label would not be set (CVE-2019-16884). Returns 0 or -1.
 */
int procfs_write(const char *path, const char *text);

#endif
