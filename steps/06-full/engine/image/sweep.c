#include "sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "image.h"
#include "narrate.h"
#include "remove_tree.h"
#include "work.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* Adds to `uses`, an object whose keys are the 64 digits of the digests that are used. */
static int use(json_t *uses, const char *hex)
{
	return json_object_set_new(uses, hex, json_true()) < 0 ? fail_input("sweep: no memory") : 0;
}

/* ---- Looking at each entry of a directory ---- */

typedef int visit(const struct store *store, int directory, const char *name, void *data);

static int for_each(const struct store *store, int fd, visit *look, void *data)
{
	int copy = openat(fd, ".", DIRECTORY);
	autodir DIR *directory = copy < 0 ? NULL : fdopendir(copy);

	if (!directory)
		return fail("open a directory of %s", store->path);
	/* A list of uses that ends too early would let go what is used. */
	for (struct dirent *entry; (entry = file_next(directory));)
		if (*entry->d_name != '.' && look(store, fd, entry->d_name, data) < 0)
			return -1;
	return errno ? fail("readdir of a directory of %s", store->path) : 0;
}

/* ---- What is used ---- */

static int use_digest(const struct digest *digest, void *uses)
{
	return use(uses, digest_hex(digest));
}

/* Returns 0; 1: what an image uses is not known, because something of it is damaged; or -1. */
static int use_images(const struct store *store, json_t *uses)
{
	autoindex struct index index = { 0 };

	if (index_read(store, &index) < 0)
		return -1;
	for (size_t i = 0; i < index_count(&index); i++) {
		const struct index_entry entry = index_entry(&index, i);
		struct image image;

		if (image_read(store, &entry.manifest, &image) < 0) {
			fail_warn("nothing is removed from the store: %s", fail_get()->text);
			fail_forget();
			return 1;
		}
		if (image_for_each(&image, use_digest, uses) < 0)
			return -1;
	}
	return 0;
}

static int use_name(const struct store *store, int directory, const char *name, void *uses)
{
	(void)store;
	(void)directory;
	return use(uses, name);
}

/* A container and work in progress have a directory "uses" with a file for each digest. */
static int use_all_of(const struct store *store, int directory, const char *name, void *uses)
{
	autofd int owner = openat(directory, name, DIRECTORY);
	autofd int list = owner < 0 ? -1 : openat(owner, "uses", DIRECTORY);

	if (list < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : fail("open uses of %s", name);
	return for_each(store, list, use_name, uses);
}

/* ---- Removing ---- */

struct removal {
	const json_t *uses;
	uint64_t bytes;
};

static int remove_unused(const struct store *store, int directory, const char *name, void *data)
{
	struct removal *removal = data;
	struct stat status;

	(void)store;
	if (json_object_get(removal->uses, name))
		return 0;
	narrate("remove %s, which nothing uses", name);
	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode))
		removal->bytes += (uint64_t)status.st_size;
	return remove_tree(directory, name);
}

/* A note of a build is of use while the topmost layer of its step is there. */
static int remove_note(const struct store *store, int directory, const char *name, void *data)
{
	const struct removal *removal = data;
	autofree char *text = file_read_at(directory, name);
	json_t *note = text ? json_loads(text, 0, NULL) : NULL;
	const char *top = json_string_value(json_object_get(note, "top"));
	const bool is_used = note && (!top || json_object_get(removal->uses, top));

	(void)store;
	json_decref(note);
	if (!is_used)
		unlinkat(directory, name, 0);
	return 0;
}

static int remove_notes(const struct store *store, struct removal *removal)
{
	autofd int directory = openat(store->directory, STORE_BUILT, DIRECTORY);

	if (directory < 0)
		return errno == ENOENT ? 0 : fail("open %s of the store", STORE_BUILT);
	return for_each(store, directory, remove_note, removal);
}

static int sweep_with(const struct store *store, json_t *uses, uint64_t *removed)
{
	struct removal removal = { .uses = uses };
	int unknown = use_images(store, uses);

	if (unknown)
		return unknown < 0 ? -1 : 0;
	if (for_each(store, store->containers, use_all_of, uses) < 0)
		return -1;
	if (for_each(store, store->work, use_all_of, uses) < 0)
		return -1;
	if (for_each(store, store->layers, remove_unused, &removal) < 0)
		return -1;
	if (for_each(store, store->blobs, remove_unused, &removal) < 0)
		return -1;
	if (removed)
		*removed = removal.bytes;
	return remove_notes(store, &removal);
}

int sweep(const struct store *store, uint64_t *removed)
{
	json_t *uses = json_object();
	int result;

	if (removed)
		*removed = 0;
	result = uses ? sweep_with(store, uses, removed) : fail_input("sweep: no memory");

	json_decref(uses);
	return result;
}

/* ---- Leftovers ---- */

static int find_leftover(const struct store *store, int directory, const char *name, void *found)
{
	(void)directory;
	*(bool *)found = *(bool *)found || !work_is_alive(store, name);
	return 0;
}

/*
 * A container whose process was killed stays, unless it was to be removed at its end, or was not
 * yet made or half removed.
 */
static bool has_to_go(int container)
{
	return faccessat(container, "remove", F_OK, 0) == 0 ||
		faccessat(container, "record.json", F_OK, 0) < 0;
}

/* Removes a name that leads to the container `id`. */
static int drop_name(const struct store *store, int directory, const char *name, void *id)
{
	char owner[DIGEST_HEX + 1] = "";

	(void)store;
	if (readlinkat(directory, name, owner, DIGEST_HEX) == DIGEST_HEX && strcmp(owner, id) == 0)
		unlinkat(directory, name, 0);
	return 0;
}

static int remove_container(const struct store *store, const char *id)
{
	narrate("remove the container %s", id);
	if (for_each(store, store->names, drop_name, (void *)id) < 0)
		return -1;
	return remove_tree(store->containers, id);
}

static int remove_leftover(const struct store *store, int directory, const char *name, void *data)
{
	autofd int container = openat(store->containers, name, DIRECTORY);

	(void)data;
	if (work_is_alive(store, name))
		return 0;
	narrate("remove work/%s, which a command that was killed has left", name);
	if (container >= 0 && has_to_go(container) && remove_container(store, name) < 0)
		return -1;
	return remove_tree(directory, name);
}

int sweep_leftovers(const struct store *store)
{
	autofd int lock = -1;
	bool found = false;

	if (for_each(store, store->work, find_leftover, &found) < 0)
		return -1;
	if (!found)
		return 0;
	lock = store_lock(store, true);
	if (lock < 0 || for_each(store, store->work, remove_leftover, NULL) < 0)
		return -1;
	return sweep(store, NULL);
}
