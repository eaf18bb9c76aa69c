/*
 * Chapter 6, engine: the store, the directory in which images and containers lie.
 *
 *     oci-layout, index.json, blobs/    an OCI image layout, which other tools read as it lies
 *     layers/HEX/       a layer, unpacked: HEX is the digest of its tar stream
 *     containers/ID/    a container: its record, and what it has changed
 *     built/HEX         a step that `build` has made, for the next one (build_cache.h)
 *     names/NAME        a symbolic link to the ID of the container with that name
 *     work/NAME/        work in progress, locked by the process that does it (work.h)
 *     lock              locked while names are looked up or changed (store_lock)
 *
 * Nothing in the store is changed in place. A command makes what is new in work/, and moves it to
 * its place while it holds the lock. So a command that is killed leaves only what it made in work/,
 * and perhaps blobs and layers that no image uses: the next command removes both.
 *
 * Source: OCI image specification, image-layout.md.
 */
#ifndef STEPS_STORE_H
#define STEPS_STORE_H

#include <stdbool.h>

#include "digest.h"

#define STORE_BUILT "built"

struct store {
	const char *path;
	bool is_new;	/* store_open() has made it */
	bool userxattr; /* overlayfs reads user.overlay.*: the engine is root of a user namespace */
	int guard;	/* the process that waits for this one: guard.h; 0: none */
	int directory;	/* the store itself, and the directories in it: */
	int blobs, layers, containers, names, work;
};

#define STORE_CLOSED                                                                               \
	{                                                                                          \
		.directory = -1, .blobs = -1, .layers = -1, .containers = -1, .names = -1,         \
		.work = -1                                                                         \
	}

#define autostore __attribute__((cleanup(store_close)))

/*
 * Opens the store at `path`, and makes it if it is not there. Without root, the engine first
 * becomes root of a user namespace (rootless.h). NULL: the directory that the environment variable
 * STEP_STORE names, or /var/lib/step-06; without root, step-06 in the user's XDG_DATA_HOME. Returns
 * 0 or -1.
 */
int store_open(const char *path, struct store *store);
void store_close(struct store *store);

/*
 * Waits for the lock of the store. Shared: no name, blob or layer goes while the caller looks at
 * some. Exclusive: the caller changes them. The lock is held for moments only, never while data is
 * read or written. Returns a descriptor, whose closing releases the lock, or -1.
 */
int store_lock(const struct store *store, bool exclusive);

/* Opens a blob for reading. Returns a descriptor, or -1. */
int store_open_blob(const struct store *store, const struct digest *digest);

/* Opens the directory of a layer. Returns a descriptor, or -1. */
int store_open_layer(const struct store *store, const struct digest *diff_id);

/*
 * Reads a blob of at most 4 MiB whose text is JSON, such as a manifest. Returns the text, which the
 * caller frees; or NULL: it is not there, too large, or its bytes have another digest.
 */
char *store_read_blob(const struct store *store, const struct digest *digest);

/*
 * The same, of an open file. `digest` may have an empty text: then it is filled, and there is
 * nothing to compare with.
 */
char *store_read_text(int fd, struct digest *digest);

/* Writes a file of `size` bytes below `directory`: aside, to the disk, then renamed. Returns 0 or
 * -1. */
int store_write_file(int directory, const char *name, const void *bytes, size_t size);

/*
 * The same of a file that is there already. The old one stays as NAME.new, and is written over the
 * next time: so a disk on which no file can be made is no hindrance. Returns 0 or -1.
 */
int store_rewrite_file(int directory, const char *name, const void *bytes, size_t size);

#endif
