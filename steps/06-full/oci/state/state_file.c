/* Chapter 6: the content of the state's files, and how the status is found out (state_file.h). */
#include "state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup_find.h"
#include "cgroup_path.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "exec_fifo.h"
#include "json.h"
#include "pid_file.h"

static const char creating_name[] = "creating.json", file_name[] = "state.json";
static const char new_name[] = "state.new", config_name[] = "config.json";
static const char *const status_names[] = { "creating", "created", "running", "paused", "stopped" };

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

/*
 * Returns the kernel's name for the time since the last boot, which the caller frees, or NULL.
 * After a reboot the name is another one, and so are the processes. Where the kernel does not show
 * the name, returns "".
 */
static char *read_boot_id(void)
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	char *text = file_read(path);

	if (!text && (errno == ENOENT || errno == EACCES || errno == EPERM))
		text = strdup("");
	if (!text)
		fail("read %s", path);
	return text;
}

/* Returns 1 if the state was written since the last boot, 0 if not, or -1. */
static int is_of_this_boot(const json_t *json)
{
	autofree char *now = read_boot_id();

	return now ? strcmp(text_of(json, "boot"), now) == 0 : -1;
}

json_t *state_object(const struct state *state)
{
	bool has_process = state->status != STATUS_STOPPED && state->pid > 0;

	return json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:O*}", "ociVersion", "1.3.0",
			 "id", state->id, "pid", has_process ? state->pid : 0, "status",
			 status_names[state->status], "bundle", state->bundle, "rootfs",
			 state->rootfs, "created", state->created, "owner", state->owner,
			 "annotations", state->annotations);
}

char *state_text(const struct state *state, size_t flags)
{
	json_t *object = state_object(state);
	char *text = object ? json_dumps(object, flags) : NULL;

	json_decref(object);
	return text;
}

/* Only the owner can read the file: an environment or an annotation may contain a secret. */
static int write_file(const struct state *state, const char *name, const char *text)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	autofd int fd = openat(state->directory, name, flags, 0600);
	size_t left = strlen(text);

	if (fd < 0)
		return fail("open %s of %s", name, state->id);
	while (left > 0) {
		ssize_t written = write(fd, text, left);

		if (written < 0)
			return fail("write %s of %s", name, state->id);
		text += written;
		left -= (size_t)written;
	}
	return 0;
}

/* Writes the state to a temporary file and renames it, so a reader finds a complete file. */
static int put_in_place(const struct state *state, const char *name, const json_t *object)
{
	autofree char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

	if (!text)
		return fail_input("state of %s: cannot be written as JSON", state->id);
	if (write_file(state, new_name, text) < 0)
		return -1;
	return renameat(state->directory, new_name, state->directory, name) < 0
		? fail("renameat %s", name)
		: 0;
}

static int save_as(const struct state *state, const char *name)
{
	autofree char *boot = read_boot_id();
	json_t *object = state_object(state);
	json_t *more = json_pack(
		"{s:i, s:I, s:s*, s:s, s:o, s:b, s:o*, s:b, s:s*, s:s*, s:s*, s:s*}", "pid",
		state->pid, "startTime", (json_int_t)state->start_time, "boot", boot, "cgroup",
		state->cgroup, "directories", directory_ids_write(&state->directories), "hooks",
		state->has_hooks, "lacksProcess", state->lacks_process ? json_true() : NULL,
		"sharesPids", state->shares_pids, "unit", *state->unit ? state->unit : NULL, "rdt",
		*state->rdt ? state->rdt : NULL, "rdtClass",
		*state->rdt_class ? state->rdt_class : NULL, "rdtGroup",
		*state->rdt_group ? state->rdt_group : NULL);
	bool is_whole = boot && object && more && json_object_update(object, more) == 0;
	int result = put_in_place(state, name, is_whole ? object : NULL);

	json_decref(object);
	json_decref(more);
	return result;
}

int state_keep_rdt(const struct state *state)
{
	json_object_set_new(state->json, "rdt", json_string(state->rdt));
	json_object_set_new(state->json, "rdtClass", json_string(state->rdt_class));
	json_object_set_new(state->json, "directories", directory_ids_write(&state->directories));
	return put_in_place(state, file_name, state->json);
}

/* Returns the time in the format of RFC 3339. */
static const char *now_text(void)
{
	static char text[48];
	struct timespec now;
	struct tm parts;
	size_t used;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	used = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(text + used, sizeof(text) - used, ".%09ldZ", now.tv_nsec);
	return text;
}

int state_announce(struct state *state, enum status next)
{
	int result;

	state->created = now_text();
	state->status = next;
	result = save_as(state, creating_name);
	state->status = STATUS_CREATING;
	return result;
}

int state_reach(struct state *state, enum status status)
{
	state->status = status;
	if (renameat(state->directory, creating_name, state->directory, file_name) < 0)
		return fail("renameat %s to %s", creating_name, file_name);
	return 0;
}

int state_keep_config(const struct state *state, const char *text)
{
	return write_file(state, config_name, text);
}

const char *state_config(const struct state *state)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", state->directory, config_name);
	return path;
}

