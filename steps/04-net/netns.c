#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

#include "cleanup.h"
#include "descriptor.h"
#include "fail.h"
#include "loopback.h"
#include "narrate.h"
#include "spawn.h"

static const char ours[] = "/proc/self/ns/net";

/* In the new namespace: sets loopback up. Returns a descriptor of the namespace, or -1. */
static int open_new(void)
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
	made = open_new();
	if (setns(own, CLONE_NEWNET) < 0) {
		fail("setns back to the host's network namespace");
		return NETNS_STRANDED;
	}
	return made;
}

int netns_hand_over(int namespace, const struct child *child)
{
	if (descriptor_send(child->socket, namespace) == 0)
		return 0;
	if (errno != EPIPE && errno != ECONNRESET)
		return -1;
	fail_forget();
	return 0;
}

int netns_enter(const struct child *child)
{
	autofd int namespace = descriptor_receive(child->socket);

	if (namespace < 0)
		return -1;
	narrate("setns to the network namespace");
	if (setns(namespace, CLONE_NEWNET) < 0)
		return fail("setns to the network namespace");
	/* The host side may have died right after it sent the descriptor. */
	return child_die_with_host(child);
}
