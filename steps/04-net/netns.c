#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "loopback.h"
#include "narrate.h"
#include "spawn.h"

static const char ours[] = "/proc/self/ns/net";

/* Where we are now is the new one. */
static int furnish(void)
{
	int made;

	if (loopback_up() < 0)
		return -1;
	made = open(ours, O_RDONLY | O_CLOEXEC);
	return made < 0 ? fail("open %s", ours) : made;
}

int netns_create(void)
{
	autofd int own = open(ours, O_RDONLY | O_CLOEXEC);
	int made;

	if (own < 0)
		return fail("open %s", ours);
	narrate("unshare CLONE_NEWNET");
	if (unshare(CLONE_NEWNET) < 0)
		return fail("unshare CLONE_NEWNET");
	made = furnish();
	if (setns(own, CLONE_NEWNET) < 0) {
		fail("setns back to the host's network namespace");
		return NETNS_STRANDED;
	}
	return made;
}

int netns_hand_over(int namespace, const struct child *child)
{
	if (child_hand_over(child, namespace) == 0)
		return 0;
	if (errno != EPIPE && errno != ECONNRESET)
		return -1;
	fail_forget();
	return 0;
}

int netns_enter(const struct child *child)
{
	autofd int namespace = child_accept(child);

	if (namespace < 0)
		return -1;
	narrate("setns to the network namespace");
	if (setns(namespace, CLONE_NEWNET) < 0)
		return fail("setns to the network namespace");
	/* It may have died right after its word, and that was not seen behind it. */
	return child_die_with_host(child);
}