/*
 * The file has the status that the container had after its creation. A later start, freeze or end,
 * perhaps by another program, is not written, so this function finds it out.
 */
static int find_status(struct state *state, bool is_creating)
{
	const char *name = text_of(state->json, "status");
	int is_alive = is_of_this_boot(state->json);

	state->status = STATUS_STOPPED;
	if (is_alive > 0)
		is_alive = state_is_alive(state);
	if (is_alive <= 0)
		return is_alive;
	for (int i = 0; i < STATUS_STOPPED; i++)
		if (strcmp(name, status_names[i]) == 0)
			state->status = is_creating ? STATUS_CREATING : (enum status)i;
	if (is_creating)
		return 0;
	if (state->status == STATUS_CREATED && !exec_fifo_is_there(state->directory))
		state->status = STATUS_RUNNING;
	if (cgroup_find_frozen(state->cgroup, state->pid))
		state->status = STATUS_PAUSED;
	return 0;
}

/* True if the next reader will fail with this error as well. */
static bool is_lasting(int error)
{
	return error == EISDIR || error == ELOOP || error == ENXIO || error == EIO ||
		error == EFBIG;
}

/* Returns the file's text, or NULL. */
static char *read_text(struct state *state, int fd)
{
	char *text = fd < 0 ? NULL : file_read_open(fd);

	state->is_damaged = !text && is_lasting(errno);
	if (!text)
		fail("%s %s of %s", fd < 0 ? "open" : "read", file_name, state->id);
	return text;
}

static int parse(struct state *state, const char *text)
{
	json_error_t error;

	state->json = json_loads(text, 0, &error);
	if (state->json)
		return 0;
	state->is_damaged = *error.text && json_error_code(&error) != json_error_out_of_memory;
	return fail_input("%s of %s: %s", file_name, state->id,
			  *error.text ? error.text : "no memory");
}

int state_file_read(struct state *state)
{
	/* The last one again: creating.json may have been renamed meanwhile. */
	static const char *const names[] = { file_name, creating_name, file_name };
	autofree char *text = NULL;
	autofd int fd = -1;
	size_t i = 0;

	do {
		fd = openat(state->directory, names[i], O_RDONLY | O_CLOEXEC);
	} while (fd < 0 && errno == ENOENT && ++i < sizeof(names) / sizeof(names[0]));
	if (fd < 0 && errno == ENOENT)
		return 1;
	text = read_text(state, fd);
	if (!text || parse(state, text) < 0)
		return -1;
	state->pid = (pid_t)json_integer_value(json_object_get(state->json, "pid"));
	state->start_time = (uint64_t)json_integer_value(json_object_get(state->json, "startTime"));
	state->bundle = text_of(state->json, "bundle");
	state->rootfs = text_of(state->json, "rootfs");
	state->created = text_of(state->json, "created");
	state->owner = text_of(state->json, "owner");
	state->cgroup = text_of(state->json, "cgroup");
	state->unit = text_of(state->json, "unit");
	state->rdt = text_of(state->json, "rdt");
	state->rdt_class = text_of(state->json, "rdtClass");
	state->rdt_group = text_of(state->json, "rdtGroup");
	directory_ids_read(&state->directories, json_object_get(state->json, "directories"));
	state->has_hooks = json_is_true(json_object_get(state->json, "hooks"));
	state->lacks_process = json_is_true(json_object_get(state->json, "lacksProcess"));
	state->shares_pids = json_is_true(json_object_get(state->json, "sharesPids"));
	state->annotations = json_object_get(state->json, "annotations");
	return find_status(state, names[i] == creating_name);
}

int state_find_cgroup(struct state *state)
{
	char *found;

	if (!*state->cgroup || state->status == STATUS_STOPPED || state->status == STATUS_CREATING)
		return 0;
	if (cgroup_path_is_known(state->cgroup, &state->directories))
		return 0; /* another program may have moved the process out of the cgroup */
	found = cgroup_find(state->cgroup, state->pid);
	if (found) {
		state->cgroup = found;
		return 0;
	}
	if (state_is_alive(state)) /* or this cannot be read */
		return -1;
	fail_forget(); /* the container has ended meanwhile */
	return 0;
}

int state_require(const struct state *state, unsigned int statuses, const char *verb)
{
	if (statuses & 1U << state->status)
		return 0;
	if (state->status == STATUS_STOPPED)
		return fail_input("cannot %s: container not running (%s is stopped)", verb,
				  state->id);
	return fail_input("cannot %s: container %s is %s", verb, state->id,
			  status_names[state->status]);
}

int state_file_is_there(const struct state *state)
{
	if (faccessat(state->directory, file_name, F_OK, 0) == 0 ||
	    (errno == ENOENT && faccessat(state->directory, creating_name, F_OK, 0) == 0))
		return 1;
	return errno == ENOENT ? 0 : fail("faccessat %s of %s", file_name, state->id);
}

int state_file_remove(const struct state *state)
{
	static const char *const names[] = { new_name, config_name, file_name, creating_name,
					     PID_FILE_NOTE };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (unlinkat(state->directory, names[i], 0) < 0 && errno != ENOENT)
			return fail("unlinkat %s of %s", names[i], state->id);
	return 0;
}
