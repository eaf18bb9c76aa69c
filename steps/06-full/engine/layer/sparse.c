#include "sparse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

enum {
	PAGE = 4096,
	CHUNK = 16 * PAGE,
	HOLE_MIN = 16 * PAGE, /* shorter runs of zeros are data */
	EXTENTS_MAX = 8192,   /* a map that all readers of such archives take */
};

bool sparse_has_holes(const struct stat *status)
{
	return status->st_size > HOLE_MIN && status->st_blocks * 512 < status->st_size - HOLE_MIN;
}

static bool is_zero(const char *bytes, size_t size)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

/* Joins extents that are less than `hole` bytes apart. */
static void join_extents(struct sparse_map *map, off_t hole)
{
	size_t kept = 0;

	for (size_t i = 1; i < map->count; i++) {
		struct sparse_extent *last = &map->extents[kept], *next = &map->extents[i];

		if (next->offset - (last->offset + last->length) < hole)
			last->length = next->offset + next->length - last->offset;
		else
			map->extents[++kept] = *next;
	}
	map->count = kept + 1;
}

/* Adds data behind all that the map has. Large holes only are kept when the map is full. */
static void add_extent(struct sparse_map *map, off_t *hole, off_t offset, off_t length)
{
	struct sparse_extent *last = map->count > 0 ? &map->extents[map->count - 1] : NULL;

	if (last && offset - (last->offset + last->length) < *hole) {
		last->length = offset + length - last->offset;
		return;
	}
	while (map->count == EXTENTS_MAX) {
		*hole *= 2;
		join_extents(map, *hole);
	}
	map->extents[map->count++] = (struct sparse_extent){ offset, length };
}

/* Adds the pages of the chunk at `offset` that are not all zeros. Returns its size, or -1. */
static ssize_t scan_chunk(int fd, off_t offset, off_t size, struct sparse_map *map, off_t *hole)
{
	char chunk[CHUNK];
	size_t wanted = size - offset < CHUNK ? (size_t)(size - offset) : CHUNK;
	ssize_t got = pread(fd, chunk, wanted, offset);

	for (ssize_t at = 0; at < got; at += PAGE) {
		size_t page = got - at < PAGE ? (size_t)(got - at) : PAGE;

		if (!is_zero(chunk + at, page))
			add_extent(map, hole, offset + at, (off_t)page);
	}
	return got;
}

int sparse_find(int fd, off_t size, struct sparse_map *map, const char *path)
{
	off_t hole = HOLE_MIN, offset = 0;
	ssize_t got = 1;

	*map = (struct sparse_map){ .extents = calloc(EXTENTS_MAX + 1, sizeof(*map->extents)) };
	if (!map->extents)
		return fail("calloc a map of %s", path);
	while (offset < size && got > 0) {
		off_t data = lseek(fd, offset, SEEK_DATA);

		if (data < 0 && errno != ENXIO)
			return fail("lseek SEEK_DATA %s", path);
		if (data < 0 || data >= size)
			break; /* a hole until the end of the file */
		/* Chunks begin at multiples of their size, whatever the file system's blocks are.
		 */
		offset = data - data % CHUNK;
		got = scan_chunk(fd, offset, size, map, &hole);
		if (got < 0)
			return fail("read %s", path);
		offset += CHUNK;
	}
	/* As GNU tar: a map ends with the file, if need be by an extent without bytes. */
	if (offset < size || map->count == 0)
		map->extents[map->count++] = (struct sparse_extent){ size, 0 };
	for (size_t i = 0; i < map->count; i++)
		map->stored += map->extents[i].length;
	return 0;
}
