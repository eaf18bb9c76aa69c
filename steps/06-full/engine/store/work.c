#include "work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "process_stat.h"
#include "remove_tree.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* The name of a blob or layer that is not kept yet. */
#define PART "part"

/* ---- Beginning and ending ---- */

/*
 * "GUARD-RANDOM". GUARD is the process that waits for this one (guard.h), 0: none. If it is gone,
 * this one is about to end.
 */
static int choose_name(struct work *work)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) < 0)
		return fail("getrandom");
	snprintf(work->name, sizeof(work->name), "%d-%016" PRIx64, work->store->guard, random);
	return 0;
}

static int make_directory(const struct work *work, const char *name)
{
	int fd;

	if (mkdirat(work->directory, name, 0700) < 0)
		return fail("mkdir work/%s/%s in %s", work->name, name, work->store->path);
	fd = openat(work->directory, name, DIRECTORY);
	return fd < 0 ? fail("open work/%s/%s in %s", work->name, name, work->store->path) : fd;
}

/*
 * Another command could find the directory before it is locked here, and remove it. That command
 * holds the exclusive lock while it removes, so a shared one is held here.
 */
static int make_locked(struct work *work)
{
	const struct store *store = work->store;
	autofd int lock = store_lock(store, false);

	if (lock < 0)
		return -1;
	if (mkdirat(store->work, work->name, 0700) < 0)
		return fail("mkdir %s/work/%s", store->path, work->name);
	work->directory = openat(store->work, work->name, DIRECTORY);
	if (work->directory < 0) {
		fail("open %s/work/%s", store->path, work->name);
		unlinkat(store->work, work->name, AT_REMOVEDIR);
		return -1;
	}
	/* Another command may look for a moment whether the lock is free. */
	if (flock(work->directory, LOCK_EX) < 0)
		return fail("flock %s/work/%s", store->path, work->name);
	return 0;
}

int work_begin(const struct store *store, const char *name, struct work *work)
{
	work->store = store;
	if (name)
		snprintf(work->name, sizeof(work->name), "%s", name);
	else if (choose_name(work) < 0)
		return -1;
	if (make_locked(work) < 0)
		return -1;
	if (name)
		return 0;
	work->blobs = make_directory(work, "blobs");
	if (work->blobs < 0)
		return -1;
	work->layers = make_directory(work, "layers");
	if (work->layers < 0)
		return -1;
	work->uses = make_directory(work, "uses");
	return work->uses < 0 ? -1 : 0;
}

void work_end(struct work *work)
{
	if (work->store && work->directory >= 0)
		remove_tree(work->store->work, work->name);
	work_abandon(work);
}

void work_abandon(struct work *work)
{
	const struct work none = WORK_NONE;

	cleanup_fd(&work->uses);
	cleanup_fd(&work->layers);
	cleanup_fd(&work->blobs);
	cleanup_fd(&work->directory);
	*work = none;
}

/* True if the process that waits for the work has been killed. */
static bool has_lost_guard(const char *name)
{
	pid_t pid = strchr(name, '-') ? atoi(name) : 0;
	struct process_stat guard;
	int gone;

	if (pid <= 0)
		return false;
	gone = process_stat_read(pid, &guard);
	if (gone < 0)
		fail_forget();
	return gone == 1 || (gone == 0 && guard.flags & PROCESS_EXITING);
}

bool work_is_alive(const struct store *store, const char *name)
{
	autofd int fd = openat(store->work, name, DIRECTORY);

	if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0)
		return false;
	/* The kernel is killing the process. It holds the lock until it has ended. */
	return !has_lost_guard(name) || flock(fd, LOCK_SH) < 0;
}

/* ---- Blobs ---- */

int work_new_blob(const struct work *work)
{
	int fd = openat(work->blobs, PART, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0644);

	return fd < 0 ? fail("open a new blob in %s", work->store->path) : fd;
}

int work_keep_blob(const struct work *work, const struct digest *digest)
{
	if (renameat(work->blobs, PART, work->blobs, digest_hex(digest)) < 0)
		return fail("rename the blob %s", digest->text);
	return 0;
}

int work_write_blob(const struct work *work, const char *text, struct digest *digest)
{
	*digest = digest_of(text, strlen(text));
	return file_write(work->blobs, digest_hex(digest), text);
}

/* ---- Layers ---- */

struct layer_use store_layer_use(const struct store *store, const struct layer_limits *limits)
{
	return (struct layer_use){
		.limits = *limits,
		.userxattr = store->userxattr,
		.skip_devices = store->userxattr, /* only the machine's root may make them */
	};
}

int work_new_layer(const struct work *work)
{
	int fd;

	if (remove_tree(work->layers, PART) < 0)
		return -1;
	if (mkdirat(work->layers, PART, 0755) < 0)
		return fail("mkdir a new layer in %s", work->store->path);
	fd = openat(work->layers, PART, DIRECTORY);
	return fd < 0 ? fail("open a new layer in %s", work->store->path) : fd;
}

int work_keep_layer(const struct work *work, const struct digest *diff_id)
{
	const char *name = digest_hex(diff_id);

	if (renameat2(work->layers, PART, work->layers, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EEXIST) /* two layers of the image may be the same */
		return fail("rename the layer %s", diff_id->text);
	return remove_tree(work->layers, PART);
}

int uses_add(int uses, const struct digest *digest)
{
	int fd = openat(uses, digest_hex(digest), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail("open a mark of use in the store");
	close(fd);
	return 0;
}

int work_use(const struct work *work, const struct digest *blob, const struct digest *diff_id)
{
	const struct store *store = work->store;
	autofd int lock = store_lock(store, false);

	if (lock < 0)
		return -1;
	if (faccessat(store->blobs, digest_hex(blob), F_OK, 0) < 0 ||
	    faccessat(store->layers, digest_hex(diff_id), F_OK, 0) < 0)
		return 0;
	if (uses_add(work->uses, blob) < 0 || uses_add(work->uses, diff_id) < 0)
		return -1;
	return 1;
}

/* ---- Publishing ---- */

/*
 * Moves all that has the name of a digest, and leaves the rest. A layer that is in the store
 * already stays, as containers use it. A blob is replaced: its bytes were checked, those of the old
 * one may be damaged.
 */
static int move_all(int from, int to, unsigned int flags)
{
	int fd = openat(from, ".", DIRECTORY);
	autodir DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (!directory)
		return fail("open a directory of the store");
	for (struct dirent *entry; (entry = file_next(directory));) {
		const char *name = entry->d_name;

		if (strlen(name) != DIGEST_HEX || strspn(name, "0123456789abcdef") != DIGEST_HEX)
			continue;
		if (renameat2(from, name, to, name, flags) < 0 && errno != EEXIST)
			return fail("rename %s into its place", name);
	}
	if (errno)
		return fail("readdir of a directory of the store");
	return fsync(to) < 0 ? fail("fsync a directory of the store") : 0;
}

int work_sync(const struct work *work)
{
	return syncfs(work->directory) < 0 ? fail("syncfs %s", work->store->path) : 0;
}

int work_publish(const struct work *work)
{
	const struct store *store = work->store;

	if (move_all(work->blobs, store->blobs, 0) < 0)
		return -1;
	return move_all(work->layers, store->layers, RENAME_NOREPLACE);
}
