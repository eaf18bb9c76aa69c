#include "pack_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "pack_users.h"
#include "whiteout.h"

/* Writes an entry without content. */
static int write_header(struct pack *pack, char type, const char *path, const char *link,
			const struct stat *status, const struct xattrs *xattrs)
{
	const struct tar_entry entry = {
		.type = type,
		.path = path,
		.link = link,
		.status = status,
		.xattrs = xattrs,
	};

	return tar_header_write(&pack->stream, &entry);
}

/* Writes an empty file `name` beside the current file, with attributes that are always the same. */
static int write_mark(struct pack *pack, const char *prefix, const char *name)
{
	static const struct stat status = { .st_mode = S_IFREG | 0644 };
	const char *slash = strrchr(pack->path, '/');
	char path[PATH_MAX + sizeof(WHITEOUT_OPAQUE)];

	snprintf(path, sizeof(path), "%.*s%s%s", slash ? (int)(slash + 1 - pack->path) : 0,
		 pack->path, prefix, name);
	return write_header(pack, TAR_FILE, path, NULL, &status, NULL);
}

static int copy_content(struct pack *pack, int fd, const struct sparse_map *sparse, off_t size)
{
	struct sparse_extent whole = { 0, size };
	const struct sparse_extent *extents = sparse ? sparse->extents : &whole;
	const size_t count = sparse ? sparse->count : 1;
	off_t copied = 0;

	for (size_t i = 0; i < count; i++) {
		if (output_stream_copy(&pack->stream, fd, extents[i].offset, extents[i].length,
				       pack->path) < 0)
			return -1;
		copied += extents[i].length;
	}
	return output_stream_pad(&pack->stream, copied);
}

static int pack_file(struct pack *pack, int parent, const char *name, const struct xattrs *xattrs)
{
	/* O_NONBLOCK: a FIFO may have come in its place. */
	autofd int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct sparse_map sparse = { 0 };
	struct stat status;
	struct tar_entry entry = {
		.type = TAR_FILE,
		.path = pack->path,
		.status = &status,
		.xattrs = xattrs,
	};
	int result = 0;

	if (fd < 0 || fstat(fd, &status) < 0)
		return fail("open %s", pack->path);
	pack_users_count_back(pack->users, &status);
	if (!S_ISREG(status.st_mode))
		return fail_input(
			"%s was replaced while it was packed: stop what writes there, and "
			"try again",
			pack->path);
	entry.size = status.st_size;
	if (sparse_has_holes(&status)) {
		result = sparse_find(fd, status.st_size, &sparse, pack->path);
		entry.sparse = &sparse;
	}
	if (result == 0)
		result = tar_header_write(&pack->stream, &entry);
	if (result == 0)
		result = copy_content(pack, fd, entry.sparse, status.st_size);
	free(sparse.extents);
	return result;
}

static int pack_link(struct pack *pack, int parent, const char *name, const struct stat *status,
		     const struct xattrs *xattrs)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(parent, name, target, sizeof(target) - 1);

	if (length < 0)
		return fail("readlinkat %s", pack->path);
	target[length] = '\0';
	return write_header(pack, TAR_LINK, pack->path, target, status, xattrs);
}

/* Writes the directory, and the mark that it hides what is below it. */
static int pack_directory_itself(struct pack *pack, const struct stat *status,
				 const struct xattrs *xattrs)
{
	size_t length = strlen(pack->path);
	int result;

	memcpy(pack->path + length, "/", 2);
	result = write_header(pack, TAR_DIRECTORY, pack->path, NULL, status, xattrs);
	if (result == 0 && pack->source == LAYER_UPPER && xattrs->is_opaque)
		result = write_mark(pack, WHITEOUT_OPAQUE, "");
	pack->path[length] = '\0';
	return result < 0 ? -1 : PACK_DIRECTORY;
}

static int pack_by_type(struct pack *pack, int parent, const char *name, const struct stat *status,
			const struct xattrs *xattrs)
{
	switch (status->st_mode & S_IFMT) {
	case S_IFDIR:
		return pack_directory_itself(pack, status, xattrs);
	case S_IFREG:
		return pack_file(pack, parent, name, xattrs);
	case S_IFLNK:
		return pack_link(pack, parent, name, status, xattrs);
	case S_IFCHR:
		return write_header(pack, TAR_CHARACTER, pack->path, NULL, status, xattrs);
	case S_IFBLK:
		return write_header(pack, TAR_BLOCK, pack->path, NULL, status, xattrs);
	default:
		return write_header(pack, TAR_FIFO, pack->path, NULL, status, xattrs);
	}
}

/* The name of an attribute with "=" would end there in a record of an archive. */
static void drop_unwritable(struct pack *pack, struct xattrs *xattrs)
{
	size_t kept = 0;

	for (size_t i = 0; i < xattrs->count; i++) {
		struct xattr xattr = xattrs->list[i];

		if (!strchr(xattr.name, '=')) {
			xattrs->list[i] = xattrs->list[kept];
			xattrs->list[kept++] = xattr;
			continue;
		}
		if (!pack->has_warned_xattr)
			fail_warn("%s: the extended attribute %s is left out, and others like it: "
				  "an archive has no names with \"=\"",
				  pack->path, xattr.name);
		pack->has_warned_xattr = true;
	}
	while (xattrs->count > kept) {
		xattrs->count--;
		free(xattrs->list[xattrs->count].name);
		free(xattrs->list[xattrs->count].value);
	}
}

static int pack_with_xattrs(struct pack *pack, int parent, const char *name,
			    const struct stat *status)
{
	struct xattrs xattrs;
	int result = xattrs_read(parent, name, pack->userxattr, &xattrs, pack->path);

	if (result == 0 && pack->source == LAYER_UPPER && xattrs.is_redirected)
		result = fail_input("%s has its content in a layer below: mount the overlay with "
				    "redirect_dir=nofollow,metacopy=off",
				    pack->path);
	if (result == 0) {
		drop_unwritable(pack, &xattrs);
		pack_users_untie(pack->users, &xattrs);
		result = pack_by_type(pack, parent, name, status, &xattrs);
	}
	xattrs_free(&xattrs);
	return result;
}

int pack_entry(struct pack *pack, int parent, const char *name)
{
	const char *first = NULL;
	struct stat status;

	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return fail("fstatat %s", pack->path);
	pack_users_count_back(pack->users, &status);
	if (S_ISSOCK(status.st_mode))
		return PACK_OTHER;
	/*
	 * TODO 10: in the upper directory of an overlay (LAYER_UPPER) a whiteout becomes the file
	 * ".wh.NAME", and nothing else is packed of it: write_mark(), as in
	 * pack_directory_itself(); return what it returns. Otherwise refuse what would be taken for
	 * a whiteout when it is unpacked, by its node or by its name (whiteout_of()): fail_input(),
	 * and name the file (pack->path).
	 */
	if (!S_ISDIR(status.st_mode) && status.st_nlink > 1 &&
	    hard_links_find(&pack->links, &status, pack->path, &first) < 0)
		return -1;
	if (first)
		return write_header(pack, TAR_HARD_LINK, pack->path, first, &status, NULL);
	return pack_with_xattrs(pack, parent, name, &status);
}

int pack_root(struct pack *pack)
{
	struct stat status;
	int result;

	if (fstat(pack->root, &status) < 0)
		return fail("fstat the directory to pack");
	pack_users_count_back(pack->users, &status);
	strcpy(pack->path, ".");
	result = pack_with_xattrs(pack, pack->root, ".", &status);
	pack->path[0] = '\0';
	return result < 0 ? -1 : 0;
}
