/*
 * Chapter 6, engine: directories of a layer, opened without leaving the layer.
 *
 * Source: openat2(2), RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_XDEV.
 */
#ifndef STEPS_BENEATH_H
#define STEPS_BENEATH_H

/*
 * Opens the directory `path` below `root`, if neither a symbolic link nor another mount is on the
 * way. "" is the root itself. Returns a descriptor, or -1 with errno and no message.
 */
int beneath_open(int root, const char *path);

#endif
