/*
 * Chapter 6: the runtime's own program, out of the container's reach.
 *
 * For a moment a process of ours is in the container. A container whose command is /proc/self/exe,
 * or a script with that as its interpreter, executes our program there; and as /proc/PID/exe it can
 * be opened, and be written to as soon as it is not executed any more: on the host, as root
 * (CVE-2019-5736).
 *
 * So what enters a container is executed from a mount of the program that is read-only, belongs to
 * no mount namespace, and cannot be changed by anyone. Where we may not mount, it is a copy in
 * memory that nobody can write to.
 *
 * Source: access(2), EROFS; open_tree(2), mount_setattr(2), execveat(2), memfd_create(2),
 * F_ADD_SEALS of fcntl(2); PR_SET_DUMPABLE of prctl(2).
 */
#ifndef STEPS_PROTECT_H
#define STEPS_PROTECT_H

/*
 * Executes our program again from such a place, unless it comes from there already. To be called
 * before anything is done. Returns 0, or -1.
 */
int protect_program(char **argv);

/* In a process that enters a container: nobody there may look at it, or trace it. 0 or -1. */
int protect_process(void);

/*
 * For one that has no rights and no descriptors of ours any more, and waits: who is not root may
 * enter its namespaces only if they may look at it. Returns 0 or -1.
 */
int protect_no_more(void);

#endif
