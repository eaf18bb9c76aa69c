/*
 * Chapter 6, engine: images from an archive or from an image layout, into the store.
 *
 * Source: OCI image specification, image-layout.md; Docker's image specification v1.2, "Combined
 * Image JSON + Filesystem Changeset Format" (manifest.json); containerd's annotations of names.
 */
#ifndef STEPS_LOAD_H
#define STEPS_LOAD_H

#include "parcel.h"

/*
 * Puts all images of the parcel into the store, and prints a line for each. `name` is used instead
 * of the names that the parcel says; "": none; NULL: those are used. Returns 0 or -1.
 */
int load_images(const struct parcel *parcel, const struct layer_use *use, const char *name,
		bool quiet);

#endif
