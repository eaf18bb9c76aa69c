/*
 * Chapter 6: sysctls, settings of the kernel that each namespace of a certain type has for itself.
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
 * Returns the type of namespace that a setting belongs to: CLONE_NEWIPC, ...; 0: the setting is the
 * whole machine's.
 */
uint64_t sysctls_namespace(const char *name);

/* True if the setting is the one at `path` below /proc/sys, "kernel/hostname". */
bool sysctls_is(const char *name, const char *path);

/*
 * Writes the settings. Call this in the namespaces that they belong to, before the root is entered.
 * Returns 0 or -1.
 */
int sysctls_write(const struct sysctls *sysctls);

#endif
