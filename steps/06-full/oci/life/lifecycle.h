/*
 * Chapter 6: a container's life, in the parts that verbs ask for.
 *
 * Source: runtime.md of the OCI runtime specification, "Lifecycle".
 * Article 2: factory.Create, Container.Run, Container.Destroy.
 */
#ifndef STEPS_LIFECYCLE_H
#define STEPS_LIFECYCLE_H

#include "cgroup_path.h"
#include "container.h"
#include "state.h"

/* What create and run are asked for. */
struct request {
	const char *id;
	const char *bundle; /* the directory */
	const char *config; /* NULL: config.json in it */
	const char *pid_file;
	const char *console_socket;
	const char *pidfd_socket;
	int64_t preserve_fds; /* above those that systemd gives */
	enum cgroup_manager manager;
	bool no_pivot;
	bool no_new_keyring;
	bool foreground;      /* its terminal is ours, for as long as it lives */
	bool waits_for_start; /* for lifecycle_start() */
};

/* ---- lifecycle_create.c ---- */

/* Reads the configuration in the bundle's directory. Returns 0 or -1. */
int lifecycle_load(const struct request *request, struct config *config);

/*
 * Makes the container that container->config describes, and its first process: that waits for
 * lifecycle_start(), or is about to execute the command. Returns 0; or -1, and nothing is left of
 * it.
 */
int lifecycle_create(const char *root, const struct request *request, struct container *container,
		     struct child *child, struct state *state);

/* ---- lifecycle.c ---- */

/* Decides, for create and exec, where a terminal goes. Returns 0 or -1. */
int lifecycle_console(struct console *console, const char *socket, bool foreground);

/* The container has that status now; the file, if one is wanted, has its pid. Returns 0 or -1. */
int lifecycle_reach(struct state *state, enum status status, const char *pid_file);

/* Writes limits to the open cgroup; systemd is told, if it made the cgroup. Returns 0 or -1. */
int lifecycle_limit(const struct state *state, struct limits *limits, const struct cgroup *cgroup);

/* Passes on the listener of the process's filter, if it has one. Returns 0 or -1. */
int lifecycle_listen(struct container *container, const struct state *state);

/*
 * The command is executed now, and the state says so: runs the hooks for it. Returns 0; or -1: one
 * has failed, and the container is deleted.
 */
int lifecycle_started(struct state *state);

/*
 * After a failure, which is told when the container is deleted, and with it the file of its pid.
 * Returns -1.
 */
int lifecycle_give_up(struct state *state);

/* Kills the first process, and waits for nothing: who waits for that has the lock, perhaps. */
void lifecycle_end(struct state *state);

/*
 * Lets a created container go, with the lock, which it gives back; if a service manager wants to
 * know, waits until it is ready. Returns 0; or -1: its command could not be executed, or as
 * lifecycle_started().
 */
int lifecycle_start(struct state *state);

/*
 * Removes what is left of a container that has ended, or that was never started; with `force`,
 * ends any. Runs its poststop hooks. Returns 0 or -1.
 */
int lifecycle_delete(struct state *state, bool force);

/*
 * What deletion and a creation that fails have in common. `remove` is for the cgroup, whose unit of
 * systemd is stopped, unless it is somebody else's by now. When all is gone there is nothing left
 * to undo: a hook's failure is a warning. The first returns 0 or -1.
 */
int lifecycle_remove_cgroup(const struct state *state,
			    int (*remove)(const char *path, const struct directory_ids *ids));
void lifecycle_run_stop_hooks(const struct hooks *hooks, struct state *state);

#endif
