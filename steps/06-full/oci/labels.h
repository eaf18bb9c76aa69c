/*
 * Chapter 6: labels of the kernel's security modules: what a program may do beyond the users'
 * rights.
 *
 * Source: apparmor(7), selinux(8), proc_pid_attr(5); process.apparmorProfile and selinuxLabel in
 * config.md of the OCI runtime specification.
 */
#ifndef STEPS_LABELS_H
#define STEPS_LABELS_H

#include <stdbool.h>

struct labels {
	const char *apparmor; /* the profile; NULL: as it comes */
	const char *selinux;  /* the label, user:role:type:level */
};

/* Whether this kernel has them, switched on. */
bool labels_has_apparmor(void);
bool labels_has_selinux(void);

/* Sets what execve(2) will change to; before the root is entered. Returns 0 or -1. */
int labels_set(const struct labels *labels);

#endif
