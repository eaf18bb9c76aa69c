/*
 * Chapter 6, engine: an image that is in the store: its manifest, its configuration, its layers.
 *
 * The image's ID is the digest of its configuration, as Docker's: the configuration names the
 * layers by the digests of their tar streams, so the ID stands for all that is in the image,
 * however its layers are compressed.
 *
 * Source: OCI image specification, manifest.md and config.md; Docker's "Image Manifest Version 2,
 * Schema 2" and "Image Specification v1.2".
 */
#ifndef STEPS_IMAGE_H
#define STEPS_IMAGE_H

#include <jansson.h>
#include <stdint.h>

#include "digest.h"
#include "index.h"
#include "layer.h"
#include "store.h"
#include "work.h"

#define MEDIA_MANIFEST	      "application/vnd.oci.image.manifest.v1+json"
#define MEDIA_CONFIG	      "application/vnd.oci.image.config.v1+json"
#define MEDIA_LAYER	      "application/vnd.oci.image.layer.v1.tar"
#define MEDIA_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"

struct image_layer {
	struct digest blob, diff_id;
	uint64_t size; /* of the blob */
	const char *media_type;
};

/* The settings that a container of the image begins with. A list ends with NULL; NULL: not said. */
struct image_defaults {
	char **environment;
	char **entrypoint, **command;
	const char *workdir, *user;
	const char *stop_signal;
	json_t *volumes, *ports, *labels; /* objects; NULL: none */
};

struct image {
	struct digest manifest, id;
	struct image_layer *layers; /* the lowest one first */
	size_t layer_count;
	const char *created;	       /* a time as in RFC 3339; NULL: not said */
	const char *architecture, *os; /* "": not said */
	struct image_defaults defaults;
	json_t *manifest_json, *config_json;
};

/*
 * Reads a manifest and the configuration that it names, and checks that they fit one another. The
 * texts and lists in `image` stay as long as the program runs. Returns 0 or -1.
 */
int image_read(const struct store *store, const struct digest *manifest, struct image *image);

/*
 * The same of texts that are not in the store yet. image_read_manifest() fills everything but what
 * the configuration says; image_read_config() the rest. They return 0 or -1.
 */
int image_read_manifest(const char *text, const struct digest *digest, struct image *image);
int image_read_config(const char *text, struct image *image);

/*
 * Finds an image by its name, by its ID or the first characters of that, or by the digest of its
 * manifest, "NAME@sha256:...". Fills the entry's number. When there is none, the message names the
 * nearest name. Returns 1; 0, and no message: if `may_lack`; or -1.
 */
int image_find(const struct index *index, const char *text, bool may_lack, size_t *number);

/*
 * Calls take() for the digest of each blob and layer of the image, until one call fails. Returns 0
 * or -1.
 */
int image_for_each(const struct image *image, int (*take)(const struct digest *digest, void *data),
		   void *data);

/*
 * Finds an image as image_find() does, and reads it. Returns 0 or -1.
 */
int image_get(const struct index *index, const char *text, size_t *number, struct image *image);

/*
 * Marks all blobs and layers of the image in the open directory `uses` (work.h). The caller holds
 * the lock of the store. Returns 0 or -1.
 */
int image_use(const struct image *image, int uses);

/* Marks them as used by `work`, until work_end(). Takes the lock. Returns 0 or -1. */
int image_hold(const struct image *image, const struct work *work);

/* The size of all unpacked layers cannot be told cheaply: this is that of the blobs, in bytes. */
uint64_t image_size(const struct image *image);

/* The media type of a layer with that compression. */
const char *image_layer_type(enum layer_compression compression);

#endif
