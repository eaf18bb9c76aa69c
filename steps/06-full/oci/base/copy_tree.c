#include "copy_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "copy_data.h"
#include "fail.h"
#include "file.h"
#include "hard_links.h"

enum { DEPTH_MAX = 64 };

static uid_t uid_of(const struct copy_owner *owner, const struct stat *status)
{
	return owner ? owner->uid : status->st_uid;
}

static gid_t gid_of(const struct copy_owner *owner, const struct stat *status)
{
	return owner ? owner->gid : status->st_gid;
}

/* The attributes of overlayfs say what it has done with the file, not what the file is. */
static bool is_copied(const char *attribute)
{
	return strcmp(attribute, "security.capability") == 0 ||
		(strncmp(attribute, "user.", strlen("user.")) == 0 &&
		 strncmp(attribute, "user.overlay.", strlen("user.overlay.")) != 0);
}

/* A file system may have no such attributes, and a user namespace may not set them: no failure. */
static int copy_xattrs(int from, int to, const char *name)
{
	autofree char *names = malloc(XATTR_LIST_MAX), *value = malloc(XATTR_SIZE_MAX);
	ssize_t size = names ? flistxattr(from, names, XATTR_LIST_MAX) : 0, length;

	if (!names || !value)
		return fail("malloc");
	for (const char *each = names; size > 0 && each < names + size; each += strlen(each) + 1) {
		if (!is_copied(each))
			continue;
		length = fgetxattr(from, each, value, XATTR_SIZE_MAX);
		if (length < 0 || fsetxattr(to, each, value, (size_t)length, 0) == 0)
			continue;
		if (errno != EOPNOTSUPP && errno != EPERM)
			return fail("fsetxattr %s %s", each, name);
	}
	return 0;
}

static mode_t mode_of(const struct copy_owner *owner, const struct stat *status)
{
	if (owner && owner->has_mode)
		return owner->mode;
	return status->st_mode & (owner && owner->is_others ? 01777 : 07777);
}

/*
 * Set the owner first: fchown(2) clears the set-user-ID bit and the capabilities. Returns 0 or -1.
 */
static int copy_attributes(int from, int to, const struct stat *status, const char *name,
			   const struct copy_owner *owner)
{
	const struct timespec times[] = { status->st_atim, status->st_mtim };

	if (fchown(to, uid_of(owner, status), gid_of(owner, status)) < 0)
		return fail("fchown %s", name);
	if (fchmod(to, mode_of(owner, status)) < 0)
		return fail("fchmod %s", name);
	if (copy_xattrs(from, to, name) < 0)
		return -1;
	return futimens(to, times) < 0 ? fail("futimens %s", name) : 0;
}

/*
 * A container may have put a device there meanwhile, one that it cannot open itself, and to open a
 * device can have effects. So the file is opened only when it is known what it is.
 */
static int open_regular(int from, const char *name)
{
	autofd int place = openat(from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;
	char path[32];
	int fd;

	if (place < 0 || fstat(place, &status) < 0)
		return fail("open %s", name);
	if (!S_ISREG(status.st_mode))
		return fail_input("%s has been replaced by another file", name);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail("open %s", name) : fd;
}

static int copy_file(int from, const char *name, int to, const char *new_name,
		     const struct stat *status, const struct copy_owner *owner)
{
	autofd int in = open_regular(from, name);
	autofd int out = -1;

	if (in < 0)
		return -1;
	out = openat(to, new_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return fail("open %s", new_name);
	if (copy_data(in, out, name) < 0)
		return -1;
	return copy_attributes(in, out, status, new_name, owner);
}

static int copy_link(int from, const char *name, int to, const char *new_name,
		     const struct stat *status, const struct copy_owner *owner)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(from, name, target, sizeof(target) - 1);

	if (length < 0)
		return fail("readlinkat %s", name);
	target[length] = '\0';
	if (symlinkat(target, to, new_name) < 0)
		return fail("symlinkat %s", new_name);
	if (fchownat(to, new_name, uid_of(owner, status), gid_of(owner, status),
		     AT_SYMLINK_NOFOLLOW) < 0)
		return fail("fchownat %s", new_name);
	return 0;
}

/* A device, a FIFO or a socket. */
static int copy_node(int to, const char *name, const struct stat *status,
		     const struct copy_owner *owner)
{
	mode_t mask;
	int made;

	if (owner && owner->is_others && (S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode)))
		return fail_input("%s is a device node: it is copied only with --archive", name);
	/* Not by fchmodat(2), which would follow a link that a container has put there meanwhile.
	 */
	mask = umask(0);
	made = mknodat(to, name, status->st_mode, status->st_rdev);
	umask(mask);
	if (made < 0)
		return fail("mknodat %s", name);
	if (fchownat(to, name, uid_of(owner, status), gid_of(owner, status), AT_SYMLINK_NOFOLLOW) <
	    0)
		return fail("fchownat %s", name);
	return 0;
}

