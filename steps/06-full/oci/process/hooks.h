/*
 * Chapter 6: hooks, programs that the configuration wants to be run at points of a container's
 * life.
 *
 *     prestart, createRuntime   `create`: the namespaces are there, the root is not entered
 *     createContainer           the same moment, in the container's namespaces
 *     startContainer            `start`: in the container, before its command
 *     poststart                 `start`: after the command was executed
 *     poststop                  `delete`: after the container is gone
 *
 * Each hook gets the state on its standard input. A hook that fails ends the container. After
 * `delete` there is nothing left to undo, so a failed poststop hook is only a warning.
 *
 * Source: config.md ("POSIX-platform Hooks") and runtime.md ("Lifecycle") of the OCI runtime
 * specification.
 */
#ifndef STEPS_HOOKS_H
#define STEPS_HOOKS_H

#include <stddef.h>

enum hook_kind {
	HOOK_PRESTART,
	HOOK_CREATE_RUNTIME,
	HOOK_CREATE_CONTAINER,
	HOOK_START_CONTAINER,
	HOOK_POSTSTART,
	HOOK_POSTSTOP,
	HOOK_KINDS,
};

struct hook {
	const char *path;     /* absolute */
	char **argv;	      /* NULL: the path alone */
	char **environment;   /* NULL: the runtime's own */
	unsigned int timeout; /* seconds; 0: no time-out */
};

struct hooks {
	struct hook *list[HOOK_KINDS];
	size_t count[HOOK_KINDS];
};

/* Returns the name of a kind in config.json: "createRuntime". */
const char *hooks_name(enum hook_kind kind);

/*
 * Runs all hooks of a kind, one after the other, with `state` on their standard input. Returns 0,
 * or -1 for the first that failed: by its exit status, by a signal, or by its time-out.
 */
int hooks_run(const struct hooks *hooks, enum hook_kind kind, const char *state);

/* Runs all hooks of a kind, also after one of them has failed. A failure is a warning. */
void hooks_try(const struct hooks *hooks, enum hook_kind kind, const char *state);

#endif
