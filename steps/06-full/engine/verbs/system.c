/* Chapter 6, engine: `system df`: what the store needs. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "index.h"
#include "record.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* Adds the disk space of the tree. A file with several names counts for each. Returns 0 or -1. */
static int add_size(int parent, const char *name, uint64_t *bytes)
{
	int fd = openat(parent, name, DIRECTORY);
	autodir DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct stat status;

	if (!directory)
		return fail("open %s", name);
	for (struct dirent *entry; (entry = readdir(directory));) {
		if (file_is_dots(entry->d_name))
			continue;
		if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			continue; /* it has gone meanwhile */
		*bytes += (uint64_t)status.st_blocks * 512;
		if (S_ISDIR(status.st_mode) && add_size(fd, entry->d_name, bytes) < 0)
			return -1;
	}
	return 0;
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
