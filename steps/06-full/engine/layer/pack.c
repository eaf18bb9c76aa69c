#include "layer.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "cleanup.h"
#include "fail.h"
#include "pack_entry.h"
#include "sorted_names.h"

/* Appends "/NAME" to the path of the directory, whose length is `length`. */
static int append(struct pack *pack, size_t length, const char *name)
{
	const size_t size = strlen(name) + 1;

	if (length + 1 + size + 1 > PATH_MAX) {
		errno = ENAMETOOLONG;
		return fail("pack %.100s.../%s", pack->path, name);
	}
	if (length > 0)
		pack->path[length++] = '/';
	memcpy(pack->path + length, name, size);
	return 0;
}

static int fail_open(const char *path)
{
	return errno == EXDEV ? fail("openat2 %s, on which something is mounted: unmount it", path)
			      : fail("openat2 %s", path);
}

static int pack_directory(struct pack *pack);

/*
 * Packs the entries of the directory pack->path. It is closed while a directory in it is packed, so
 * only one is open, however deep the tree is.
 */
static int pack_names(struct pack *pack, const struct sorted_names *names)
{
	const size_t length = strlen(pack->path);
	autofd int directory = -1;

	for (size_t i = 0; i < names->count; i++) {
		int kind;

		if (directory < 0)
			directory = beneath_open(pack->root, pack->path);
		if (directory < 0)
			return fail_open(pack->path);
		if (append(pack, length, names->list[i]) < 0)
			return -1;
		kind = pack_entry(pack, directory, names->list[i]);
		if (kind < 0)
			return -1;
		if (kind == PACK_DIRECTORY) {
			close(directory);
			directory = -1;
			if (pack_directory(pack) < 0)
				return -1;
		}
		pack->path[length] = '\0';
	}
	return 0;
}

/* Packs a batch of names. Returns 1 if more follow, 0, or -1. */
static int pack_batch(struct pack *pack, struct sorted_names *names)
{
	autofd int directory = beneath_open(pack->root, pack->path);

	if (directory < 0)
		return fail_open(pack->path);
	if (sorted_names_read(directory, names) < 0)
		return fail("read the directory %s", pack->path);
	cleanup_fd(&directory);
	return pack_names(pack, names) < 0 ? -1 : !names->is_last;
}

static int pack_directory(struct pack *pack)
{
	struct sorted_names names = { 0 };
	int more;

	do {
		more = pack_batch(pack, &names);
	} while (more > 0);
	sorted_names_free(&names);
	return more;
}

int layer_pack(int directory, enum layer_source source, bool userxattr,
	       enum layer_compression compression, int output, struct layer *layer)
{
	return layer_pack_of(NULL, directory, source, userxattr, compression, output, layer);
}

int layer_pack_of(const struct userns *users, int directory, enum layer_source source,
		  bool userxattr, enum layer_compression compression, int output,
		  struct layer *layer)
{
	struct pack pack = {
		.root = directory, .source = source, .userxattr = userxattr, .users = users
	};
	int result = output_stream_open(&pack.stream, output, compression);

	if (result == 0)
		result = pack_root(&pack);
	if (result == 0)
		result = pack_directory(&pack);
	if (result == 0)
		result = tar_header_write_end(&pack.stream);
	if (result == 0)
		result = output_stream_finish(&pack.stream, layer);
	output_stream_close(&pack.stream);
	hard_links_free(&pack.links);
	return result;
}
