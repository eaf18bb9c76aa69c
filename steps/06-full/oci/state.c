#include "state.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "userns.h"

static const char creating_name[] = "creating.json", file_name[] = "state.json";
static const char new_name[] = "state.new", config_name[] = "config.json";
static const char *const status_names[] = { "creating", "created", "running", "paused", "stopped" };

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

int state_check_id(const char *id)
{
	bool allowed = *id && strcmp(id, ".") != 0 && strcmp(id, "..") != 0 && strlen(id) < 256;

	for (const char *next = id; *next; next++)
		allowed = allowed && (isalnum((unsigned char)*next) || strchr("_+-.", *next));
	return allowed ? 0
		       : fail_input("container ID \"%s\": must be of letters, digits and _+-.", id);
}

const char *state_default_root(void)
{
	const char *own = getenv("XDG_RUNTIME_DIR"), *user = getenv("USER");
	char *root;

	/* Root of a user namespace, as below Podman, is a user still, unless all says otherwise. */
	if (!own || !*own ||
	    (geteuid() == 0 && (!userns_is_ours() || (user && strcmp(user, "root") == 0))))
		return "/run/step-06";
	return asprintf(&root, "%s/step-06", own) < 0 ? "/run/step-06" : root;
}

/* ---- The file ---- */

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

/* A machine that was started anew has other processes. */
static json_t *boot_id(void)
{
	autofree char *text = file_read("/proc/sys/kernel/random/boot_id");

	return json_string(text ? text : "");
}

static bool is_of_this_boot(const json_t *json)
{
	json_t *now = boot_id();
	bool same = json_equal(json_object_get(json, "boot"), now);

	json_decref(now);
	return same;
}

json_t *state_object(const struct state *state)
{
	bool has_process = state->status != STATUS_STOPPED && state->pid > 0;

	return json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:O*}", "ociVersion", "1.2.0",
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

/* Writes it aside; a reader finds it when it is complete. */
static int save_as(const struct state *state, const char *name)
{
	json_t *object = state_object(state);
	json_t *more =
		json_pack("{s:i, s:I, s:o, s:s, s:b, s:s*}", "pid", state->pid, "startTime",
			  (json_int_t)state->start_time, "boot", boot_id(), "cgroup", state->cgroup,
			  "hooks", state->has_hooks, "unit", *state->unit ? state->unit : NULL);
	char *text = NULL;
	int result = -1;

	if (object && more && json_object_update(object, more) == 0)
		text = json_dumps(object, JSON_COMPACT);
	if (!text)
		fail_input("state of %s: cannot be written as JSON", state->id);
	else if (file_write(state->directory, new_name, text) == 0)
		result = renameat(state->directory, new_name, state->directory, name) < 0
			? fail("renameat %s", name)
			: 0;
	free(text);
	json_decref(object);
	json_decref(more);
	return result;
}

int state_save(const struct state *state)
{
	return save_as(state, file_name);
}

/* RFC 3339. */
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

/* For root alone: what stands in an environment can be a secret. */
int state_keep_config(const struct state *state, const char *text)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	autofd int fd = openat(state->directory, config_name, flags, 0600);
	size_t length = strlen(text);

	if (fd < 0)
		return fail("open %s of %s", config_name, state->id);
	if (write(fd, text, length) != (ssize_t)length)
		return fail("write %s of %s", config_name, state->id);
	return 0;
}

const char *state_config(const struct state *state)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", state->directory, config_name);
	return path;
}

/* Of a process that runs, the file knows whether it was started; that it ended, nobody wrote. */
static void find_status(struct state *state)
{
	const char *name = text_of(state->json, "status");

	state->status = STATUS_STOPPED;
	if (!is_of_this_boot(state->json) || !state_is_alive(state))
		return;
	for (int i = 0; i < STATUS_STOPPED; i++)
		if (strcmp(name, status_names[i]) == 0)
			state->status = (enum status)i;
}

static int read_file(struct state *state)
{
	/* Once more, for it may have got its name meanwhile. */
	static const char *const names[] = { file_name, creating_name, file_name };
	autofd int fd = -1;
	json_error_t error;
	size_t i = 0;

	do {
		fd = openat(state->directory, names[i], O_RDONLY | O_CLOEXEC);
	} while (fd < 0 && errno == ENOENT && ++i < sizeof(names) / sizeof(names[0]));
	if (fd < 0)
		return errno == ENOENT ? 1 : fail("open %s of %s", file_name, state->id);
	state->json = json_loadfd(fd, 0, &error);
	if (!state->json)
		return fail_input("%s of %s: %s", file_name, state->id, error.text);
	state->pid = (pid_t)json_integer_value(json_object_get(state->json, "pid"));
	state->start_time = (uint64_t)json_integer_value(json_object_get(state->json, "startTime"));
	state->bundle = text_of(state->json, "bundle");
	state->rootfs = text_of(state->json, "rootfs");
	state->created = text_of(state->json, "created");
	state->owner = text_of(state->json, "owner");
	state->cgroup = text_of(state->json, "cgroup");
	state->unit = text_of(state->json, "unit");
	state->has_hooks = json_is_true(json_object_get(state->json, "hooks"));
	state->annotations = json_object_get(state->json, "annotations");
	find_status(state);
	if (names[i] == creating_name && state->status != STATUS_STOPPED)
		state->status = STATUS_CREATING;
	return 0;
}

