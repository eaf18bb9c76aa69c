#include "rootless.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "helper.h"
#include "narrate.h"
#include "userns.h"

/*
 * Runs in a process that stays in the host's user namespace: newuidmap(1) has rights only there.
 * Waits until the engine has its namespace, and writes the maps.
 */
static _Noreturn void map(const struct userns *userns, pid_t engine, int socket)
{
	char byte;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || read(socket, &byte, 1) != 1)
		_exit(1);
	userns_map(userns, engine);
	send(socket, fail_get(), sizeof(struct failure), MSG_NOSIGNAL);
	_exit(0);
}

static int wait_for_map(pid_t helper, int socket)
{
	struct failure failure;
	ssize_t got;

	if (send(socket, "", 1, MSG_NOSIGNAL) != 1)
		return fail("send to the process that maps the users");
	got = recv(socket, &failure, sizeof(failure), 0);
	while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (got != sizeof(failure))
		return fail_input("the process that maps the users has died");
	return *failure.text ? fail_set(&failure) : 0;
}

/* The groups of the user stay where /proc/self/setgroups is "deny": there is only one id then. */
static int become_root(void)
{
	setgroups(0, NULL);
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return fail("setresuid to root of the user namespace");
	/*
	 * The change of the user ids has cleared this flag. Without the flag, /proc/self belongs to
	 * the host's root.
	 */
	return prctl(PR_SET_DUMPABLE, 1) < 0 ? fail("prctl PR_SET_DUMPABLE") : 0;
}

int rootless_enter(void)
{
	struct userns userns = { .mode = USERNS_AUTO };
	autofd int ours = -1, theirs = -1;
	const pid_t self = getpid();
	pid_t helper;

	if (geteuid() == 0)
		return 0;
	if (userns_prepare(&userns) < 0)
		return -1;
	if (helper_connect(&ours, &theirs) < 0)
		return -1;
	helper = fork();
	if (helper < 0)
		return fail("fork");
	if (helper == 0)
		map(&userns, self, theirs);
	cleanup_fd(&theirs);
	narrate("unshare CLONE_NEWUSER|CLONE_NEWNS: root here, the user on the host");
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return fail("unshare CLONE_NEWUSER");
	if (wait_for_map(helper, ours) < 0)
		return -1;
	return become_root();
}
