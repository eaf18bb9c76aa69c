#include "shifted.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "layer.h"
#include "lower.h"
#include "remove_tree.h"
#include "shift.h"
#include "spawn.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

#define LOWER "lower"
#define NOTE  "Shift"

/* ---- The maps in the record ---- */

static json_t *list_map(const struct id_map *map, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list,
				      json_pack("[I, I, I]", (json_int_t)map[i].inside,
						(json_int_t)map[i].outside,
						(json_int_t)map[i].size));
	return list;
}

static int note(const struct record *record, const struct userns *userns)
{
	json_t *maps = json_pack("{so, so}", "uids", list_map(userns->uids, userns->uid_count),
				 "gids", list_map(userns->gids, userns->gid_count));

	return json_object_set_new(record->json, NOTE, maps) < 0
		? fail_input("the container's users: no memory")
		: 0;
}

/* Returns the map, which stays as long as the program runs; NULL: it is damaged. */
static struct id_map *read_map(const json_t *list, size_t *count)
{
	struct id_map *map = calloc(json_array_size(list) + 1, sizeof(*map));

	*count = json_array_size(list);
	for (size_t i = 0; map && i < *count; i++) {
		json_int_t inside, outside, size;

		if (json_unpack(json_array_get(list, i), "[I, I, I]", &inside, &outside, &size) < 0)
			return NULL;
		map[i] = (struct id_map){ (uint32_t)inside, (uint32_t)outside, (uint32_t)size };
	}
	return map;
}

bool shifted_is(const struct record *record)
{
	return json_is_object(json_object_get(record->json, NOTE));
}

const struct userns *shifted_users(const struct record *record)
{
	static struct userns userns;
	const json_t *maps = json_object_get(record->json, NOTE);

	if (!maps)
		return NULL;
	userns.mode = USERNS_MAPPED;
	userns.uids = read_map(json_object_get(maps, "uids"), &userns.uid_count);
	userns.gids = read_map(json_object_get(maps, "gids"), &userns.gid_count);
	return userns.uids && userns.gids ? &userns : NULL;
}

/* ---- The copy ---- */

/* The argument of the process that unpacks. */
struct unpacking {
	const struct userns *userns;
	const struct store *store;
	struct child *child;
	int input, output; /* the ends of a pipe */
	int directory;
};

/*
 * In the container's user namespace, where the owners in the archive are the container's users. The
 * kernel writes other ids to the disk, and ties capabilities of files to the namespace.
 */
static int unpack(void *argument)
{
	const struct unpacking *unpacking = argument;
	struct layer_use use = store_layer_use(unpacking->store, &layer_limits_default);
	struct layer layer;

	close(unpacking->output); /* or the archive would have no end */
	use.skip_devices = true;
	if (userns_enter(unpacking->userns, unpacking->child) < 0)
		return -1;
	umask(0);
	if (layer_unpack(unpacking->input, -1, unpacking->directory, &use, &layer) < 0)
		return -1;
	_exit(0);
}

/* Copies the tree by way of an archive, which keeps all that a file has. */
static int copy_through(const struct record *record, const struct userns *userns, int from, int to)
{
	autochild struct child child = CHILD_NONE;
	struct unpacking unpacking = { userns, record->store, &child, -1, -1, to };
	autofd int input = -1, output = -1;
	struct layer layer;
	int ends[2], packed, status;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail("pipe2");
	unpacking.input = input = ends[0];
	unpacking.output = output = ends[1];
	child.job.own_session = true; /* this child must not use the terminal */
	if (child_spawn(&child, CLONE_NEWUSER, unpack, &unpacking) < 0)
		return -1;
	cleanup_fd(&input);
	if (userns_map(userns, child.pid) < 0 || child_release(&child) < 0)
		return -1;
	packed = layer_pack(from, LAYER_TREE, false, LAYER_PLAIN, output, &layer);
	cleanup_fd(&output);
	if (packed < 0)
		fail_forget(); /* EPIPE: the child's failure is the cause, and comes next */
	status = child_wait(&child);
	if (status == 0 && packed == 0)
		return 0;
	return status < 0 ? -1 : fail_input("the copy of the layers has failed");
}

static int make_copy(const struct record *record, const struct config *config)
{
	const struct userns *userns = &config->userns;
	const struct overlay layers = { .layers = config->overlay.layers,
					.layer_count = config->overlay.layer_count,
					.changes = -1 };
	const int container = config->overlay.changes;
	autofd int from = -1, to = -1;

	fail_warn("--userns: the file system of %s, or this kernel, has no idmapped layers: the "
		  "container gets a copy of them, with its own users",
		  record->store->path);
	from = lower_mount(&layers);
	if (from < 0 || remove_tree(container, LOWER) < 0)
		return -1;
	if (mkdirat(container, LOWER, 0755) < 0)
		return fail("mkdir a copy of the layers");
	to = openat(container, LOWER, DIRECTORY);
	if (to < 0)
		return fail("open a copy of the layers");
	if (fchown(to, userns_uid_outside(userns, 0), userns_gid_outside(userns, 0)) < 0)
		return fail("fchown a copy of the layers");
	return copy_through(record, userns, from, to);
}

int shifted_open(const struct record *record)
{
	autofd int container = openat(record->store->containers, record->id, DIRECTORY);
	int fd = container < 0 ? -1 : openat(container, LOWER, DIRECTORY);

	return fd < 0 ? fail("open the layers of the container %s", record->id) : fd;
}

/* ---- Before a container runs ---- */

/* Returns 1, 0, or -1. */
static int needs_copy(const struct record *record, struct config *config)
{
	struct userns *userns = &config->userns;
	int possible;

	if (record->store->userxattr || userns->mode == USERNS_DEFAULT ||
	    userns->mode == USERNS_HOST)
		return 0;
	if (userns_prepare(userns) < 0)
		return -1;
	possible = shift_is_possible(userns, config->overlay.changes);
	return possible < 0 ? -1 : !possible;
}

/* The files of the container belong to the users that it was created with. */
static int check_users(const struct record *record, struct config *config)
{
	const struct userns *users = shifted_users(record);

	if (!users)
		return fail_input("the record of the container %s is damaged: %s", record->id,
				  NOTE);
	if (config->userns.mode == USERNS_DEFAULT) /* nothing will run: cp */
		return 0;
	if (userns_prepare(&config->userns) < 0)
		return -1;
	if (userns_uid_outside(&config->userns, 0) == userns_uid_outside(users, 0) &&
	    userns_gid_outside(&config->userns, 0) == userns_gid_outside(users, 0))
		return 0;
	return fail_input("the container %s has files of other users: create it anew",
			  record_name(record));
}

int shifted_prepare(const struct record *record, struct config *config)
{
	struct overlay *overlay = &config->overlay;
	int needs = shifted_is(record) ? 0 : needs_copy(record, config);

	if (needs < 0)
		return -1;
	if (needs && (make_copy(record, config) < 0 || note(record, &config->userns) < 0))
		return -1;
	if (!shifted_is(record))
		return 0;
	if (check_users(record, config) < 0)
		return -1;
	while (overlay->layer_count > 0)
		close(overlay->layers[--overlay->layer_count]);
	overlay->layers[0] = shifted_open(record);
	overlay->is_shifted = true;
	overlay->layer_count = overlay->layers[0] < 0 ? 0 : 1;
	return overlay->layer_count ? 0 : -1;
}
