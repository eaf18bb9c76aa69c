#include "sorted_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"

/* A batch has at most so many bytes, and at least half of them if more names follow. */
enum { BATCH_BYTES = 4 << 20, ALLOCATOR_BYTES = 24 };

/* By their bytes: alphasort(3) asks the locale. */
static int compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static size_t bytes_of(const char *name)
{
	return strlen(name) + sizeof(char *) + ALLOCATOR_BYTES;
}

static void sort(struct sorted_names *names)
{
	if (names->count)
		qsort(names->list, names->count, sizeof(*names->list), compare);
}

static void remove_last(struct sorted_names *names)
{
	char *name = names->list[--names->count];

	names->bytes -= bytes_of(name);
	free(name);
}

/* Removes the later half: a next batch has those names. */
static void cut(struct sorted_names *names)
{
	sort(names);
	while (names->bytes > BATCH_BYTES / 2 && names->count > 1)
		remove_last(names);
	names->is_last = false;
}

static int add(struct sorted_names *names, const char *name)
{
	if (names->count == names->room) {
		const size_t room = names->room ? 2 * names->room : 64;
		char **grown = reallocarray(names->list, room, sizeof(*grown));

		if (!grown)
			return -1;
		names->list = grown;
		names->room = room;
	}
	names->list[names->count] = strdup(name);
	if (!names->list[names->count])
		return -1;
	names->count++;
	names->bytes += bytes_of(name);
	return 0;
}

int sorted_names_read(int directory, struct sorted_names *names)
{
	const int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autodir DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	char most[NAME_MAX + 1] = ""; /* the last name that may be in this batch, after a cut */

	if (!stream)
		return -1;
	if (names->count)
		strcpy(names->after, names->list[names->count - 1]);
	while (names->count)
		remove_last(names);
	names->is_last = true;
	for (struct dirent *entry; (entry = file_next(stream));) {
		const char *name = entry->d_name;

		if ((*names->after && strcmp(name, names->after) <= 0) ||
		    (*most && strcmp(name, most) >= 0))
			continue;
		if (add(names, name) < 0)
			return -1;
		if (names->bytes <= BATCH_BYTES)
			continue;
		cut(names);
		strcpy(most, names->list[names->count - 1]);
	}
	if (errno)
		return -1;
	sort(names);
	return 0;
}

void sorted_names_free(struct sorted_names *names)
{
	while (names->count)
		remove_last(names);
	free(names->list);
	*names = (struct sorted_names){ 0 };
}
