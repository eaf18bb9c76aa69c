/*
 * Chapter 6: the parts of a container's life, which the verbs are made of.
 *
 * Source: runtime.md of the OCI runtime specification, "Lifecycle".
 * Article 2: factory.Create, Container.Run, Container.Destroy.
 */
#ifndef STEPS_LIFECYCLE_H
#define STEPS_LIFECYCLE_H

#include "cgroup_path.h"
#include "container.h"
#include "state.h"

/* The options and operands of create and run. */
struct request {
	const char *id;
	const char *bundle; /* the directory */
	const char *config; /* NULL: config.json in it */
	const char *pid_file;
	const char *console_socket;
	const char *pidfd_socket;
	int64_t preserve_fds; /* in addition to those that systemd gives */
	enum cgroup_manager manager;
	bool no_pivot;
	bool no_new_keyring;
	bool foreground;      /* the verb waits for the end, and relays the terminal */
	bool waits_for_start; /* the command waits for lifecycle_start() */
};

/* ---- lifecycle_create.c ---- */

/* Reads the configuration in the bundle's directory. Returns 0 or -1. */
int lifecycle_load(const struct request *request, struct config *config);

/*
 * Makes the container that container->config describes, and its first process, which waits for
 * lifecycle_start() or is about to execute the command. Returns 0; or -1, and nothing is left of
 * the container.
 */
int lifecycle_create(const char *root, const struct request *request, struct container *container,
		     struct child *child, struct state *state);

/* ---- lifecycle.c ---- */

/* Decides, for create and exec, where a terminal goes. Returns 0 or -1. */
int lifecycle_console(struct console *console, const char *socket, bool foreground);

/* Writes the pid to `pid_file` (NULL: no file), and the status to the state. Returns 0 or -1. */
int lifecycle_reach(struct state *state, enum status status, const char *pid_file);

/*
 * Writes limits to the open cgroup, and sends them to systemd if it made the cgroup. Returns 0 or
 * -1.
 */
int lifecycle_limit(const struct state *state, struct limits *limits, const struct cgroup *cgroup);

/*
 * Sends the notify descriptor of the process's seccomp filter to the configured listener, if there
 * is one. Returns 0 or -1.
 */
int lifecycle_listen(struct container *container, const struct state *state);

/*
 * Runs the poststart hooks, when the command is executed and the state says so. Returns 0; or -1: a
 * hook has failed, and the container was deleted.
 */
int lifecycle_started(struct state *state, const struct hooks *hooks);

/*
 * After a failure: deletes the container and its pid file, and keeps the message of the failure.
 * Returns -1.
 */
int lifecycle_give_up(struct state *state);

/*
 * Kills the first process, and does not wait: a verb that waits for this process may have the lock.
 */
void lifecycle_end(struct state *state);

/*
 * Starts the command of a created container. The caller must hold the lock, which is released here.
 * If a service manager waits for readiness, waits until the container is ready. Returns 0; or -1:
 * the command could not be executed, or as lifecycle_started().
 */
int lifecycle_start(struct state *state);

/*
 * Removes what is left of a container that has ended, or that was never started; with `force`, ends
 * any other container first. Runs the poststop hooks. Returns 0 or -1.
 */
int lifecycle_delete(struct state *state, bool force);

/*
 * Used by deletion and by a creation that fails. lifecycle_remove_cgroup() calls `remove` for the
 * cgroup, stops its systemd unit, unless the cgroup belongs to another owner by now, and removes
 * the directory of resctrl. Returns 0 or -1. When the hooks run, there is nothing left to undo, so
 * their failure is a warning.
 */
int lifecycle_remove_cgroup(const struct state *state,
			    int (*remove)(const char *path, const struct directory_ids *ids));
void lifecycle_run_stop_hooks(const struct hooks *hooks, struct state *state);

#endif
