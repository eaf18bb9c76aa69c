/* The options of a mount. Source: mount(8); config.md, "Linux mount options". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "mounts.h"

/*
 * Options of a mount, not of its file system. With an r before it ("rro"), an option is for all
 * mounts below as well.
 */
static const struct {
	const char *name;
	struct mounts_change change;
} attributes[] = {
	{ "ro", { .set = MOUNT_ATTR_RDONLY } },
	{ "rw", { .clear = MOUNT_ATTR_RDONLY } },
	{ "nosuid", { .set = MOUNT_ATTR_NOSUID } },
	{ "suid", { .clear = MOUNT_ATTR_NOSUID } },
	{ "nodev", { .set = MOUNT_ATTR_NODEV } },
	{ "dev", { .clear = MOUNT_ATTR_NODEV } },
	{ "noexec", { .set = MOUNT_ATTR_NOEXEC } },
	{ "exec", { .clear = MOUNT_ATTR_NOEXEC } },
	{ "nosymfollow", { .set = MOUNT_ATTR_NOSYMFOLLOW } },
	{ "symfollow", { .clear = MOUNT_ATTR_NOSYMFOLLOW } },
	{ "nodiratime", { .set = MOUNT_ATTR_NODIRATIME } },
	{ "diratime", { .clear = MOUNT_ATTR_NODIRATIME } },
	/*
	 * A mount has one of noatime, strictatime and relatime. relatime is 0: it is used if
	 * another is denied.
	 */
	{ "noatime", { MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME } },
	{ "atime", { MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME } },
	{ "strictatime", { MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME } },
	{ "nostrictatime", { MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME } },
	{ "relatime", { MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME } },
	{ "norelatime", { MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME } },
};

static const struct {
	const char *name;
	uint64_t propagation;
} propagations[] = {
	{ "private", MS_PRIVATE },
	{ "shared", MS_SHARED },
	{ "slave", MS_SLAVE },
	{ "unbindable", MS_UNBINDABLE },
};

/* Options without effect: they are the default, or change only the messages of the kernel. */
static const char *const without_effect[] = {
	"defaults", "async", "nolazytime", "nomand", "iversion", "noiversion", "silent", "loud",
};

/* Options of a file system, wherever it is mounted. */
static const char *const of_superblock[] = { "sync", "dirsync", "lazytime", "mand" };

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

static void apply(struct mounts_change *to, const struct mounts_change *change)
{
	to->set = (to->set & ~change->clear) | change->set;
	to->clear = (to->clear & ~change->set) | change->clear;
}

static bool take_attribute(struct mounts_change *to, const char *name)
{
	for (size_t i = 0; i < SIZE(attributes); i++) {
		if (strcmp(attributes[i].name, name) == 0) {
			apply(to, &attributes[i].change);
			return true;
		}
	}
	return false;
}

static bool take_propagation(uint64_t *to, const char *name)
{
	for (size_t i = 0; i < SIZE(propagations); i++) {
		if (strcmp(propagations[i].name, name) == 0) {
			*to = propagations[i].propagation;
			return true;
		}
	}
	return false;
}

/* "bind", "remount" and the like. */
static bool take_action(struct mounts_entry *entry, const char *name)
{
	if (strcmp(name, "bind") == 0 || strcmp(name, "rbind") == 0) {
		entry->bind = true;
		entry->with_below |= *name == 'r';
	} else if (strcmp(name, "idmap") == 0 || strcmp(name, "ridmap") == 0) {
		entry->map = true;
		entry->map_below |= *name == 'r';
	} else if (strcmp(name, "remount") == 0) {
		entry->remount = true;
	} else if (strcmp(name, "tmpcopyup") == 0) {
		entry->tmpcopyup = true;
	} else {
		return false;
	}
	return true;
}

static bool is_in(const char *const *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* Adds an option of the file system, which is passed to it. Returns NULL, or what is wrong. */
static const char *take_data(struct mounts_entry *entry, const char *option)
{
	const char *before = entry->mount.options ? entry->mount.options : "";
	const char *comma = entry->mount.options ? "," : "";
	const char *value = strchr(option, '=');
	char *longer;
	int length;

	if (value && strchr(value, ',') && value[1] != '"')
		length = asprintf(&longer, "%s%s%.*s=\"%s\"", before, comma, (int)(value - option),
				  option, value + 1);
	else
		length = asprintf(&longer, "%s%s%s", before, comma, option);
	if (length < 0)
		return "there is no memory for it";
	free((char *)entry->mount.options);
	entry->mount.options = longer;
	entry->word |= !value;
	return NULL;
}

/* True if the option is one of these with a value, "ro=recursive": no file system knows it. */
static bool is_ours(const char *option)
{
	size_t length = strcspn(option, "=");
	const char *name;

	for (size_t i = 0; (name = mounts_option_name(i)); i++)
		if (strlen(name) == length && strncmp(name, option, length) == 0)
			return true;
	return false;
}

/* An attribute for the mount and all below it. */
static bool take_attribute_below(struct mounts_entry *entry, const char *name)
{
	struct mounts_change all = { entry->mount.attributes, entry->cleared_below };
	bool is_taken = take_attribute(&all, name);

	entry->mount.attributes = all.set;
	entry->cleared_below = all.clear;
	return is_taken;
}

const char *mounts_option(struct mounts_entry *entry, const char *option)
{
	if (take_attribute(&entry->one, option) || take_propagation(&entry->propagation, option) ||
	    take_action(entry, option) || is_in(without_effect, SIZE(without_effect), option))
		return NULL;
	if (*option == 'r' &&
	    (take_attribute_below(entry, option + 1) ||
	     take_propagation(&entry->propagation_below, option + 1)))
		return NULL;
	return is_ours(option) ? "takes no value" : take_data(entry, option);
}

const char *mounts_problem(const struct mounts_entry *entry)
{
	bool is_bind = entry->bind || entry->remount;

	if (!is_bind && !entry->mount.type)
		return "has no type, and is no bind mount";
	/* A bind mount ignores options with a value, "mode=755", as mount(2) does. */
	if (is_bind && entry->mount.options && (entry->word || entry->remount))
		return is_in(of_superblock, SIZE(of_superblock), entry->mount.options)
			? "a bind mount cannot change its file system, which others use as well"
			: "a bind mount takes no options of a file system";
	if (entry->tmpcopyup && (is_bind || strcmp(entry->mount.type, "tmpfs") != 0))
		return "tmpcopyup is for a tmpfs";
	if (entry->map && !entry->bind)
		return "idmap is for a bind mount";
	if (entry->bind && !entry->mount.source && !entry->remount)
		return "a bind mount needs a source";
	return NULL;
}

const char *mounts_option_name(size_t index)
{
	static const char *const actions[] = { "bind",	 "rbind",   "idmap",
					       "ridmap", "remount", "tmpcopyup" };
	static char name[32];
	size_t attribute_count = SIZE(attributes), count = attribute_count + SIZE(propagations);
	size_t place = index % count;

	if (index >= 2 * count)
		return index - 2 * count < SIZE(actions) ? actions[index - 2 * count] : NULL;
	snprintf(name, sizeof(name), "%s%s", index < count ? "" : "r",
		 place < attribute_count ? attributes[place].name
					 : propagations[place - attribute_count].name);
	return name;
}
