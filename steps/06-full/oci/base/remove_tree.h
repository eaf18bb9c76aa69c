/*
 * Chapter 6: removing a directory in which a container could write.
 *
 * Source: unlink(2), rename(2), ioctl_iflags(2).
 */
#ifndef STEPS_REMOVE_TREE_H
#define STEPS_REMOVE_TREE_H

/*
 * Removes the directory `name` of the open `directory`, with all that is in it, however deep. No
 * link is followed. Three descriptors are open at most. Returns 0, also if it is not there, or -1.
 */
int remove_tree(int directory, const char *name);

#endif
