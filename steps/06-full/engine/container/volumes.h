/*
 * Chapter 6, engine: the volumes that an image asks for: directories whose content belongs to the
 * container, but not to its changes: `diff` and `commit` do not see it.
 *
 *     containers/ID/volumes/N    the Nth one; begins with what the image has there
 *
 * Source: OCI image specification, config.md, "Volumes"; Dockerfile reference, VOLUME.
 */
#ifndef STEPS_VOLUMES_H
#define STEPS_VOLUMES_H

#include "config.h"
#include "record.h"

/*
 * Adds a mount for each volume of the image, unless an option mounts something there. Makes the
 * directories that are not there yet. Returns 0 or -1.
 */
int setup_volumes(const struct record *record, const struct image *image, struct config *config);

#endif
