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
 * Each gets the state on its standard input. A failure ends the container, but for the last one,
 * after which there is nothing to undo: it is a warning.
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
	char **environment;   /* NULL: our own */
	unsigned int timeout; /* seconds; 0: it takes as long as it takes */
};

struct hooks {
	struct hook *list[HOOK_KINDS];
	size_t count[HOOK_KINDS];
};

/*
 * Runs all of a kind, one after the other, with `state` on their standard input. Returns 0, or -1
 * for the first that failed: by its exit status, by a signal, or by its time-out.
 */
int hooks_run(const struct hooks *hooks, enum hook_kind kind, const char *state);

/* Runs all of a kind, whatever becomes of each; a failure is a warning. */
void hooks_try(const struct hooks *hooks, enum hook_kind kind, const char *state);

#endif
