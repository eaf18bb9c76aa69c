/* Chapter 6, engine: `system df`: what the store needs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "index.h"
#include "record.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* A directory that is looked through, and what is to be entered in it. */
struct level {
	char **names;
	size_t count;
	struct stat status;
};

/* Adds the disk space of what is in the directory, and lists the directories in it. */
static int look_into(int fd, struct level *level, uint64_t *bytes)
{
	int copy = openat(fd, ".", DIRECTORY);
	autodir DIR *directory = copy < 0 ? NULL : fdopendir(copy);
	struct stat status;

	*level = (struct level){ 0 };
	if (!directory || fstat(fd, &level->status) < 0)
		return fail("open a directory of the store");
	for (struct dirent *entry; (entry = readdir(directory));) {
		char **grown;

		if (file_is_dots(entry->d_name) ||
		    fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			continue; /* it has gone meanwhile */
		*bytes += (uint64_t)status.st_blocks * 512;
		if (!S_ISDIR(status.st_mode))
			continue;
		grown = reallocarray(level->names, level->count + 1, sizeof(*grown));
		if (!grown)
			return fail("reallocarray");
		level->names = grown;
		grown[level->count] = strdup(entry->d_name);
		if (!grown[level->count++])
			return fail("strdup");
	}
	return 0;
}

/* Moves *fd. Returns 1; 0: the place has gone, or a container that runs has moved it; or -1. */
static int move(int *fd, const char *name, const struct stat *wanted)
{
	int next = openat(*fd, name, DIRECTORY);
	struct stat found;

	if (next < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : fail("open %s", name);
	close(*fd);
	*fd = next;
	if (!wanted)
		return 1;
	return fstat(next, &found) == 0 && file_is_same(&found, wanted);
}

/* Enters the next directory of the lowest level, or goes up. Returns 1; 0: at the end; or -1. */
static int go_on(int *fd, struct level *levels, size_t *depth, uint64_t *bytes)
{
	struct level *level = &levels[*depth - 1];
	int moved;

	if (level->count > 0) {
		autofree char *name = level->names[--level->count];

		moved = move(fd, name, NULL);
		if (moved > 0 && look_into(*fd, &levels[(*depth)++], bytes) < 0)
			return -1;
		return moved < 0 ? -1 : 1;
	}
	free(level->names);
	if (--*depth == 0)
		return 0;
	return move(fd, "..", &levels[*depth - 1].status);
}

/*
 * Adds the disk space of the tree. A file with several names counts for each. One directory is open
 * at a time, however deep the tree is. Returns 0 or -1.
 */
static int add_size(int parent, const char *name, uint64_t *bytes)
{
	autofd int fd = openat(parent, name, DIRECTORY);
	struct level *levels = malloc(2 * sizeof(*levels)), *grown = levels;
	size_t depth = 1;
	int more;

	if (fd < 0 || !levels)
		return fail("open %s", name);
	more = look_into(fd, levels, bytes) < 0 ? -1 : 1;
	while (more > 0 && grown) {
		more = go_on(&fd, levels, &depth, bytes);
		grown = reallocarray(levels, depth + 1, sizeof(*levels));
		levels = grown ? grown : levels;
	}
	free(levels);
	return more < 0 || !grown ? -1 : 0;
}

static int print_row(const struct store *store, const char *what, const char *name, size_t count)
{
	char size[FORMAT_SIZE];
	uint64_t bytes = 0;

	if (add_size(store->directory, name, &bytes) < 0)
		return -1;
	format_bytes(bytes, size);
	printf("%-18s %-8zu %s\n", what, count, size);
	return 0;
}

static size_t count_entries(int fd)
{
	int copy = openat(fd, ".", DIRECTORY);
	autodir DIR *directory = copy < 0 ? NULL : fdopendir(copy);
	size_t count = 0;

	for (struct dirent *entry; directory && (entry = readdir(directory));)
		count += *entry->d_name != '.';
	return count;
}

static int df(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	const struct verb_option options[] = { ENGINE_STORE(&path), { 0 } };
	autostore struct store store = STORE_CLOSED;
	autoindex struct index index = { 0 };

	if (!verb_read(verb, options, words, 0, 0) || engine_open(path, &store) < 0)
		return -1;
	if (index_read(&store, &index) < 0)
		return -1;
	printf("%-18s %-8s %s\n", "TYPE", "TOTAL", "SIZE");
	if (print_row(&store, "Images (blobs)", "blobs", index_count(&index)) < 0 ||
	    print_row(&store, "Layers (unpacked)", "layers", count_entries(store.layers)) < 0 ||
	    print_row(&store, "Containers", "containers", count_entries(store.containers)) < 0)
		return -1;
	return fflush(stdout) < 0 ? fail("write the sizes") : 0;
}

static const struct verb verb_df = {
	"system df", "", "Print how much disk space the store needs", STATUS_FAILED, df,
};

static const struct engine_subverb verbs[] = { { "df", &verb_df }, { NULL, NULL } };

static int run(const struct runtime *runtime, const struct verb *verb, char **words)
{
	return engine_run_subverb(runtime, verb, verbs, words);
}

const struct verb engine_system = {
	"system", "df", "Print how much disk space the store needs", STATUS_FAILED, run,
};
