#include "names.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "work.h"

static const char *const adjectives[] = {
	"brave", "bright", "calm",  "clever", "eager", "early", "fair",	 "fast",
	"glad",	 "gentle", "happy", "keen",   "kind",  "light", "lucky", "merry",
	"neat",	 "proud",  "quick", "quiet",  "sharp", "shy",	"warm",	 "wise",
};

static const char *const animals[] = {
	"badger", "beaver", "crane", "crow",  "deer",	 "dolphin", "eagle", "falcon",
	"finch",  "fox",    "hare",  "heron", "ibis",	 "lynx",    "mole",  "newt",
	"otter",  "owl",    "robin", "seal",  "sparrow", "swan",    "toad",  "whale",
};

enum {
	ADJECTIVES = sizeof(adjectives) / sizeof(adjectives[0]),
	ANIMALS = sizeof(animals) / sizeof(animals[0]),
};

static bool is_name(const char *name)
{
	size_t length = strlen(name);

	if (length < 2 || length >= NAMES_SIZE || !isalnum((unsigned char)*name))
		return false;
	for (const char *next = name; *next; next++)
		if (!isalnum((unsigned char)*next) && !strchr("_.-", *next))
			return false;
	return true;
}

/*
 * A command that was killed may have left a link: to a container that is gone, or to one that has
 * another name. While a container is made, it has no record yet.
 */
static int is_owner(const struct store *store, const char *name, const char *id)
{
	autofd int container = openat(store->containers, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autofree char *text = NULL;
	json_t *record;
	const char *own;
	bool is_its;

	if (container < 0)
		return errno == ENOENT ? 0 : fail("open %s/containers/%s", store->path, id);
	text = file_read_at(container, "record.json");
	if (!text && errno != ENOENT)
		return fail("read the record of the container %s", id);
	record = text ? json_loads(text, 0, NULL) : NULL;
	own = json_string_value(json_object_get(record, "Name"));
	is_its = own ? strcmp(own, name) == 0 : work_is_alive(store, id);
	json_decref(record);
	return is_its;
}

int names_find(const struct store *store, const char *name, char *id)
{
	ssize_t length;

	if (!is_name(name))
		return 0;
	length = readlinkat(store->names, name, id, DIGEST_HEX + 1);
	if (length != DIGEST_HEX)
		return 0;
	id[length] = '\0';
	return is_owner(store, name, id);
}

/* Returns 1; 0: another container has the name; or -1. */
static int try_name(const struct store *store, const char *name, const char *id)
{
	char other[DIGEST_HEX + 1];
	autofd int lock = -1;
	int found;

	if (symlinkat(id, store->names, name) == 0)
		return 1;
	if (errno != EEXIST)
		return fail("symlink names/%s in %s", name, store->path);
	lock = store_lock(store, true);
	if (lock < 0)
		return -1;
	found = names_find(store, name, other);
	if (found != 0)
		return found < 0 ? -1 : 0;
	unlinkat(store->names, name, 0);
	return symlinkat(id, store->names, name) == 0 ? 1 : fail("symlink names/%s", name);
}

int names_take(const struct store *store, const char *name, const char *id)
{
	char other[DIGEST_HEX + 1] = "";
	int taken;

	if (!is_name(name))
		return fail_input("%s: no name for a container: letters, digits, \"_\", \".\" and "
				  "\"-\", two at least, the first a letter or digit",
				  name);
	taken = try_name(store, name, id);
	if (taken != 0)
		return taken < 0 ? -1 : 0;
	names_find(store, name, other);
	return fail_input("the name %s belongs to the container %.12s: remove it (step-06 rm %s), "
			  "or take another name",
			  name, other, name);
}

int names_choose(const struct store *store, const char *id, char name[NAMES_SIZE])
{
	for (;;) {
		unsigned char random[4];
		int taken;

		if (getrandom(random, sizeof(random), 0) < 0)
			return fail("getrandom");
		snprintf(name, NAMES_SIZE, "%s_%s%d", adjectives[random[0] % ADJECTIVES],
			 animals[random[1] % ANIMALS], random[2] << 8 | random[3]);
		taken = try_name(store, name, id);
		if (taken != 0)
			return taken < 0 ? -1 : 0;
	}
}

void names_drop(const struct store *store, const char *name, const char *id)
{
	char owner[DIGEST_HEX + 1] = "";

	if (readlinkat(store->names, name, owner, DIGEST_HEX) == DIGEST_HEX &&
	    strcmp(owner, id) == 0)
		unlinkat(store->names, name, 0);
}

void names_drop_all(const struct store *store, const char *id)
{
	int fd = openat(store->names, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autodir DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	for (struct dirent *entry; directory && (entry = file_next(directory));)
		names_drop(store, entry->d_name, id);
}
