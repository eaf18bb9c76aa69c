#include "unpack_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "attributes.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "remove_tree.h"
#include "whiteout.h"

/* The kernel's numbers of devices have 12 and 20 bits. mknod(2) cuts off what is above. */
enum { MAJOR_MAX = 0xfff, MINOR_MAX = 0xfffff };

/* An entry and its place: `name` in the open directory `parent`. */
struct spot {
	const char *path; /* of the layer's root: "." */
	const char *name;
	int parent;
};

/*
 * Removes what an earlier entry of the same name has made. It may be a link, or be linked: the new
 * file is never written through it.
 */
static int make_room(const struct spot *spot)
{
	if (unlinkat(spot->parent, spot->name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return fail("unlinkat %s", spot->path);
	return remove_tree(spot->parent, spot->name);
}

static int set_attributes(struct unpack *unpack, const struct spot *spot, int fd,
			  struct archive_entry *entry)
{
	const struct attributes_target target = {
		.path = spot->path,
		.parent = spot->parent,
		.name = spot->name,
		.fd = fd,
	};

	return attributes_set(&target, entry, &unpack->has_warned_xattr);
}

static int write_at(int fd, const void *bytes, size_t size, off_t offset, const char *path)
{
	const unsigned char *next = bytes;

	while (size > 0) {
		ssize_t written = pwrite(fd, next, size, offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail("write %s", path);
		next += written;
		offset += written;
		size -= (size_t)written;
	}
	return 0;
}

/* Writes the entry's content. What a sparse entry leaves out becomes a hole. */
static int write_content(struct unpack *unpack, int fd, int64_t size, const char *path)
{
	const void *bytes;
	size_t count;
	la_int64_t offset, end = 0;
	int status;

	while ((status = archive_read_data_block(unpack->archive, &bytes, &count, &offset)) ==
	       ARCHIVE_OK) {
		if (offset < 0 || offset > size || (int64_t)count > size - offset)
			return fail_input("the layer's file %s has content behind its end: the "
					  "archive is damaged",
					  path);
		if (write_at(fd, bytes, count, offset, path) < 0)
			return -1;
		end = offset + (la_int64_t)count;
	}
	if (status != ARCHIVE_EOF)
		return fail_input("the layer's file %s is damaged (%s): fetch the layer again",
				  path, archive_error_string(unpack->archive));
	return end != size && ftruncate(fd, size) < 0 ? fail("ftruncate %s", path) : 0;
}

/*
 * Makes an empty file, and opens it to be written. What an earlier entry of this name has made is
 * removed, and never opened. Returns a descriptor or -1.
 */
static int create_file(const struct spot *spot)
{
	/*
	 * TODO 3: an earlier entry may have this name: a link that leads out of the layer, or a
	 * file that has another name, too. Until this is written it is opened, and written to. Make
	 * a new file: open(2) has a flag that refuses all that exists. When it does (EEXIST),
	 * make_room(), and try again.
	 */
	int fd = openat(spot->parent, spot->name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return fd < 0 ? fail("open %s", spot->path) : fd;
}

static int make_file(struct unpack *unpack, const struct spot *spot, struct archive_entry *entry)
{
	const int64_t size = archive_entry_size(entry);
	autofd int fd = -1;

	if (size < 0 || (uint64_t)size > unpack->bytes_left)
		return fail_input("the layer's files have more than %llu bytes with %s, which is "
				  "more than its limits allow",
				  (unsigned long long)unpack->use->limits.bytes, spot->path);
	unpack->bytes_left -= (uint64_t)size;
	fd = create_file(spot);
	if (fd < 0)
		return -1;
	if (write_content(unpack, fd, size, spot->path) < 0)
		return -1;
	return set_attributes(unpack, spot, fd, entry);
}

/* A directory that is there already stays, with what is in it. */
static int make_directory(struct unpack *unpack, const struct spot *spot,
			  struct archive_entry *entry)
{
	bool is_opaque = false;
	struct stat status;
	autofd int fd = -1;

	if (mkdirat(spot->parent, spot->name, 0700) < 0) {
		if (errno != EEXIST ||
		    fstatat(spot->parent, spot->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			return fail("mkdirat %s", spot->path);
		is_opaque = whiteout_is_node(&status);
		if (!S_ISDIR(status.st_mode) &&
		    (make_room(spot) < 0 || mkdirat(spot->parent, spot->name, 0700) < 0))
			return fail("mkdirat %s", spot->path);
	}
	fd = openat(spot->parent, spot->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail("open %s", spot->path);
	if (is_opaque && whiteout_make_opaque(fd, unpack->use->userxattr, spot->path) < 0)
		return -1;
	return set_attributes(unpack, spot, fd, entry);
}

static int make_link(struct unpack *unpack, const struct spot *spot, struct archive_entry *entry)
{
	const char *target = archive_entry_symlink(entry);

	if (!target || !*target)
		return fail_input("the layer's entry %s is a symbolic link to nothing: the archive "
				  "is damaged",
				  spot->path);
	if (make_room(spot) < 0)
		return -1;
	if (symlinkat(target, spot->parent, spot->name) < 0)
		return fail("symlinkat %s", spot->path);
	return set_attributes(unpack, spot, -1, entry);
}

/*
 * Gives the file `raw`, which an earlier entry has made, the entry's name as well. A symbolic link
 * is such a file itself.
 */
static int link_to(struct unpack *unpack, const struct spot *spot, const char *raw)
{
	/*
	 * TODO 4: until this is written, a hard link goes wherever the archive says. `raw` is a
	 * name in the archive, as those of entries are: unpack_path_clean(). Its directory is
	 * opened by unpack_path_open_parent(), which sets a name; close it (autofd). Look what is
	 * there without following a link, fstatat(2), and refuse what is missing (fail()), a
	 * directory, and a whiteout (whiteout_is_node(), which says false until TODO 10;
	 * fail_input()): messages name the target.
	 * If the entry's own place has that same file already (file_is_same()), nothing is to be
	 * done. Otherwise make_room() and linkat(2), which must not follow a link either.
	 */
	if (linkat(unpack->place.root, raw, spot->parent, spot->name, AT_SYMLINK_FOLLOW) < 0)
		return fail("linkat %s to %s", spot->path, raw);
	return 0;
}

/* The file has the attributes of both entries already. */
static int make_hard_link(struct unpack *unpack, const struct spot *spot,
			  struct archive_entry *entry)
{
	if (archive_entry_size(entry) > 0)
		return fail_input(
			"the layer's entry %s is a hard link with content of its own: make "
			"the archive anew",
			spot->path);
	return link_to(unpack, spot, archive_entry_hardlink(entry));
}

/*
 * True if a file can be the device. No device has the numbers 0:0, which are overlayfs's mark, nor
 * numbers that mknod(2) would cut off, to 0:0 for example.
 */
static bool is_device(dev_t major, dev_t minor)
{
	/* TODO 7: 0:0 is none, whatever the type; nor is what is above MAJOR_MAX or MINOR_MAX. */
	(void)major;
	(void)minor;
	return true;
}

/* A device or a FIFO. */
static int make_node(struct unpack *unpack, const struct spot *spot, struct archive_entry *entry)
{
	const mode_t type = archive_entry_filetype(entry);
	dev_t major = 0, minor = 0;

	if (type != AE_IFIFO) {
		major = archive_entry_rdevmajor(entry);
		minor = archive_entry_rdevminor(entry);
		if (!is_device(major, minor))
			return fail_input("the layer's entry %s is the device %llu:%llu, which no "
					  "file can be: the archive is not to be trusted",
					  spot->path, (unsigned long long)major,
					  (unsigned long long)minor);
	}
	if (type != AE_IFIFO && unpack->use->skip_devices) {
		if (!unpack->has_warned_device)
			fail_warn("the layer's device node %s is left out, and others like it: "
				  "making one needs root of the machine",
				  spot->path);
		unpack->has_warned_device = true;
		return 0;
	}
	if (make_room(spot) < 0)
		return -1;
	if (mknodat(spot->parent, spot->name, type | 0600,
		    makedev((unsigned int)major, (unsigned int)minor)) < 0)
		return fail("mknodat %s", spot->path);
	return set_attributes(unpack, spot, -1, entry);
}

static int make_by_type(struct unpack *unpack, const struct spot *spot, struct archive_entry *entry)
{
	const char *raw = archive_entry_pathname(entry);

	if (archive_entry_hardlink(entry))
		return make_hard_link(unpack, spot, entry);
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		/* Tar programs before 1988 mark a directory by the "/" alone. */
		if (raw[strlen(raw) - 1] != '/')
			return make_file(unpack, spot, entry);
		return make_directory(unpack, spot, entry);
	case AE_IFDIR:
		return make_directory(unpack, spot, entry);
	case AE_IFLNK:
		return make_link(unpack, spot, entry);
	case AE_IFCHR:
	case AE_IFBLK:
	case AE_IFIFO:
		return make_node(unpack, spot, entry);
	default:
		return fail_input("the layer's entry %s is of a kind that layers do not have",
				  spot->path);
	}
}

static int apply_whiteout(struct unpack *unpack, enum whiteout whiteout, const struct spot *spot)
{
	const char *removed = spot->name + strlen(WHITEOUT_PREFIX);

	if (whiteout == WHITEOUT_DIRECTORY)
		return whiteout_make_opaque(spot->parent, unpack->use->userxattr,
					    unpack->place.name);
	return whiteout_make(spot->parent, removed, unpack->use->userxattr, spot->path);
}

/* The entry of the layer's root: a directory that exists. */
static int set_root(struct unpack *unpack, struct archive_entry *entry)
{
	const struct spot spot = { .path = ".", .name = ".", .parent = unpack->place.root };
	autofd int fd = -1;

	if (archive_entry_filetype(entry) != AE_IFDIR || archive_entry_hardlink(entry))
		return fail_input("the layer's root is no directory: the archive is not to be "
				  "trusted");
	if (unpack_path_leave(&unpack->place) < 0)
		return -1;
	fd = openat(unpack->place.root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? fail("open the layer's root") : set_attributes(unpack, &spot, fd, entry);
}

int unpack_entry(struct unpack *unpack, struct archive_entry *entry)
{
	const char *raw = archive_entry_pathname(entry);
	char path[PATH_MAX];
	struct spot spot = { .path = path };
	enum whiteout whiteout;

	if (!raw || !*raw)
		return fail_input("the layer has an entry without a name: the archive is damaged");
	if (unpack_path_count(&unpack->place) < 0 || unpack_path_clean(raw, path) < 0)
		return -1;
	if (!*path)
		return set_root(unpack, entry);
	whiteout = whiteout_of_path(path);
	if (whiteout == WHITEOUT_RESERVED)
		return 0;
	if (whiteout == WHITEOUT_IMPOSSIBLE)
		return fail_input("the layer's entry %s is a whiteout of what no file can be: the "
				  "archive is not to be trusted",
				  path);
	/* The times of a directory are put back when it is left: leave it before they are set. */
	if (unpack->place.parent >= 0 && strcmp(path, unpack->place.name) == 0 &&
	    unpack_path_leave(&unpack->place) < 0)
		return -1;
	spot.parent = unpack_path_parent(&unpack->place, path, &spot.name);
	if (spot.parent < 0)
		return -1;
	return whiteout == WHITEOUT_NONE ? make_by_type(unpack, &spot, entry)
					 : apply_whiteout(unpack, whiteout, &spot);
}
