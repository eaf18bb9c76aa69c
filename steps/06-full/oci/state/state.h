/*
 * Chapter 6: what is known of a container between two verbs, in ROOT/ID/state.json.
 *
 * The file is written aside and renamed, so a reader finds it whole. Who changes something has a
 * lock on the directory. A directory without the file, that nobody has a lock on, is left from a
 * runtime that was killed; the next `create` takes it over.
 *
 * Source: runtime.md of the OCI runtime specification, "State"; flock(2); rename(2); the start time
 * of a process in proc_pid_stat(5), which tells it from a later one with its number.
 */
#ifndef STEPS_STATE_H
#define STEPS_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "directory_ids.h"

/*
 * Below the directory of a state. The container sees it, and can perhaps write to it: sd_notify.h.
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
	const char *unit;		  /* systemd's, whose cgroup it is; empty: it is ours */
	const char *rdt_class;		  /* where resctrl has it; empty: nowhere */
	const char *rdt_group;		  /* what counts for it there; empty: nothing */
	const char *rdt;		  /* the directory of resctrl to remove; empty: none */
	struct directory_ids directories; /* which the two paths led to */
	bool has_hooks;			  /* the configuration wants some to be run */
	bool hooks_began;   /* those of `create`: so the last ones run, too, if it fails */
	bool lacks_process; /* the configuration has none: it cannot be started */
	bool is_damaged;    /* what was read is no state */
	bool shares_pids;   /* its PID namespace is not its own: others do not end with the first */
	json_t *annotations;
	json_t *json; /* what was read: the texts above are in it */
};

#define autostate __attribute__((cleanup(state_close)))
#define STATE_NONE                                                                                 \
	{                                                                                          \
		.root = -1, .directory = -1                                                        \
	}

/*
 * The directory of all states, where nobody says another: /run/step-06; for who is not root of the
 * machine, the one in XDG_RUNTIME_DIR, if that is set.
 */
const char *state_default_root(void);

/*
 * Says that `call` failed on the directory of all states. After su(1) or `sudo -u`, XDG_RUNTIME_DIR
 * may still name the former user's directory: then the message says so. Returns -1.
 */
int state_fail_root(const char *call, const char *root);

/* Checks that `id` can be one: letters, digits, "_+-." Returns 0 or -1. */
int state_check_id(const char *id);

/* Makes the directory of a new container, and locks it. Returns 0 or -1 (it is there already). */
int state_make(struct state *state, const char *root, const char *id);

/*
 * Reads the state of a container, and finds out its status. With `lock`, nobody else changes it
 * until it is closed. A lock guards a change, never a wait for what runs in the container, or who
 * runs there could keep everybody from it; so who does not get it in some seconds, fails. Returns
 * 0, 1 if there is none (with the message "container does not exist"), or -1; where the file can
 * never be read again, and not just now, is_damaged is set.
 */
int state_open(struct state *state, const char *root, const char *id, bool lock);

/*
 * Let others change it for a while; and lock it again, where state_lock() returns 0, 1 if it was
 * removed meanwhile, or -1. What we have read stays as it was.
 */
void state_unlock(const struct state *state);
int state_lock(const struct state *state);

/*
 * Keeps the text of the configuration, for `exec` and late hooks: what the bundle says later
 * is not for this container. Returns 0 or -1. state_config() is the copy's path.
 */
int state_keep_config(const struct state *state, const char *text);

/*
 * Writes where resctrl has the container now, and what is to be removed there; the rest of the file
 * stays. The state must have been read. Returns 0 or -1.
 */
int state_keep_rdt(const struct state *state);
const char *state_config(const struct state *state);

/*
 * Writes it. What is being created has a file with another name, which says what it will be next;
 * it gets the right name when it is that. So one file is written for both, and none is replaced,
 * which a disk takes its time for. What comes later is not written, but found out: a created one
 * runs when its gate has gone, and it is paused when its cgroup is frozen. They return 0 or -1.
 */
int state_announce(struct state *state, enum status next);
int state_reach(struct state *state, enum status status);

/*
 * Looks for the cgroup of one that runs, as it is seen from here, and changes its path to that. A
 * container without a cgroup has none then, either. Returns 0, or -1: it cannot be seen.
 */
int state_find_cgroup(struct state *state);

/* Removes all of it. Returns 0 or -1. */
int state_remove(const struct state *state);

/* The JSON that `state` shows and that hooks read. The caller frees it. NULL: no memory. */
char *state_text(const struct state *state, size_t flags);
json_t *state_object(const struct state *state);

/* Refuses, naming the status, unless it is one of those whose bits are set: 1 << STATUS_RUNNING. */
int state_require(const struct state *state, unsigned int statuses, const char *verb);

void state_close(struct state *state);

/* ---- state_process.c ---- */

/* Sets the pid, and the time it was started at. Returns 0, 1 if it has ended already, or -1. */
int state_set_process(struct state *state, pid_t pid);

/* Returns 1 if its first process still runs, 0, or -1: nobody knows. */
int state_is_alive(const struct state *state);

/* A descriptor of its first process (pidfd), or -1: it has ended; or, with a message, a failure. */
int state_open_process(const struct state *state);

#endif
