/*
 * Chapter 6: programs of others that are run at certain moments of a container's life.
 *
 * Source: OCI runtime specification, config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle".
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
	const char *path;
	char **argv;	      /* NULL: the path alone */
	char **environment;   /* NULL: none */
	unsigned int timeout; /* seconds; 0: none */
};

/* Those of a kind are run in order. */
struct hooks {
	struct hook *list[HOOK_KINDS];
	size_t count[HOOK_KINDS];
};

#endif