/* ---- The directory ---- */

/* Makes a directory, and those above it. */
static int make_directories(const char *path)
{
	autofree char *prefix = strdup(path);

	if (!prefix)
		return fail("strdup %s", path);
	for (char *end = prefix; *end;) {
		char separator;

		end += strspn(end, "/");
		end += strcspn(end, "/");
		separator = *end;
		*end = '\0';
		if (mkdir(prefix, 0711) < 0 && errno != EEXIST)
			return fail("mkdir %s", prefix);
		*end = separator;
	}
	return 0;
}

static int open_root(const char *root, bool make)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = open(root, flags);

	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? fail("open %s", root) : fd;
	if (!make || make_directories(root) < 0)
		return -1;
	fd = open(root, flags);
	return fd < 0 ? fail("open %s", root) : fd;
}

/* Whether it is still there, and not another one of its name. */
static bool is_in_place(const struct state *state)
{
	struct stat opened, named;

	return fstat(state->directory, &opened) == 0 &&
		fstatat(state->root, state->id, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/* Opens the directory and locks it. Returns 0, 1 if it is not there (any more), or -1. */
static int open_locked(struct state *state, int operation)
{
	do {
		cleanup_fd(&state->directory);
		state->directory = openat(state->root, state->id, DIRECTORY);
		if (state->directory < 0)
			return errno == ENOENT ? 1 : fail("open the state of %s", state->id);
		if (operation && flock(state->directory, operation) < 0)
			return fail("flock the state of %s", state->id);
	} while (operation && !is_in_place(state));
	return 0;
}

static void describe_new(struct state *state)
{
	static char owner[16];

	snprintf(owner, sizeof(owner), "%u", getuid());
	state->owner = getuid() == 0 ? "root" : owner;
	state->cgroup = state->unit = state->rootfs = state->bundle = "";
}

static int empty(const struct state *state)
{
	static const char *const names[] = {
		"go",	  "result",    "notify/notify", "notify/",
		new_name, config_name, file_name,	creating_name
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int flags = names[i][strlen(names[i]) - 1] == '/' ? AT_REMOVEDIR : 0;

		if (unlinkat(state->directory, names[i], flags) < 0 && errno != ENOENT)
			return fail("unlinkat %s of %s", names[i], state->id);
	}
	return 0;
}

int state_make(struct state *state, const char *root, const char *id)
{
	bool is_there = false;
	int opened;

	if (state_check_id(id) < 0)
		return -1;
	*state = (struct state){ .root = open_root(root, true), .directory = -1, .id = id };
	if (state->root < 0)
		return -1;
	do {
		is_there = mkdirat(state->root, id, 0711) < 0;
		if (is_there && errno != EEXIST)
			return fail("mkdirat %s", id);
		opened = open_locked(state, LOCK_EX | LOCK_NB);
		if (opened < 0 && errno == EWOULDBLOCK)
			fail_forget();
	} while (opened == 1);
	if (opened < 0 || faccessat(state->directory, file_name, F_OK, 0) == 0 ||
	    faccessat(state->directory, creating_name, F_OK, 0) == 0) {
		cleanup_fd(&state->directory);
		return fail_input("container with given ID already exists: %s", id);
	}
	describe_new(state);
	/* Perhaps a runtime has left something that was killed before it wrote a state. */
	return is_there ? empty(state) : 0;
}

int state_open(struct state *state, const char *root, const char *id, bool lock)
{
	int result;

	if (state_check_id(id) < 0)
		return -1;
	*state = (struct state){ .root = open_root(root, false), .directory = -1, .id = id };
	result = state->root < 0 ? 1 : open_locked(state, lock ? LOCK_EX : 0);
	if (result == 0)
		result = read_file(state);
	if (result == 1)
		fail_input("container \"%s\" does not exist", id);
	return result;
}

void state_unlock(const struct state *state)
{
	flock(state->directory, LOCK_UN);
}

int state_lock(const struct state *state)
{
	if (flock(state->directory, LOCK_EX) < 0)
		return fail("flock the state of %s", state->id);
	return is_in_place(state) ? 0 : 1;
}

int state_remove(const struct state *state)
{
	if (empty(state) < 0)
		return -1;
	if (unlinkat(state->root, state->id, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return fail("unlinkat the state of %s", state->id);
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

void state_close(struct state *state)
{
	json_decref(state->json);
	cleanup_fd(&state->directory);
	cleanup_fd(&state->root);
}
