#include "freeze.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_tree.h"
#include "cgroup_version.h"
#include "cleanup.h"
#include "fail.h"

enum { TRIES = 1000, TRY_MICROSECONDS = 1000, FREEZE_MILLISECONDS = 10000 };

/* A process that is being made may escape for a moment. The state is FREEZING then. */
static int freeze_v1(int directory, bool frozen)
{
	const char *wanted = frozen ? "FROZEN" : "THAWED";

	for (int i = 0; i < TRIES; i++) {
		autofree char *state = NULL;

		if (cgroup_write(directory, "freezer.state", "%s", wanted) < 0)
			return -1;
		state = cgroup_read(directory, "freezer.state");
		if (!state)
			return -1;
		if (strncmp(state, wanted, strlen(wanted)) == 0)
			return 0;
		usleep(TRY_MICROSECONDS);
	}
	return fail_input("freezer.state: the processes cannot be frozen");
}

/* The kernel says in cgroup.events when all are frozen, and wakes a process that polls the file. */
static int freeze_v2(int directory, bool frozen)
{
	autofd int events = openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd changed = { .fd = events, .events = POLLPRI };
	char text[128];
	ssize_t length;
	int ready;

	if (events < 0)
		return fail("open cgroup.events");
	if (cgroup_write(directory, "cgroup.freeze", "%d", frozen) < 0)
		return -1;
	for (;;) {
		length = pread(events, text, sizeof(text) - 1, 0);
		if (length < 0)
			return fail("read cgroup.events");
		text[length] = '\0';
		if (strstr(text, frozen ? "frozen 1" : "frozen 0"))
			return 0;
		ready = poll(&changed, 1, FREEZE_MILLISECONDS);
		if (ready == 0)
			return fail_input("cgroup.freeze: the processes cannot be frozen");
		if (ready < 0 && errno != EINTR)
			return fail("poll cgroup.events");
	}
}

static int freeze(const struct cgroup *cgroup, bool frozen)
{
	const struct hierarchy *hierarchy = cgroup_hierarchy(cgroup, SET(CONTROLLER_FREEZER));

	if (!hierarchy)
		return fail_input("no cgroup hierarchy here can freeze processes");
	return hierarchy->version == 2 ? freeze_v2(hierarchy->directory, frozen)
				       : freeze_v1(hierarchy->directory, frozen);
}

int cgroup_freeze(const struct cgroup *cgroup)
{
	return freeze(cgroup, true);
}

int cgroup_thaw(const struct cgroup *cgroup)
{
	return freeze(cgroup, false);
}

int cgroup_kill(const struct cgroup *cgroup)
{
	const struct hierarchy *hierarchy = cgroup_hierarchy(cgroup, SET(CONTROLLER_FREEZER));

	if (!hierarchy)
		hierarchy = cgroup_hierarchy(cgroup, ~0U);
	if (!hierarchy)
		return fail_input("there is no cgroup");
	if (version_of(hierarchy)->kill(hierarchy->directory, cgroup_deadline()) < 0)
		return fail("write to kill the processes of the cgroup");
	return 0;
}
