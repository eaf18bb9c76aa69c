/*
 * Chapter 6, engine: the directories of an image's layers, for an overlay.
 */
#ifndef STEPS_LOWER_H
#define STEPS_LOWER_H

#include "image.h"
#include "overlay.h"
#include "work.h"

/*
 * Opens the layers, the lowest one first. `work`: layers may be there, made just now; NULL: all are
 * in the store. overlayfs takes no directory twice; of a layer that an image has twice, the upper
 * one hides all of the lower one. Returns 0 or -1; lower_close() follows in both cases.
 */
int lower_open(const struct store *store, const struct work *work, const struct image *image,
	       struct overlay *overlay);

void lower_close(struct overlay *overlay);

/* Opens the files of open layers, read-only. Returns a descriptor or -1. */
int lower_mount(const struct overlay *overlay);

#endif
