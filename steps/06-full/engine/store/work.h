/*
 * Chapter 6, engine: work in progress. A command that adds to the store makes its blobs and layers
 * in a directory of its own, which it keeps locked, and publishes them all at once.
 *
 * The kernel releases the lock when the process ends, however it ends. A directory in work/ that
 * nobody has locked was left by a process that was killed: the next command removes it.
 *
 * Source: flock(2); crash safety by rename(2) and fsync(2).
 */
#ifndef STEPS_WORK_H
#define STEPS_WORK_H

#include "digest.h"
#include "layer.h"
#include "store.h"

struct work {
	const struct store *store; /* NULL: nothing was begun */
	char name[DIGEST_HEX + 1];
	int directory; /* locked; and the directories in it: */
	int blobs, layers, uses;
};

#define WORK_NONE                                                                                  \
	{                                                                                          \
		.directory = -1, .blobs = -1, .layers = -1, .uses = -1                             \
	}

#define autowork __attribute__((cleanup(work_end)))

/*
 * Makes the directory, and locks it. `name`: that of a container, for which nothing is made but the
 * lock; NULL: any. Returns 0 or -1.
 */
int work_begin(const struct store *store, const char *name, struct work *work);

/* Removes the directory, and what was not published. */
void work_end(struct work *work);

/*
 * Leaves the directory there, with no lock, as if this process had been killed: the next command
 * removes it, and what nothing uses.
 */
void work_abandon(struct work *work);

/* True if a process works in work/NAME now. */
bool work_is_alive(const struct store *store, const char *name);

/* ---- Blobs and layers ---- */

/*
 * Opens a new file, for reading and writing. One at a time: what the last one held is lost, unless
 * work_keep_blob() has kept it. Returns a descriptor or -1.
 */
int work_new_blob(const struct work *work);

/* Keeps the file as the blob of that digest. Returns 0 or -1. */
int work_keep_blob(const struct work *work, const struct digest *digest);

/* Writes a blob whole. Fills `digest`. Returns 0 or -1. */
int work_write_blob(const struct work *work, const char *text, struct digest *digest);

/* How layers of this store are unpacked. */
struct layer_use store_layer_use(const struct store *store, const struct layer_limits *limits);

/* Opens a new directory, one at a time, for a layer. Returns a descriptor or -1. */
int work_new_layer(const struct work *work);

/* Keeps the directory as the layer with that digest of its tar stream. Returns 0 or -1. */
int work_keep_layer(const struct work *work, const struct digest *diff_id);

/*
 * Says that this work needs a blob and a layer of the store, if both are there: sweep() leaves them
 * until work_end(). Returns 1; 0: one of them is not there; or -1.
 */
int work_use(const struct work *work, const struct digest *blob, const struct digest *diff_id);

/*
 * Makes a file with the name of the digest in the open directory `uses`, of work or of a container.
 * The caller holds the lock of the store. Returns 0 or -1.
 */
int uses_add(int uses, const struct digest *digest);

/*
 * Writes all that is kept to the disk, so that the index never names what a crash could lose. One
 * syncfs(2) costs less than an fsync(2) for each of a layer's files. Returns 0 or -1.
 */
int work_sync(const struct work *work);

/*
 * After work_sync(), with the exclusive lock: moves the blobs and layers that are kept to their
 * places in the store. Returns 0 or -1.
 */
int work_publish(const struct work *work);

#endif
