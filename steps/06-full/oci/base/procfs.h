/*
 * Chapter 6: writing to the host's /proc, for ourselves: before the root is entered, after which
 * what is called /proc is the container's.
 *
 * Source: proc(5), openat2(2).
 */
#ifndef STEPS_PROCFS_H
#define STEPS_PROCFS_H

/*
 * Writes `text` to a file below /proc, "self/oom_score_adj". What is opened must be on a procfs,
 * where nothing is mounted over it: whoever could put another file there would have it written, or
 * keep a label from being set (CVE-2019-16884). Returns 0 or -1.
 */
int procfs_write(const char *path, const char *text);

#endif
