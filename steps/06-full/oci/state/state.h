/*
 * Chapter 6: what is known of a container between two verbs, in ROOT/ID/state.json.
 *
 * The file is written under another name and renamed, so a reader finds it complete. A verb that
 * changes something holds a lock on the directory. A directory without the file, on which nobody
 * holds a lock, was left by a runtime that was killed; the next `create` uses it.
 *
 * Source: runtime.md of the OCI runtime specification, "State"; flock(2); rename(2); the start time
 * of a process in proc_pid_stat(5), by which a later process with the same pid is recognized.
 */
#ifndef STEPS_STATE_H
#define STEPS_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "directory_ids.h"

/*
 * The name of a directory in the directory of a state. The container sees this directory, and can
 * perhaps write to it: sd_notify.h.
 */
#define STATE_NOTIFY_DIRECTORY "notify"

enum status { STATUS_CREATING, STATUS_CREATED, STATUS_RUNNING, STATUS_PAUSED, STATUS_STOPPED };

struct state {
	int root;	/* the directory of all states */
	int directory;	/* the container's own; locked, if that was wanted */
	const char *id; /* as it was given */
	enum status status;
	pid_t pid;
	uint64_t start_time; /* of the process, in ticks since the machine's start */
	const char *bundle;  /* absolute, as the next one */
	const char *rootfs;
	const char *created; /* RFC 3339 */
	const char *owner;
	const char *cgroup;		  /* its path; empty: it has none */
	const char *unit;		  /* the systemd unit of the cgroup; empty: there is none */
	const char *rdt_class;		  /* its class, a directory of resctrl; empty: none */
	const char *rdt_group;		  /* its monitoring group in resctrl; empty: none */
	const char *rdt;		  /* the directory of resctrl to remove; empty: none */
	struct directory_ids directories; /* identities of the directories `cgroup` and `rdt` */
	bool has_hooks;			  /* the configuration has hooks */
	bool hooks_began;   /* `create` has run hooks: if it fails, poststop hooks run */
	bool lacks_process; /* the configuration has no process, so `start` is refused */
	bool is_damaged;    /* the state's file can never be read */
	bool shares_pids;   /* no PID namespace of its own: others do not end with the first */
	json_t *annotations;
	json_t *json; /* the file's content: the texts above are in it */
};

#define autostate __attribute__((cleanup(state_close)))
#define STATE_NONE                                                                                 \
	{                                                                                          \
		.root = -1, .directory = -1                                                        \
	}

/*
 * Returns the directory of all states that is used without --root: /run/step-06; if the caller is
 * not root of the machine, the directory step-06 in XDG_RUNTIME_DIR, if that is set.
 */
const char *state_default_root(void);

/*
 * Reports that `call` failed on the directory of all states. After su(1) or `sudo -u`,
 * XDG_RUNTIME_DIR may still name the former user's directory: then the message says so. Returns -1.
 */
int state_fail_root(const char *call, const char *root);

/* Makes the directory of a new container, and locks it. Returns 0 or -1 (it is there already). */
int state_make(struct state *state, const char *root, const char *id);

/*
 * Reads the state of a container, and finds out its status. With `lock`, nobody else changes the
 * state until it is closed. A verb holds the lock only for a change, never while it waits for a
 * process of the container, which could otherwise block all other verbs. state_open() fails if it
 * does not get the lock in some seconds. Returns 0, 1 if there is no such container (with the
 * message "container does not exist"), or -1; is_damaged is set if the file can never be read, and
 * not only at this moment.
 */
int state_open(struct state *state, const char *root, const char *id, bool lock);

/*
 * Unlock the state, so that others can change it; and lock it again. state_lock() returns 0, 1 if
 * the state was removed meanwhile, or -1. The structure keeps what was read before.
 */
void state_unlock(const struct state *state);
int state_lock(const struct state *state);

/*
 * Keeps a copy of the configuration's text, for `exec` and late hooks: later changes in the bundle
 * do not affect this container. Returns 0 or -1. state_config() returns the path of the copy.
 */
int state_keep_config(const struct state *state, const char *text);

/*
 * Writes the class that the container is in now, and the directory of resctrl to remove; the rest
 * of the file stays. The state must have been read. Returns 0 or -1.
 */
int state_keep_rdt(const struct state *state);
const char *state_config(const struct state *state);

/*
 * Write the state. While a container is being created, its file has another name, and has the
 * status that comes next; state_reach() gives the file its right name when the container has that
 * status. So one file is written for both, and no file is replaced, which would take long on a
 * disk. Later changes are not written, but found out: a created container runs when its exec FIFO
 * is gone, and it is paused when its cgroup is frozen. Both return 0 or -1.
 */
int state_announce(struct state *state, enum status next);
int state_reach(struct state *state, enum status status);

/*
 * Looks for the cgroup of a running container, as it is seen from here, and sets the state's path
 * to that. Does nothing for a container without a cgroup. Returns 0, or -1: the cgroup cannot be
 * seen.
 */
int state_find_cgroup(struct state *state);

/* Removes the state's directory and all that is in it. Returns 0 or -1. */
int state_remove(const struct state *state);

/*
 * Return the JSON that the verb `state` prints and that hooks read. The caller frees it. NULL: no
 * memory.
 */
char *state_text(const struct state *state, size_t flags);
json_t *state_object(const struct state *state);

/* Fails, with the status in the message, unless its bit (1 << STATUS_RUNNING) is in `statuses`. */
int state_require(const struct state *state, unsigned int statuses, const char *verb);

void state_close(struct state *state);

/* ---- state_process.c ---- */

/* Sets the pid and its start time. Returns 0, 1 if the process has ended already, or -1. */
int state_set_process(struct state *state, pid_t pid);

/* Returns 1 if the first process still runs, 0 if it does not, or -1: that cannot be read. */
int state_is_alive(const struct state *state);

/* Returns a pidfd of the first process, or -1: it has ended; or, with a message, a failure. */
int state_open_process(const struct state *state);

#endif