enum copy_choice copy_choose(const struct copy_filter *filter, const char *path)
{
	autofree char *whole = NULL;

	if (!filter)
		return COPY_TAKE;
	if (asprintf(&whole, "%s%s", filter->before, path + (strncmp(path, "./", 2) == 0 ? 2 : 0)) <
	    0)
		return COPY_LEAVE;
	return filter->choose(filter->data, whole);
}

/* The rules of one copying. */
struct rules {
	const struct copy_owner *owner;
	const struct copy_filter *filter;
	int top; /* the open directory in which the copying began, for hard links */
	struct hard_links *links;
	int root; /* -1; or the open root of the target, in which links to directories are followed
		   */
};

/* A directory, and what its copy gets. */
struct directory {
	const char *name, *new_name;
	const char *path; /* of the copy, from the root of the target */
	int depth;
	bool with_attributes;
};

static int copy_directory(int from, int to, const struct directory *which,
			  const struct rules *rules);

/* With a root, a link to a directory counts as one. Returns a descriptor, or -1 and no message. */
static int open_target(int to, const char *new_name, const char *path, const struct rules *rules)
{
	if (rules->root >= 0)
		return file_open_in_root(rules->root, path, O_RDONLY | O_DIRECTORY);
	return openat(to, new_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Returns 1: it was made; 0: it is there already; or -1. */
static int make_directory(int to, const struct directory *which, const struct rules *rules)
{
	autofd int there = -1;

	if (mkdirat(to, which->new_name, 0700) == 0)
		return 1;
	if (errno != EEXIST)
		return fail("mkdirat %s", which->new_name);
	if (rules->root < 0)
		return 0;
	there = open_target(to, which->new_name, which->path, rules);
	if (there >= 0)
		return 0;
	if (unlinkat(to, which->new_name, 0) < 0)
		return fail("unlinkat %s", which->new_name);
	return mkdirat(to, which->new_name, 0700) < 0 ? fail("mkdirat %s", which->new_name) : 1;
}

static bool is_whiteout(const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == 0;
}

/*
 * Links the file to the copy of another one of its names. Returns 1; 0: there is none yet, or it
 * cannot be linked, so that it is to be copied; or -1.
 */
static int link_again(int to, const char *new_name, const struct stat *status, const char *path,
		      const struct rules *rules)
{
	const int top = rules->root >= 0 ? rules->root : rules->top;
	autofd int copy = -1;
	const char *first;
	char link[32];

	if (hard_links_find(rules->links, status, path, &first) < 0)
		return -1;
	copy = first ? file_open_in_root(top, first, O_PATH | O_NOFOLLOW) : -1;
	if (copy < 0)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", copy);
	return linkat(AT_FDCWD, link, to, new_name, AT_SYMLINK_FOLLOW) == 0;
}

/* `parent` is the directory that the copy is in. */
static int copy_entry(int from, const char *name, int to, const char *new_name,
		      const struct directory *parent, const struct rules *rules)
{
	const struct copy_owner *owner = rules->owner;
	autofree char *path = NULL;
	enum copy_choice choice;
	struct stat status;

	if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return fail("fstatat %s", name);
	if (asprintf(&path, "%s/%s", parent->path, new_name) < 0)
		return fail("asprintf");
	choice = copy_choose(rules->filter, path);
	if (choice == COPY_LEAVE || (choice == COPY_LOOK && !S_ISDIR(status.st_mode)))
		return 0;
	if (S_ISDIR(status.st_mode)) {
		struct directory which = { name, new_name, path, parent->depth + 1, false };
		int made = make_directory(to, &which, rules);

		which.with_attributes = made > 0;
		if (made < 0 || copy_directory(from, to, &which, rules) < 0)
			return -1;
		if (choice == COPY_LOOK && made)
			unlinkat(to, new_name, AT_REMOVEDIR); /* if nothing in it was taken */
		return 0;
	}
	if (rules->root >= 0 && is_whiteout(&status))
		return 0;
	if (unlinkat(to, new_name, 0) < 0 && errno != ENOENT)
		return fail("unlinkat %s", new_name);
	if (S_ISREG(status.st_mode) && status.st_nlink > 1) {
		int linked = link_again(to, new_name, &status, path, rules);

		if (linked != 0)
			return linked < 0 ? -1 : 0;
	}
	if (S_ISREG(status.st_mode))
		return copy_file(from, name, to, new_name, &status, owner);
	if (S_ISLNK(status.st_mode))
		return copy_link(from, name, to, new_name, &status, owner);
	return copy_node(to, new_name, &status, owner);
}

static int copy_directory(int from, int to, const struct directory *which,
			  const struct rules *rules)
{
	const char *name = which->name;
	int source = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autodir DIR *directory = source < 0 ? NULL : fdopendir(source);
	autofd int target = open_target(to, which->new_name, which->path, rules);
	struct stat status;

	if (!directory || target < 0)
		return fail("open %s", directory ? which->new_name : name);
	if (which->depth > DEPTH_MAX)
		return fail_input("%s: more than %d directories deep", name, DEPTH_MAX);
	if (fstat(source, &status) < 0)
		return fail("fstat %s", name);
	errno = 0;
	for (struct dirent *entry; (entry = readdir(directory)); errno = 0) {
		const char *child = entry->d_name;

		if (file_is_dots(child))
			continue;
		if (copy_entry(source, child, target, child, which, rules) < 0)
			return -1;
	}
	if (errno)
		return fail("readdir %s", name);
	if (!which->with_attributes)
		return 0;
	return copy_attributes(source, target, &status, which->new_name, rules->owner);
}

int copy_tree(int from, const char *name, int to, const char *new_name,
	      const struct copy_owner *owner)
{
	struct hard_links links = { 0 };
	const struct rules rules = { owner, NULL, to, &links, -1 };
	const struct directory none = { .path = "." };
	int result = copy_entry(from, name, to, new_name, &none, &rules);

	hard_links_free(&links);
	return result;
}

static int copy_content(int from, int to, bool attributes, const struct rules *rules)
{
	const struct directory content = { ".", ".", ".", 1, attributes };
	int result = copy_directory(from, to, &content, rules);

	hard_links_free(rules->links);
	return result;
}

int copy_tree_content(int from, int to, bool attributes, const struct copy_owner *owner,
		      const struct copy_filter *filter)
{
	struct hard_links links = { 0 };
	const struct rules rules = { owner, filter, to, &links, -1 };

	return copy_content(from, to, attributes, &rules);
}

int copy_tree_root(int from, int root)
{
	struct hard_links links = { 0 };
	const struct rules rules = { NULL, NULL, root, &links, root };

	return copy_content(from, root, false, &rules);
}
