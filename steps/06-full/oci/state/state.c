#include "state.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "exec_fifo.h"
#include "remove_tree.h"
#include "state_file.h"
#include "userns.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
enum { LOCK_TRIES = 10000, LOCK_MICROSECONDS = 1000 };
enum lock { LOCK_NONE, LOCK_AT_ONCE, LOCK_SOON };

static int check_id(const char *id)
{
	bool allowed = *id && !file_is_dots(id) && strlen(id) < 256;

	for (const char *next = id; *next; next++)
		allowed = allowed && (isalnum((unsigned char)*next) || strchr("_+-.", *next));
	return allowed ? 0
		       : fail_input("container ID \"%s\": must be of letters, digits and _+-.", id);
}

const char *state_default_root(void)
{
	const char *own = getenv("XDG_RUNTIME_DIR"), *user = getenv("USER");
	char *root;

	/* Root of a user namespace, as under Podman, counts as a user, unless USER is "root". */
	if (!own || !*own ||
	    (geteuid() == 0 && (!userns_is_ours() || (user && strcmp(user, "root") == 0))))
		return "/run/step-06";
	return asprintf(&root, "%s/step-06", own) < 0 ? "/run/step-06" : root;
}

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

int state_fail_root(const char *call, const char *root)
{
	const int error = errno;
	const char *own = getenv("XDG_RUNTIME_DIR");
	struct stat status;

	if (error == EACCES && own && *own && strncmp(root, own, strlen(own)) == 0 &&
	    stat(own, &status) == 0 && status.st_uid != geteuid())
		return fail_input("%s %s: EACCES: XDG_RUNTIME_DIR belongs to user %u, not to you "
				  "(after su or sudo -u?): set it to a directory of your own, or "
				  "take --root",
				  call, root, status.st_uid);
	errno = error;
	return fail("%s %s", call, root);
}

static int open_root(const char *root, bool make)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = open(root, flags);

	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? state_fail_root("open", root) : fd;
	if (!make || make_directories(root) < 0)
		return -1;
	fd = open(root, flags);
	return fd < 0 ? state_fail_root("open", root) : fd;
}

/* A change takes only a moment; a lock that stays belongs to a runtime that was stopped. */
static int wait_for_lock(const struct state *state)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(state->directory, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			break;
		usleep(LOCK_MICROSECONDS);
	}
	return fail("flock the state of %s", state->id);
}

/* Opens the directory and locks it. Returns 0, 1 if it is not there (any more), or -1. */
static int open_locked(struct state *state, enum lock lock)
{
	do {
		cleanup_fd(&state->directory);
		state->directory = openat(state->root, state->id, DIRECTORY);
		if (state->directory < 0)
			return errno == ENOENT ? 1 : fail("open the state of %s", state->id);
		if (lock == LOCK_AT_ONCE && flock(state->directory, LOCK_EX | LOCK_NB) < 0)
			return fail("flock the state of %s", state->id);
		if (lock == LOCK_SOON && wait_for_lock(state) < 0)
			return -1;
	} while (lock != LOCK_NONE && !file_is_at(state->directory, state->root, state->id));
	return 0;
}

static void describe_new(struct state *state)
{
	static char owner[16];

	snprintf(owner, sizeof(owner), "%u", getuid());
	state->owner = getuid() == 0 ? "root" : owner;
	state->cgroup = state->unit = state->rdt = state->rdt_class = state->rdt_group =
		state->rootfs = state->bundle = "";
}

static int empty(const struct state *state)
{
	exec_fifo_remove(state->directory);
	if (remove_tree(state->directory, STATE_NOTIFY_DIRECTORY) < 0)
		return -1;
	return state_file_remove(state);
}

int state_make(struct state *state, const char *root, const char *id)
{
	bool is_there = false;
	int opened, has_file;

	if (check_id(id) < 0)
		return -1;
	*state = (struct state){ .root = open_root(root, true), .directory = -1, .id = id };
	if (state->root < 0)
		return -1;
	do {
		is_there = mkdirat(state->root, id, 0700) < 0;
		if (is_there && errno != EEXIST)
			return fail("mkdirat %s", id);
		opened = open_locked(state, LOCK_AT_ONCE);
		if (opened < 0 && errno == EWOULDBLOCK)
			fail_forget();
	} while (opened == 1);
	has_file = opened < 0 ? 1 : state_file_is_there(state);
	if (has_file) {
		cleanup_fd(&state->directory);
		return fail_input("container with given ID already exists: %s", id);
	}
	describe_new(state);
	/* A runtime that was killed before it wrote a state may have left files. */
	return is_there ? empty(state) : 0;
}

int state_open(struct state *state, const char *root, const char *id, bool lock)
{
	int result;

	if (check_id(id) < 0)
		return -1;
	*state = (struct state){ .root = open_root(root, false), .directory = -1, .id = id };
	if (state->root < 0 && *fail_get()->text)
		return -1;
	result = state->root < 0 ? 1 : open_locked(state, lock ? LOCK_SOON : LOCK_NONE);
	if (result == 0)
		result = state_file_read(state);
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
	if (wait_for_lock(state) < 0)
		return -1;
	return file_is_at(state->directory, state->root, state->id) ? 0 : 1;
}

int state_remove(const struct state *state)
{
	if (empty(state) < 0)
		return -1;
	if (unlinkat(state->root, state->id, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return fail("unlinkat the state of %s", state->id);
	return 0;
}

void state_close(struct state *state)
{
	json_decref(state->json);
	cleanup_fd(&state->directory);
	cleanup_fd(&state->root);
}
