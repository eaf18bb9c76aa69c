/*
 * Chapter 6, engine: making images: from the tree of a root file system (`import`), and from
 * another image and one more layer (`commit`, `build`).
 *
 * Source: OCI image specification, config.md; docker-import(1), docker-commit(1).
 */
#ifndef STEPS_MAKE_H
#define STEPS_MAKE_H

#include "image.h"
#include "work.h"

/* The part of a new image's configuration that says how its layer was made. */
struct make {
	char *const *changes; /* instructions (change.h), ends with NULL; NULL: none */
	const char *author, *comment;
	bool has_command;	/* a CMD came before the changes, and ENTRYPOINT keeps it */
	const char *created_by; /* the command that made the layer, for `history` */
};

/* The name that Go, and so the specification, has for this machine's processor: "amd64". */
const char *make_architecture(void);

/* Fills `image` with one that has no layers and no settings yet. Returns 0 or -1. */
int make_scratch(struct image *image);

/*
 * Adds a step to an image that is in memory alone: its changes, and `layer`, unless that is NULL.
 * Returns 0 or -1.
 */
int make_step(struct image *image, const struct layer *layer, const struct make *make);

/*
 * Adds a step that was made before: `step` is its entry in the history, with its time; `layer` is
 * NULL if it has none. Returns 0 or -1.
 */
int make_same_step(struct image *image, const json_t *step, const struct image_layer *layer,
		   const struct make *make);

/*
 * Makes a layer of the open upper directory of an overlay, and keeps it in `work`: packed, and
 * unpacked again, as every layer is. `users`: as for layer_pack_of(). Returns 0 or -1.
 */
struct userns;
int make_layer(const struct work *work, int upper, const struct userns *users, struct layer *layer);

/* Writes the image's configuration and manifest, and keeps them in `work`. Returns 0 or -1. */
int make_keep(const struct work *work, struct image *image);

/*
 * Reads a tar archive of a root file system, compressed or not, and keeps an image of this one
 * layer in `work`. Returns 0 or -1.
 */
int make_import(const struct work *work, int input, const struct layer_limits *limits,
		const struct make *make, struct image *image);

#endif
