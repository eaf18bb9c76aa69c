/* Shared by the tests of the lab "join": a container, and what is seen of a process from outside.
 */
#ifndef TESTS_TEST_06_LAB_JOIN_H
#define TESTS_TEST_06_LAB_JOIN_H

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "file.h"
#include "test_03.h"

#define ALL                                                                                        \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP)

enum { FIRST_ID = 700000 };

/* ---- A container to join ---- */

static inline void write_map(pid_t pid, const char *name)
{
	char path[64], map[64];
	autofd int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	snprintf(map, sizeof(map), "0 %d 1000", FIRST_ID);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	check(fd >= 0 && write(fd, map, strlen(map)) > 0);
}

/*
 * Gives up all capabilities. A process may look into another one only if that one has no capability
 * more, and the process that joins does not have all of them in a lab's copy.
 */
static inline void give_up_rights(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	check(syscall(SYS_capset, &header, none) == 0);
	check(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
	check(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0);
}

/* The first process: in the namespaces, its root is the default root file system. */
static inline _Noreturn void be_container(int ready)
{
	check(chroot("rootfs/busybox") == 0 && chdir("/") == 0);
	give_up_rights();
	check(write(ready, "x", 1) == 1);
	for (;;)
		pause();
}

/* Makes the namespaces, and a process in them, whose pid it sends. Then it waits for the test. */
static inline _Noreturn void make_container(int flags, int ready, int mapped)
{
	pid_t pid;
	char byte;

	check(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0);
	if (flags & CLONE_NEWUSER) {
		check(unshare(CLONE_NEWUSER) == 0);
		check(write(ready, "x", 1) == 1 && read(mapped, &byte, 1) == 1);
		check(setresgid(0, 0, 0) == 0 && setresuid(0, 0, 0) == 0);
	}
	check(unshare(flags & ~CLONE_NEWUSER) == 0);
	pid = fork();
	if (pid == 0)
		be_container(ready);
	check(pid > 0);
	check(write(ready, &pid, sizeof(pid)) == sizeof(pid));
	for (;;)
		pause();
}

/* Starts a container. Returns the pid of its first process, and in *maker the process to end. */
static inline pid_t start_container(int flags, pid_t *maker)
{
	int ready[2], mapped[2];
	char text[2 * sizeof(pid_t)];
	size_t got = 0;
	pid_t pid;

	check(pipe2(ready, O_CLOEXEC) == 0 && pipe2(mapped, O_CLOEXEC) == 0);
	*maker = fork();
	if (*maker == 0)
		make_container(flags, ready[1], mapped[0]);
	close(ready[1]);
	if (flags & CLONE_NEWUSER) {
		check(read(ready[0], text, 1) == 1);
		write_map(*maker, "uid_map");
		write_map(*maker, "gid_map");
		check(write(mapped[1], "x", 1) == 1);
	}
	/* A pid, and the byte of the process that is ready, in any order. */
	for (ssize_t more = 1; got < sizeof(pid) + 1 && more > 0; got += (size_t)more)
		more = read(ready[0], text + got, sizeof(pid) + 1 - got);
	check(got == sizeof(pid) + 1);
	memcpy(&pid, text[0] == 'x' && text[sizeof(pid)] != 'x' ? text + 1 : text, sizeof(pid));
	close(ready[0]);
	close(mapped[0]);
	close(mapped[1]);
	return pid;
}

static inline void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- What is seen of a process ---- */

static inline struct stat look_at(pid_t pid, const char *name)
{
	struct stat status = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	check(stat(path, &status) == 0);
	return status;
}

static inline bool share(pid_t one, pid_t other, const char *name)
{
	const struct stat a = look_at(one, name), b = look_at(other, name);

	return file_is_same(&a, &b);
}

static const struct {
	const char *name, *file;
	int flag;
} kinds[] = {
	{ "user", "ns/user", CLONE_NEWUSER },	    { "mount", "ns/mnt", CLONE_NEWNS },
	{ "uts", "ns/uts", CLONE_NEWUTS },	    { "ipc", "ns/ipc", CLONE_NEWIPC },
	{ "network", "ns/net", CLONE_NEWNET },	    { "pid", "ns/pid", CLONE_NEWPID },
	{ "cgroup", "ns/cgroup", CLONE_NEWCGROUP },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* Fails unless the process is in these namespaces of the other one, and in no further ones. */
static inline void check_namespaces(pid_t pid, pid_t other, int flags)
{
	for (int i = 0; i < KINDS; i++) {
		bool is_in = share(pid, other, kinds[i].file);

		if (is_in != (bool)(flags & kinds[i].flag))
			fprintf(stderr, "%s: process %d is %sin the namespace of process %d\n",
				kinds[i].name, pid, is_in ? "" : "not ", other);
		check(is_in == (bool)(flags & kinds[i].flag));
	}
}

/* Fails unless a text is in a file of the process. */
static inline void check_text(pid_t pid, const char *name, const char *text)
{
	autofree char *content = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	content = file_read(path);
	if (content && !strstr(content, text))
		fprintf(stderr, "%s does not contain %s but:\n%s\n", path, text, content);
	check(content && strstr(content, text));
}

#endif
