#include "remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "image.h"
#include "sweep.h"
#include "work.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* ---- Users of an image ---- */

/* Fills `user` with the ID of a container that uses the manifest. Returns 1, 0 or -1. */
static int find_user(const struct store *store, const struct digest *manifest,
		     char user[DIGEST_HEX + 1])
{
	int fd = openat(store->containers, ".", DIRECTORY);
	autodir DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	autofree char *use = NULL;

	if (!directory)
		return fail("open %s/containers", store->path);
	for (struct dirent *entry; (entry = file_next(directory));) {
		if (strlen(entry->d_name) != DIGEST_HEX)
			continue;
		free(use);
		if (asprintf(&use, "%s/uses/%s", entry->d_name, digest_hex(manifest)) < 0) {
			use = NULL;
			return fail("asprintf");
		}
		if (faccessat(fd, use, F_OK, 0) == 0) {
			strcpy(user, entry->d_name);
			return 1;
		}
	}
	return errno ? fail("readdir %s/containers", store->path) : 0;
}

static size_t count_names(const struct index *index, const struct digest *manifest)
{
	size_t count = 0;

	for (size_t i = 0; i < index_count(index); i++) {
		struct index_entry entry = index_entry(index, i);

		count += digest_is_same(&entry.manifest, manifest);
	}
	return count;
}

/* ---- Removing ---- */

/* True if `text` is the entry's name in some form, and no ID. */
static bool is_named(const struct index *index, size_t number, const char *text)
{
	const struct index_entry entry = index_entry(index, number);
	size_t by_id;

	if (!entry.name)
		return false;
	if (strspn(text, "0123456789abcdef") != strlen(text) &&
	    strncmp(text, DIGEST_PREFIX, strlen(DIGEST_PREFIX)) != 0)
		return true;
	/* "cafe" may be a name or an ID; a name wins, as in image_find(). */
	return strncmp(entry.name, text, strlen(text)) == 0 && entry.name[strlen(text)] == ':' &&
		image_find(index, text, true, &by_id) == 1;
}

static int refuse(const char *text, const char *user)
{
	return fail_input(
		"%s: the container %.12s uses it: remove that first (step-06 rm %.12s), or "
		"take --force",
		text, user, user);
}

/* Takes the image out of the list. */
static int drop(struct index *index, size_t number, const char *text, bool force)
{
	const struct index_entry entry = index_entry(index, number);
	const struct digest manifest = entry.manifest;
	const bool by_name = is_named(index, number, text);
	const size_t names = count_names(index, &manifest);
	char user[DIGEST_HEX + 1];
	struct image image;
	int used;

	if (by_name && names > 1) {
		printf("Untagged: %s\n", entry.name);
		return index_untag(index, number);
	}
	if (!by_name && names > 1 && !force)
		return fail_input("%s: the image has %zu names: take --force, or remove each name",
				  text, names);
	used = find_user(index->store, &manifest, user);
	if (used < 0 || (used && !force))
		return used < 0 ? -1 : refuse(text, user);
	if (image_read(index->store, &manifest, &image) < 0) {
		if (!force) /* only so can a damaged image go */
			return -1;
		fail_forget();
		image.id = manifest;
	}
	for (size_t i = 0; i < index_count(index); i++) {
		const struct index_entry other = index_entry(index, i);

		if (other.name && digest_is_same(&other.manifest, &manifest))
			printf("Untagged: %s\n", other.name);
	}
	printf("Deleted: %s\n", image.id.text);
	return index_remove(index, &manifest);
}

/*
 * The work is there only for the case that this process is killed: the next command then removes
 * what nothing uses.
 */
static int begin(const struct store *store, struct work *work, int *lock)
{
	if (work_begin(store, NULL, work) < 0) {
		if (errno != ENOSPC && errno != EDQUOT)
			return -1;
		fail_forget(); /* the disk is full: to remove something matters more */
		work_end(work);
	}
	*lock = store_lock(store, true);
	return *lock < 0 ? -1 : 0;
}

int remove_image(const struct store *store, const char *text, bool force)
{
	autowork struct work work = WORK_NONE;
	autofd int lock = -1;
	autoindex struct index index = { 0 };
	size_t number;

	if (begin(store, &work, &lock) < 0 || index_read(store, &index) < 0)
		return -1;
	if (image_find(&index, text, false, &number) < 0)
		return -1;
	if (drop(&index, number, text, force) < 0)
		return -1;
	if (index_write(&index) < 0 || sweep(store, NULL) < 0) {
		work_abandon(&work);
		return -1;
	}
	return fflush(stdout) < 0 ? fail("write what was removed") : 0;
}

int remove_unused(const struct store *store, bool all, uint64_t *bytes)
{
	autowork struct work work = WORK_NONE;
	autofd int lock = -1;
	autoindex struct index index = { 0 };
	char user[DIGEST_HEX + 1];

	if (begin(store, &work, &lock) < 0 || index_read(store, &index) < 0)
		return -1;
	for (size_t i = 0; i < index_count(&index);) {
		const struct index_entry entry = index_entry(&index, i);
		const struct digest manifest = entry.manifest;
		int used = entry.name && !all ? 1 : find_user(store, &manifest, user);

		if (used < 0)
			return -1;
		if (used) {
			i++;
			continue;
		}
		printf("Deleted: %s\n", entry.name ? entry.name : manifest.text);
		index_remove(&index, &manifest);
		i = 0; /* an image may have had several entries */
	}
	if (index_write(&index) == 0 && sweep(store, bytes) == 0)
		return 0;
	work_abandon(&work);
	return -1;
}
