#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "record.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static int compare(const void *one, const void *other)
{
	return strcmp(record_text(other, "Created"), record_text(one, "Created"));
}

/* A record that cannot be read does not hide the others. */
static bool read_one(const struct store *store, const char *id, struct record *record)
{
	const struct record none = RECORD_NONE;

	*record = none;
	if (strlen(id) == DIGEST_HEX && record_read(store, id, record) == 1) {
		cleanup_fd(&record->directory); /* there may be many records */
		return true;
	}
	if (*fail_get()->text)
		fail_warn("%s", fail_get()->text);
	fail_forget();
	record_close(record);
	return false;
}

/* Returns the number of records in *list, or -1. */
static long read_all(const struct store *store, struct record **list)
{
	int fd = openat(store->containers, ".", DIRECTORY);
	autodir DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	long count = 0;

	if (!directory)
		return fail("open %s/containers", store->path);
	for (struct dirent *entry; (entry = file_next(directory));) {
		struct record *grown = reallocarray(*list, (size_t)count + 1, sizeof(*grown));

		if (!grown)
			return fail("reallocarray");
		*list = grown;
		count += read_one(store, entry->d_name, &grown[count]);
	}
	return errno ? fail("readdir %s/containers", store->path) : count;
}

int record_for_each(const struct store *store, int (*look)(struct record *record, void *data),
		    void *data)
{
	struct record *list = NULL;
	long count = read_all(store, &list);
	int result = count < 0 ? -1 : 0;

	if (list && count > 1)
		qsort(list, (size_t)count, sizeof(*list), compare);
	for (long i = 0; list && i < count; i++) {
		if (result == 0)
			result = look(&list[i], data);
		record_close(&list[i]);
	}
	free(list);
	return result;
}
