/*
 * Chapter 6: the runtime's own program, out of the container's reach.
 *
 * For a moment a process of the runtime is in the container. A container whose command is
 * /proc/self/exe, or a script with that as its interpreter, makes this process execute the
 * runtime's program there. The container can then open the program as /proc/PID/exe, and write to
 * it as soon as no process executes it any more: to the file on the host, as root (CVE-2019-5736).
 *
 * So a process that enters a container is executed from a mount of the program that is read-only,
 * belongs to no mount namespace, and cannot be changed by anyone. If the runtime may not mount, the
 * process is executed from a copy in memory that nobody can write to.
 *
 * The second execve(2) costs 0.35 ms, and 0.12 ms where it happens before the C library begins:
 * glibc's start asks the processor 68 times what it can do, and in a virtual machine each answer
 * takes more than 1 µs. Only that entry is code for one processor (x86-64). `./step-06` does not
 * need the mount: its host side runs the same program until the container ends, and the kernel
 * refuses to write to a program that runs (Linux 6.11 and the first 6.12 did not). With the mount,
 * `./step-06` would take 0.3 to 0.5 ms more than its 4 ms, and could not find the root file system
 * beside the program.
 *
 * Source: access(2), EROFS; open_tree(2), mount_setattr(2), execveat(2), memfd_create(2),
 * F_ADD_SEALS of fcntl(2); PR_SET_DUMPABLE of prctl(2).
 */
#ifndef STEPS_SELF_EXE_H
#define STEPS_SELF_EXE_H

/*
 * Executes the program again from such a mount or copy, unless it was executed from one already.
 * Call this before anything else is done. Returns 0, or -1.
 */
int self_exe_protect(char **argv);

/*
 * For a process that enters a container: no process there may look at it or trace it without
 * CAP_SYS_PTRACE. execve(2) ends this protection, and a change of the ids or capabilities may end
 * it as well: then call this again (fs.suid_dumpable in proc(5)). Returns 0 or -1.
 */
int self_exe_undumpable(void);

/*
 * Also for a process that enters a container: overwrites its environment, which /proc/PID/environ
 * shows.
 */
void self_exe_wipe_environment(void);

/*
 * Ends the protection of a process that has no rights and no descriptors of the runtime any more,
 * and waits: a user other than root can enter its namespaces only if the user may look at it.
 * Returns 0 or -1.
 */
int self_exe_dumpable(void);

#endif
