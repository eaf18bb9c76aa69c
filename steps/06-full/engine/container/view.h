/*
 * Chapter 6, engine: looking at the files of a container from outside.
 */
#ifndef STEPS_VIEW_H
#define STEPS_VIEW_H

#include "overlay.h"
#include "record.h"

/*
 * Opens the root of the container's files, read-only: the layers of its image and, on top, what the
 * container has changed. A container may be running meanwhile. Returns a descriptor or -1.
 */
int view_open(const struct record *record, const struct image *image);

/* Opens the root of the files as they were before the container has changed some. */
int view_open_below(const struct record *record, const struct image *image);

/* Opens the directory with what the container has changed. Returns a descriptor or -1. */
int view_open_upper(const struct record *record);

#endif
