/*
 * Chapter 6: a complete container, composed of what the chapters before can do.
 *
 * One structure says all that is wanted, one function makes a container of it. The structure is
 * the sum of the chapters' own; the command line fills it here, config.json will do it later.
 *
 * Source: OCI runtime specification, config.md and config-linux.md.
 * Article 2: configs.Config, libcontainer.Process, Container.Run.
 */
#ifndef STEPS_CONTAINER_H
#define STEPS_CONTAINER_H

#include <jansson.h>

#include "capabilities.h"
#include "cgroup.h"
#include "command.h"
#include "console.h"
#include "filter.h"
#include "hooks.h"
#include "init.h"
#include "mounts.h"
#include "namespaces.h"
#include "net.h"
#include "paths.h"
#include "rlimits.h"
#include "rootfs.h"
#include "user.h"
#include "userns.h"
#include "uts.h"

struct container {
	uint64_t namespaces; /* the new ones: CLONE_NEWUTS, ... */
	bool loopback;	     /* "lo" of the new network namespace is switched on */
	bool oci;	     /* the command is found, and refused, as OCI runtimes do: process.h */
	struct uts uts;
	struct init init;
	struct rootfs rootfs;
	struct net net;
	struct userns userns;
	struct cgroup cgroup;
	struct paths paths;
	struct user user;
	struct rlimits rlimits;
	struct capabilities capabilities;
	struct filter filter;
	bool no_new_privileges;
	struct console console;
	struct command command;
	/* What config.json alone can say (config.h): */
	const char *bundle; /* the directory that its relative paths start from; NULL: ours */
	const char *oci_version;
	struct joined joined;
	struct mounts mounts;
	struct hooks hooks;
	json_t *annotations; /* an object of texts, or NULL */
	/* Its first process; for that process itself: its way to the host side. */
	struct child *child;
};

/*
 * Makes the container, runs its command, waits for its end, and takes away what was made.
 * Returns the command's exit status, 128+n after signal n, or -1.
 */
int container_run(struct container *container);

#endif
