/*
 * Chapter 6: labels of the kernel's security modules: what a program may do beyond the users'
 * rights.
 *
 * Source: apparmor(7), selinux(8), proc_pid_attr(5); process.apparmorProfile and selinuxLabel in
 * config.md of the OCI runtime specification.
 */
#ifndef STEPS_LSM_H
#define STEPS_LSM_H

#include <stdbool.h>

struct lsm {
	const char *apparmor; /* the profile; NULL: as it comes */
	const char *selinux;  /* the label, user:role:type:level */
};

/* Whether this kernel has them, switched on. */
bool lsm_has_apparmor(void);
bool lsm_has_selinux(void);

/*
 * The options of a new file system, whose files shall have the SELinux label, unless they say
 * another one. Both may be NULL. The caller frees them. NULL: no memory.
 */
char *lsm_mount_options(const char *options, const char *label);

/* Gives the SELinux label to the root of a file system; one that keeps none is let be. 0 or -1. */
int lsm_set_mount(int mount, const char *label);

/* Sets what execve(2) will change to; before the root is entered. Returns 0 or -1. */
int lsm_set(const struct lsm *labels);

#endif
