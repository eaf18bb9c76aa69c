/*
 * Chapter 6: labels of the kernel's security modules, which restrict a program in addition to its
 * user's rights.
 *
 * Source: apparmor(7), selinux(8), proc_pid_attr(5); process.apparmorProfile and selinuxLabel in
 * config.md of the OCI runtime specification.
 */
#ifndef STEPS_LSM_H
#define STEPS_LSM_H

#include <stdbool.h>

struct lsm {
	const char *apparmor; /* the profile; NULL: not set */
	const char *selinux;  /* the label, user:role:type:level; NULL: not set */
};

/* True if this kernel has the module, and the module is switched on. */
bool lsm_has_apparmor(void);
bool lsm_has_selinux(void);

/*
 * Returns the options of a new file system with the SELinux label for its files added, unless the
 * options have a label already. Both arguments may be NULL. The caller frees the result. NULL: no
 * memory.
 */
char *lsm_mount_options(const char *options, const char *label);

/*
 * Sets the SELinux label of the root directory of a file system. If the file system keeps no
 * labels, this is no failure. Returns 0 or -1.
 */
int lsm_set_mount(int mount, const char *label);

/*
 * Sets the labels that execve(2) will change to. Call this before the root is entered. Returns 0 or
 * -1.
 */
int lsm_set(const struct lsm *labels);

#endif
