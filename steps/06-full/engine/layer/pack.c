#include "layer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "cleanup.h"
#include "fail.h"
#include "pack_entry.h"

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

static int is_no_dot(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* By their bytes: alphasort(3) asks the locale. */
static int compare(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
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
static int pack_names(struct pack *pack, struct dirent *const *names, int count)
{
	const size_t length = strlen(pack->path);
	autofd int directory = -1;

	for (int i = 0; i < count; i++) {
		int kind;

		if (directory < 0)
			directory = beneath_open(pack->root, pack->path);
		if (directory < 0)
			return fail_open(pack->path);
		if (append(pack, length, names[i]->d_name) < 0)
			return -1;
		kind = pack_entry(pack, directory, names[i]->d_name);
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

static int pack_directory(struct pack *pack)
{
	struct dirent **names = NULL;
	int directory = beneath_open(pack->root, pack->path);
	int count, result;

	if (directory < 0)
		return fail_open(pack->path);
	count = scandirat(directory, ".", &names, is_no_dot, compare);
	close(directory);
	if (count < 0)
		return fail("scandir %s", pack->path);
	result = pack_names(pack, names, count);
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return result;
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
