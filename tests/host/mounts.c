#include "mounts.h"

#include <err.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static const char store[] = "/var/lib/step-06", busybox[] = "rootfs/busybox";

static int mount_at(const char *type, const char *target, const char *options)
{
	if (mount(type, target, type, 0, options) == 0)
		return 0;
	warn("mount %s", target);
	return -1;
}

static int set_propagation(const char *target, unsigned long flags)
{
	if (mount(NULL, target, NULL, flags, NULL) == 0)
		return 0;
	warn("change the propagation of %s", target);
	return -1;
}

static int bind(const char *source, const char *target)
{
	if (mount(source, target, NULL, MS_BIND | MS_REC, NULL) == 0)
		return 0;
	warn("bind %s", source);
	return -1;
}

/* Makes a directory and those above it. */
static void make_directories(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(path, 0755);
	}
	mkdir(path, 0755);
}

/* Writes the file of systemd-resolved again. */
static int write_resolver(char *path, const char *text, size_t length)
{
	char *name = strrchr(path, '/');
	int fd;

	*name = '\0';
	make_directories(path);
	*name = '/';
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, length) != (ssize_t)length) {
		warn("%s", path);
		return -1;
	}
	return close(fd);
}

static int empty_run(void)
{
	static const char resolver[] = "/etc/resolv.conf";
	char path[PATH_MAX], text[4096];
	bool kept = realpath(resolver, path) && strncmp(path, "/run/", 5) == 0;
	int fd = kept ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	if (mount_at("tmpfs", "/run", "mode=755") < 0)
		return -1;
	return kept && length > 0 ? write_resolver(path, text, (size_t)length) : 0;
}

/*
 * An empty directory covers the engine's store. Where the machine has no store, an overlay covers
 * /var/lib first, so that the directory can be made.
 */
static int empty_store(void)
{
	static char upper[] = "/run/var-lib/upper", work[] = "/run/var-lib/work";
	static const char options[] =
		"lowerdir=/var/lib,upperdir=/run/var-lib/upper,workdir=/run/var-lib/work";

	if (access(store, F_OK) < 0) {
		make_directories(upper);
		make_directories(work);
		if (mount_at("overlay", "/var/lib", options) < 0)
			return -1;
		if (mkdir(store, 0700) < 0) {
			warn("mkdir %s", store);
			return -1;
		}
	}
	return mount_at("tmpfs", store, "mode=700");
}

static int copy_file(const char *from, const char *to, const struct stat *is)
{
	int source = open(from, O_RDONLY | O_CLOEXEC);
	int copy = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, is->st_mode & 07777);
	off_t left = is->st_size;
	ssize_t length = 0;

	for (; left > 0 && (length = sendfile(copy, source, NULL, (size_t)left)) > 0;
	     left -= length)
		;
	close(source);
	return close(copy) < 0 || left > 0 ? -1 : 0;
}

static int copy_link(const char *from, const char *to)
{
	char text[PATH_MAX];
	ssize_t length = readlink(from, text, sizeof(text) - 1);

	if (length < 0)
		return -1;
	text[length] = '\0';
	return symlink(text, to);
}

/* Copies a directory, which has no special files, to one that is there. The copy is root's. */
static int copy_directory(const char *from, const char *to)
{
	char path[PATH_MAX], start[PATH_MAX];
	char *const paths[] = { start, NULL };
	size_t skipped = strlen(from);
	int result = 0;
	FTS *tree;

	snprintf(start, sizeof(start), "%s", from);
	tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	for (FTSENT *entry; result == 0 && tree && (entry = fts_read(tree));) {
		snprintf(path, sizeof(path), "%s%s", to, entry->fts_path + skipped);
		if (entry->fts_info == FTS_F)
			result = copy_file(entry->fts_path, path, entry->fts_statp);
		else if (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE)
			result = copy_link(entry->fts_path, path);
		else if (entry->fts_info == FTS_D && entry->fts_level > 0)
			result = mkdir(path, entry->fts_statp->st_mode & 07777);
	}
	if (!tree || result < 0)
		warn("copy %s", from);
	if (tree)
		fts_close(tree);
	return tree ? result : -1;
}

/* Covers rootfs/busybox with a copy in memory. */
static int copy_rootfs(void)
{
	static const char copy[] = "/run/rootfs";
	mode_t mask = umask(0);
	int result = -1;

	if (mkdir(copy, 0755) == 0 && mount_at("tmpfs", copy, "mode=755") == 0 &&
	    copy_directory(busybox, copy) == 0)
		result = bind(copy, busybox);
	umask(mask);
	return result;
}

/* Makes the mounts private that the tests use. */
static int protect(void)
{
	char top[PATH_MAX];
	const char *const directories[] = { "/usr", "/etc", getcwd(top, sizeof(top)) };

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		if (bind(directories[i], directories[i]) < 0 ||
		    set_propagation(directories[i], MS_REC | MS_PRIVATE) < 0)
			return -1;
	return set_propagation("/proc", MS_PRIVATE);
}

int host_mounts(const char *rootfs)
{
	/* Otherwise the mounts that are shared would stay shared with those of the real host. */
	if (set_propagation("/", MS_REC | MS_PRIVATE) < 0)
		return -1;
	if (empty_run() < 0 || empty_store() < 0 || mount_at("tmpfs", "/dev/shm", "mode=1777") < 0)
		return -1;
	if (rootfs && (strcmp(rootfs, HOST_COPY) == 0 ? copy_rootfs() : bind(rootfs, busybox)) < 0)
		return -1;
	if (set_propagation("/", MS_REC | MS_SHARED) < 0)
		return -1;
	return getenv("JUDGED") ? protect() : 0;
}
