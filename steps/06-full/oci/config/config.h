/*
 * Chapter 6: config.json, which says all that there is to say about a container.
 *
 * It fills the structures that the chapters have defined, one file for each part of it:
 *
 *     config.c            ociVersion, root, hostname, domainname, annotations
 *     config_process.c    process; its scheduler and the like: config_scheduling.c
 *     config_mounts.c     mounts
 *     config_linux.c      linux: namespaces, maps, paths, sysctl, ...
 *     config_devices.c    linux.devices, linux.resources.devices
 *     config_resources.c  linux.resources, the rest of it; blockIO: config_block_io.c
 *     config_seccomp.c    linux.seccomp
 *     config_hooks.c      hooks
 *
 * Every field of the specification does what it says, or is refused by its name. Properties that
 * the specification does not have are ignored, as it wants.
 *
 * Source: OCI runtime specification 1.2, config.md and config-linux.md. Article 2: configs.Config.
 */
#ifndef STEPS_CONFIG_H
#define STEPS_CONFIG_H

#include "container.h"

/*
 * Reads a config.json, unless container->config is its text already. Relative paths in it are taken
 * from container->bundle, which is to be set before (NULL: the working directory). Returns 0, or
 * -1: the message names the places in the file and what was expected there,
 * "process.rlimits[2].type: unknown rlimit "RLIMIT_FOO"".
 */
int config_load(const char *path, struct container *container);

/*
 * Reads a file that has nothing but a process object, as `exec --process` gets it. Returns the
 * object, or NULL.
 */
json_t *config_read_process(const char *path);

/*
 * Has it, and the path for messages, take the place of the container's own. Returns 0 or -1.
 */
int config_set_process(json_t *object, const char *path, struct container *container);

/*
 * Reads a file ("-": standard input) that has nothing but a resources object, as `update` gets it;
 * or takes the object itself. They return 0 or -1.
 */
int config_load_resources(const char *path, struct limits *limits);
int config_set_resources(json_t *object, struct limits *limits);

/* Takes an object with an intelRdt, as in linux. Returns 0 or -1. */
int config_set_rdt(json_t *object, struct rdt *rdt);

#endif
