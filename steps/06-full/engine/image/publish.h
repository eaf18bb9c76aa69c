/*
 * Chapter 6, engine: adding an image to the store, as the last step of import, load, commit and
 * build.
 */
#ifndef STEPS_PUBLISH_H
#define STEPS_PUBLISH_H

#include "image.h"
#include "work.h"

/*
 * Writes a manifest for a configuration and for layers, of which media_type, blob and size count,
 * and keeps it in `work`. Fills `manifest`. Returns 0 or -1.
 */
int publish_manifest(const struct work *work, const struct digest *config,
		     const struct image_layer *layers, size_t count, struct digest *manifest);

/*
 * As publish_image(), with one name, unless an image has that name already: then nothing is
 * published.
 */
int publish_first(const struct work *work, const struct digest *manifest, const char *name);

/*
 * Moves what `work` has kept into the store, and gives the image its names (usual ones). NULL, or a
 * list that is empty: it gets none. Returns 0 or -1.
 */
int publish_image(const struct work *work, const struct digest *manifest, char *const *names);

#endif
