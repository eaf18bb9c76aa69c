#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "mounts.h"

int mounts_add(struct mounts *mounts, struct mounts_entry entry)
{
	struct mounts_entry *grown = reallocarray(mounts->list, mounts->count + 1, sizeof(*grown));

	if (!grown)
		return fail("reallocarray");
	mounts->list = grown;
	if (entry.mount.opened <= 0)
		entry.mount.opened = -1;
	grown[mounts->count++] = entry;
	return 0;
}

uint64_t mounts_attributes(const struct mounts_entry *entry)
{
	return entry->mount.attributes | entry->one.set;
}

size_t mounts_find(const struct mounts *mounts, const char *type)
{
	size_t i = 0;

	while (i < mounts->count &&
	       !(mounts->list[i].mount.type && strcmp(mounts->list[i].mount.type, type) == 0))
		i++;
	return i;
}

size_t mounts_find_target(const struct mounts *mounts, const char *target)
{
	for (size_t i = mounts->count; i > 0; i--) {
		const struct mounts_entry *entry = &mounts->list[i - 1];
		size_t length = strlen(entry->mount.target);

		while (length > 0 && entry->mount.target[length - 1] == '/')
			length--;
		if (entry->remount || strncmp(entry->mount.target, target, length) != 0)
			continue;
		if (target[length] == '\0')
			return i - 1;
		if (target[length] == '/')
			break; /* this mount hides all that is below it */
	}
	return mounts->count;
}
