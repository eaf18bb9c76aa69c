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
 * The second execve(2) costs 0.35 ms, and 0.12 ms where it happens before the C library begins:
 * glibc's start asks the processor 68 times what it can do, and in a virtual machine each answer
 * takes more than 1 µs. Only that entry is code for one processor (x86-64). `./step-06` does not
 * need the mount: its host side runs the same program until the container ends, and the kernel
 * refuses to write to a program that runs (Linux 6.11 and the first 6.12 did not). The mount would
 * cost it 0.3 to 0.5 ms of 4, and it could not find the root file system beside the program.
 *
 * Source: access(2), EROFS; open_tree(2), mount_setattr(2), execveat(2), memfd_create(2),
 * F_ADD_SEALS of fcntl(2); PR_SET_DUMPABLE of prctl(2).
 */
#ifndef STEPS_SELF_EXE_H
#define STEPS_SELF_EXE_H

/*
 * Executes our program again from such a place, unless it comes from there already. To be called
 * before anything is done. Returns 0, or -1.
 */
int self_exe_protect(char **argv);

/*
 * In a process that enters a container: nobody there may look at it, or trace it, but with
 * CAP_SYS_PTRACE. execve(2) lifts it, and so may a change of the ids or capabilities, after which
 * it has to be called again (fs.suid_dumpable in proc(5)). Returns 0 or -1.
 */
int self_exe_undumpable(void);

/* There as well: what stands in our environment is wiped out, as /proc/PID/environ shows it. */
void self_exe_wipe_environment(void);

/*
 * For one that has no rights and no descriptors of ours any more, and waits: who is not root may
 * enter its namespaces only if they may look at it. Returns 0 or -1.
 */
int self_exe_dumpable(void);

#endif
