#include "sd_notify.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "config.h"
#include "fail.h"
#include "narrate.h"
#include "state.h"
#include "unix_socket.h"

static const char name[] = STATE_NOTIFY_DIRECTORY; /* the name of the socket in it, too */
static const char ready[] = "READY=1";

/* Returns the path of the manager's socket, or NULL if it has none. */
static const char *manager(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	return path && *path == '/' ? path : NULL;
}

/*
 * The directory is on the host's /run, so its mount is read-only. A process can send to a socket on
 * a read-only mount, too.
 */
static int add_mount(struct mounts *mounts, const struct state *state, const char *target)
{
	int tree = open_tree(state->directory, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	const struct mounts_entry entry = {
		.mount = { .source = name, .target = target, .opened = tree },
		.bind = true,
		.one.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			MOUNT_ATTR_NOEXEC,
	};

	if (tree < 0)
		return fail("open_tree %s of %s", name, state->id);
	return mounts_add(mounts, entry);
}

/*
 * Returns the directory's path in the container: the manager's path, if the socket's name fits
 * behind it; or else runC's.
 */
static const char *find_target(void)
{
	const size_t room = sizeof(((struct sockaddr_un *)NULL)->sun_path);

	return strlen(manager()) + sizeof("/" STATE_NOTIFY_DIRECTORY) <= room ? manager()
									      : "/run/notify";
}

int sd_notify_offer(struct config *config, const struct state *state)
{
	const char *target = manager() ? find_target() : NULL;
	char *variable;

	if (!target)
		return 0;
	if (mkdirat(state->directory, name, 0755) < 0 || fchmodat(state->directory, name, 0755, 0))
		return fail("mkdirat %s of %s", name, state->id);
	if (asprintf(&variable, "NOTIFY_SOCKET=%s/%s", target, name) < 0)
		return fail("asprintf");
	if (add_mount(&config->mounts, state, target) < 0)
		return -1;
	return command_set_variable(&config->command, variable);
}

/* Binds by way of /proc: the path of a state can be too long for the address of a socket. */
static int bind_in(int directory, int socket)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", directory,
		 name);
	narrate("bind %s", address.sun_path);
	if (bind(socket, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail("bind the container's NOTIFY_SOCKET");
	/* The command's user may be any user. */
	return fchmodat(directory, name, 0666, 0) < 0 ? fail("fchmodat %s", name) : 0;
}

int sd_notify_listen(struct sd_notify *notify, const struct state *state)
{
	autofd int directory =
		manager() ? openat(state->directory, name, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	*notify = (struct sd_notify)SD_NOTIFY_NONE;
	if (directory < 0)
		return 0;
	notify->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->socket < 0)
		return fail("socket");
	return bind_in(directory, notify->socket);
}

/* True if one of the lines of the message is READY=1. */
static bool is_ready(const char *message)
{
	size_t length = strlen(ready);

	for (const char *line = message; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, ready, length) == 0 && strchr("\n", line[length]))
			return true;
	}
	return false;
}

static void tell_manager(void)
{
	narrate("sendto NOTIFY_SOCKET: %s", ready);
	if (unix_socket_tell(manager(), ready, "sendto NOTIFY_SOCKET") < 0) {
		fail_warn("%s", fail_get()->text);
		fail_forget();
	}
}

void sd_notify_pass_on(void *argument)
{
	struct sd_notify *notify = argument;
	struct pollfd watched[] = {
		{ .fd = notify->socket, .events = POLLIN },
		{ .fd = notify->until, .events = POLLIN },
		{ .fd = notify->ending, .events = POLLIN },
	};
	char message[4096];

	while (notify->socket >= 0) {
		ssize_t got;

		if (poll(watched, 3, -1) < 0) {
			if (errno == EINTR)
				continue; /* this process was stopped, and goes on */
			fail_warn("poll: no READY=1 is passed on");
			return;
		}
		got = watched[0].revents ? recv(notify->socket, message, sizeof(message) - 1, 0)
					 : 0;
		message[got > 0 ? got : 0] = '\0';
		if (is_ready(message)) {
			tell_manager();
			cleanup_fd(&notify->socket);
		} else if (!watched[0].revents) {
			return; /* all messages before the end have been read */
		}
	}
}
