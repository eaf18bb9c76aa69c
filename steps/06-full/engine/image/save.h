/*
 * Chapter 6, engine: images written out as an archive.
 *
 * The archive is an OCI image layout, and has Docker's manifest.json beside it: so Docker, Podman,
 * containerd and skopeo load it, as an archive of either kind. The blobs are those of the store.
 *
 * Source: OCI image specification, image-layout.md; Docker's image specification v1.2.
 */
#ifndef STEPS_SAVE_H
#define STEPS_SAVE_H

#include "index.h"

/*
 * Writes the images that `texts` (names or IDs; ends with NULL) say as a tar archive. Returns 0 or
 * -1.
 */
int save_images(const struct store *store, char *const *texts, int output);

#endif
