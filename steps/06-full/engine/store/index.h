/*
 * Chapter 6, engine: index.json, the list of the images in the store. An entry has the digest of a
 * manifest and, if the image has a name, the name as an annotation. An image with two names has two
 * entries.
 *
 * A new index.json replaces the old one in one rename(2). So a reader needs no lock.
 *
 * Source: OCI image specification, image-index.md and annotations.md.
 */
#ifndef STEPS_INDEX_H
#define STEPS_INDEX_H

#include <jansson.h>
#include <stdint.h>

#include "digest.h"
#include "store.h"

struct index {
	const struct store *store;
	json_t *root;
};

/* An image in the list. */
struct index_entry {
	const char *name; /* "busybox:latest"; NULL: it has none */
	struct digest manifest;
};

#define autoindex __attribute__((cleanup(index_free)))

/* Reads the list. To change it, take the exclusive lock of the store first. Returns 0 or -1. */
int index_read(const struct store *store, struct index *index);
void index_free(struct index *index);

size_t index_count(const struct index *index);
struct index_entry index_entry(const struct index *index, size_t number);

/* Returns the number of the entry with that name, or index_count(). */
size_t index_find(const struct index *index, const char *name);

/*
 * Gives the image a name, and takes it from the image that has had it. `name` is NULL: adds the
 * image, unless an entry has its manifest. Returns 0 or -1.
 */
int index_add(struct index *index, const char *name, const struct digest *manifest, uint64_t size,
	      const char *media_type);

/* Gives the image of an entry one more name. Returns 0 or -1. */
int index_tag(struct index *index, size_t number, const char *name);

/*
 * Takes the name from an entry. If it was the image's last one, the image stays in the list without
 * a name. Returns 0 or -1.
 */
int index_untag(struct index *index, size_t number);

/* Removes all entries of an image. Returns 0 or -1. */
int index_remove(struct index *index, const struct digest *manifest);

/* Writes the list to the disk, in one step. Returns 0 or -1. */
int index_write(const struct index *index);

#endif
