/*
 * Chapter 6, engine: the files of images that come from outside, before they are in the store. The
 * images are in a tar archive, as `docker save` or skopeo write it, or in the directory of an OCI
 * image layout.
 *
 * Nothing is believed: the name of a file is only compared, never used as a path.
 */
#ifndef STEPS_PARCEL_H
#define STEPS_PARCEL_H

#include <jansson.h>

#include "digest.h"
#include "layer.h"
#include "work.h"

struct parcel {
	const struct work *work;
	int directory; /* the files, named by numbers; or an image layout */
	json_t *pairs; /* the layers of the store, as load.c needs them */
	json_t *names; /* of an archive: each file's name, and the name in `directory`; or NULL */
};

#define autoparcel __attribute__((cleanup(parcel_close)))

/*
 * Reads an archive, compressed or not, until its end, and keeps its files in the directory of the
 * work. Returns 0 or -1.
 */
int parcel_read(const struct work *work, int input, const struct layer_limits *limits,
		struct parcel *parcel);

/* Takes the open directory of an image layout. */
void parcel_take(const struct work *work, int directory, struct parcel *parcel);

void parcel_close(struct parcel *parcel);

bool parcel_has(const struct parcel *parcel, const char *name);

/* Opens a file by its name in the archive. Returns a descriptor or -1. */
int parcel_open(const struct parcel *parcel, const char *name);

/*
 * Reads a JSON file. `digest`: its bytes must have that; an empty one is filled. Returns the text,
 * which the caller frees, or NULL.
 */
char *parcel_read_text(const struct parcel *parcel, const char *name, struct digest *digest);

/* Keeps a file as a blob of the work, when the caller knows its digest. Returns 0 or -1. */
int parcel_keep(const struct parcel *parcel, const char *name, const struct digest *digest);

#endif
