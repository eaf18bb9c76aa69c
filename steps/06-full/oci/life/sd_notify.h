/*
 * Chapter 6: readiness. A service manager that has started the runtime with NOTIFY_SOCKET in the
 * environment waits at this socket for the message that the service is ready. The socket is not in
 * the container, and the manager would ignore a message from there, because it checks the sender's
 * cgroup. So the container has a socket of its own, and the runtime passes its message on.
 *
 *     create, run   sd_notify_offer(): a directory in the state's, shown inside by a bind mount
 *     start, run    sd_notify_listen() in it; when the command runs, sd_notify_pass_on()
 *
 * Source: sd_notify(3); Type=notify in systemd.service(5); unix(7).
 */
#ifndef STEPS_SD_NOTIFY_H
#define STEPS_SD_NOTIFY_H

struct config;
struct state;

struct sd_notify {
	int socket; /* the container's; -1: no manager waits */
	int until;  /* a descriptor: the wait ends when it can be read from */
	int ending; /* a second one: signals_open_ending(), or -1 */
};

#define SD_NOTIFY_NONE                                                                             \
	{                                                                                          \
		.socket = -1, .until = -1, .ending = -1                                            \
	}

/*
 * After the configuration was read: adds the mount, at the path that the manager's socket has on
 * the host (/run/notify, if that is too long), and the variable. Returns 0 or -1.
 */
int sd_notify_offer(struct config *config, const struct state *state);

/* Before the command runs: opens the container's socket, if it was offered one. Returns 0 or -1. */
int sd_notify_listen(struct sd_notify *notify, const struct state *state);

/*
 * Waits until the container has sent READY=1, and sends that to the manager; or until there is
 * something to read from notify->until or notify->ending. `notify` is a struct sd_notify;
 * child_wait() passes it as a pointer to void.
 */
void sd_notify_pass_on(void *notify);

#endif
