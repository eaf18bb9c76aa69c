/*
 * Chapter 6, engine: taking names from images, and removing images.
 *
 * Source: docker-rmi(1).
 */
#ifndef STEPS_REMOVE_H
#define STEPS_REMOVE_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

/*
 * Takes the name `text` from an image; with the last one, the image goes. If `text` is an ID, all
 * its names go, which needs `force` if there are several. An image that a container uses stays,
 * unless `force`: then it is without a name, and goes with its last container. Prints "Untagged:"
 * and "Deleted:" lines as Docker. Returns 0 or -1.
 */
int remove_image(const struct store *store, const char *text, bool force);

/*
 * Removes the images without a name that no container uses; `all`: also those with one. Fills
 * `bytes` with what was freed. Returns 0 or -1.
 */
int remove_unused(const struct store *store, bool all, uint64_t *bytes);

#endif
