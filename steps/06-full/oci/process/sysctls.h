/*
 * Chapter 6: settings of the kernel that each of certain namespaces has for itself.
 *
 * Source: ipc_namespaces(7), network_namespaces(7), uts_namespaces(7), sysctl(8); linux.sysctl in
 * config-linux.md of the OCI runtime specification.
 */
#ifndef STEPS_SYSCTLS_H
#define STEPS_SYSCTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sysctls {
	struct sysctl {
		const char *name; /* "net.ipv4.ip_forward" or "net/ipv4/ip_forward" */
		const char *value;
	} * list;
	size_t count;
};

/*
 * The namespace that a setting belongs to: CLONE_NEWIPC, ...; 0: to none, it is the whole
 * machine's.
 */
uint64_t sysctls_namespace(const char *name);

/* Whether the setting is the one at `path` below /proc/sys, "kernel/hostname". */
bool sysctls_is(const char *name, const char *path);

/* Writes them; in these namespaces, before the root is entered. Returns 0 or -1. */
int sysctls_write(const struct sysctls *sysctls);

#endif
