#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "rootless.h"
#include "userns.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
enum { MOST_TEXT = 4 << 20 }; /* of a manifest or configuration, as in Docker */

/* ---- Opening ---- */

/* Returns the path of the default store, or NULL. */
static const char *default_path(void)
{
	const char *chosen = getenv("STEP_STORE"), *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");
	char *path;

	if (chosen && *chosen)
		return chosen;
	if (geteuid() == 0)
		return "/var/lib/step-06";
	if (data && *data == '/')
		return asprintf(&path, "%s/step-06", data) < 0 ? NULL : path;
	if (home && *home == '/')
		return asprintf(&path, "%s/.local/share/step-06", home) < 0 ? NULL : path;
	fail_input("no place for images: set HOME, or choose a directory with --store");
	return NULL;
}

/* Makes the directories of the path that are missing. Returns 0 or -1. */
static int make_path(const char *path)
{
	autofree char *part = strdup(path);

	if (!part)
		return fail("strdup");
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return fail("mkdir %s", part);
		*slash = '/';
	}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return fail("mkdir %s", path);
	return 0;
}

/* Returns a descriptor of the directory, which is made if it is not there; or -1. */
static int open_part(const struct store *store, const char *name)
{
	int fd = openat(store->directory, name, DIRECTORY);

	if (fd < 0 && errno == ENOENT) {
		if (mkdirat(store->directory, name, 0700) < 0 && errno != EEXIST)
			return fail("mkdir %s/%s", store->path, name);
		fd = openat(store->directory, name, DIRECTORY);
	}
	return fd < 0 ? fail("open %s/%s", store->path, name) : fd;
}

static int open_parts(struct store *store)
{
	autofd int blobs = -1;

	store->blobs = openat(store->directory, "blobs/sha256", DIRECTORY);
	if (store->blobs < 0) {
		blobs = open_part(store, "blobs");
		store->blobs = blobs < 0 ? -1 : open_part(store, "blobs/sha256");
	}
	if (store->blobs < 0)
		return -1;
	store->layers = open_part(store, "layers");
	if (store->layers < 0)
		return -1;
	store->containers = open_part(store, "containers");
	if (store->containers < 0)
		return -1;
	store->names = open_part(store, "names");
	if (store->names < 0)
		return -1;
	store->work = open_part(store, "work");
	return store->work < 0 ? -1 : 0;
}

/* Makes the file unless it is there. */
static int write_once(const struct store *store, const char *name, const char *text)
{
	if (faccessat(store->directory, name, F_OK, 0) == 0)
		return 0;
	return store_write_file(store->directory, name, text, strlen(text));
}

static int make_layout(struct store *store)
{
	autofd int lock = -1;

	if (faccessat(store->directory, "index.json", F_OK, 0) == 0)
		return 0;
	lock = store_lock(store, true);
	if (lock < 0)
		return -1;
	if (write_once(store, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}\n") < 0)
		return -1;
	store->is_new = faccessat(store->directory, "index.json", F_OK, 0) < 0;
	return write_once(store, "index.json", "{\"schemaVersion\":2,\"manifests\":[]}\n");
}

int store_open(const char *path, struct store *store)
{
	const struct store closed = STORE_CLOSED;

	*store = closed;
	store->path = path ? path : default_path();
	umask(022); /* the users in containers have to reach their files */
	if (store->path && !*store->path)
		return fail_input("the store's path is empty");
	if (!store->path || rootless_enter() < 0)
		return -1;
	store->userxattr = userns_is_ours();
	store->directory = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->directory < 0 && errno == ENOENT && make_path(store->path) == 0)
		store->directory = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->directory < 0)
		return fail("open %s", store->path);
	if (open_parts(store) < 0 || make_layout(store) < 0)
		return -1;
	return 0;
}

void store_close(struct store *store)
{
	int *const all[] = { &store->work,   &store->names, &store->containers,
			     &store->layers, &store->blobs, &store->directory };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		cleanup_fd(all[i]);
}

int store_lock(const struct store *store, bool exclusive)
{
	autofd int fd = openat(store->directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail("open %s/lock", store->path);
	while (flock(fd, exclusive ? LOCK_EX : LOCK_SH) < 0)
		if (errno != EINTR)
			return fail("flock %s/lock", store->path);
	return cleanup_take_fd(&fd);
}

/* ---- What is in it ---- */

int store_open_blob(const struct store *store, const struct digest *digest)
{
	int fd = openat(store->blobs, digest_hex(digest), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? fail("open the blob %s of %s", digest->text, store->path) : fd;
}

int store_open_layer(const struct store *store, const struct digest *diff_id)
{
	int fd = openat(store->layers, digest_hex(diff_id), DIRECTORY);

	return fd < 0 ? fail("open the layer %s of %s", diff_id->text, store->path) : fd;
}

char *store_read_text(int fd, struct digest *digest)
{
	struct digest found;
	struct stat status;
	char *text;

	if (fstat(fd, &status) < 0 || status.st_size > MOST_TEXT) {
		fail_input("blob %s: more than 4 MiB: no manifest or configuration is that large",
			   digest->text);
		return NULL;
	}
	text = file_read_open(fd);
	if (!text) {
		fail("read the blob %s", digest->text);
		return NULL;
	}
	found = digest_of(text, (size_t)status.st_size);
	if (!*digest->text)
		*digest = found;
	if (digest_is_same(&found, digest))
		return text;
	fail_input(
		"blob %s is damaged: the digest of its bytes is %s; load or pull the image again",
		digest->text, found.text);
	free(text);
	return NULL;
}

char *store_read_blob(const struct store *store, const struct digest *digest)
{
	autofd int fd = store_open_blob(store, digest);
	struct digest expected = *digest;

	return fd < 0 ? NULL : store_read_text(fd, &expected);
}

static int write_all(int fd, const void *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t count = write(fd, (const char *)bytes + done, size - done);

		if (count < 0 && errno != EINTR)
			return -1;
		done += count < 0 ? 0 : (size_t)count;
	}
	return fsync(fd);
}

/* Writes "NAME.new" whole. Returns the name, which the caller frees, or NULL. */
static char *write_aside(int directory, const char *name, const void *bytes, size_t size)
{
	autofd int fd = -1;
	char *aside;

	if (asprintf(&aside, "%s.new", name) < 0) {
		fail("asprintf");
		return NULL;
	}
	fd = openat(directory, aside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		fail("open %s", aside);
	else if (write_all(fd, bytes, size) == 0)
		return aside;
	else
		fail("write %s", name);
	if (fd >= 0)
		unlinkat(directory, aside, 0);
	free(aside);
	return NULL;
}

int store_write_file(int directory, const char *name, const void *bytes, size_t size)
{
	autofree char *aside = write_aside(directory, name, bytes, size);

	if (!aside)
		return -1;
	if (renameat(directory, aside, directory, name) < 0) {
		fail("write %s", name);
		unlinkat(directory, aside, 0);
		return -1;
	}
	return fsync(directory) < 0 ? fail("fsync the directory of %s", name) : 0;
}

int store_rewrite_file(int directory, const char *name, const void *bytes, size_t size)
{
	autofree char *aside = write_aside(directory, name, bytes, size);

	if (!aside)
		return -1;
	if (renameat2(directory, aside, directory, name, RENAME_EXCHANGE) < 0 &&
	    renameat(directory, aside, directory, name) < 0) { /* not every file system exchanges */
		fail("write %s", name);
		unlinkat(directory, aside, 0);
		return -1;
	}
	return fsync(directory) < 0 ? fail("fsync the directory of %s", name) : 0;
}
