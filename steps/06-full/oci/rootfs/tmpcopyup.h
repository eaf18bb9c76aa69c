/*
 * Chapter 6: a new file system that begins with what it covers (tmpcopyup).
 */
#ifndef STEPS_TMPCOPYUP_H
#define STEPS_TMPCOPYUP_H

/*
 * Copies what is in the directory `path` below `root`, if it is there, to `mount`, an empty file
 * system that is attached nowhere yet: files, directories and links, with their owners, modes and
 * times, and the directory's own. Returns 0 or -1.
 */
int tmpcopyup(int root, const char *path, int mount);

#endif
