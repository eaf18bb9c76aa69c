/* Commands that use too much memory, processes, CPU time or disk, to show whether a limit holds. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

#define MEBIBYTE   (1L << 20)
#define MOST_FORKS 10000

/*
 * Memory that is only asked for costs nothing; the kernel counts a page when it is first touched.
 */
static int memory(char **argv)
{
	long bytes = size(argv[0]), hold = argv[1] ? number(argv[1], 0, INT_MAX) : 0;
	long step = bytes / 16 > MEBIBYTE ? bytes / 16 : MEBIBYTE;

	for (long done = 0; done < bytes;) {
		long part = bytes - done < step ? bytes - done : step;
		void *pages = mmap(NULL, (size_t)part, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (pages == MAP_FAILED)
			die("mmap after %ld bytes", done);
		memset(pages, 1, (size_t)part);
		done += part;
		printf("touched %ld\n", done);
	}
	sleep_ms(hold);
	printf("held %ld\n", hold);
	return YES;
}

/* Waits until the parent closes its end of the pipe `gate`, or dies, whatever kills it. */
_Noreturn static void wait_at_gate(const int gate[2], pid_t parent)
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(gate[1]);
	if (getppid() == parent)
		(void)!read(gate[0], &byte, 1);
	_exit(0);
}

/*
 * Each process of a chain makes the next one and ends. At a limit it tries again: the processes
 * that have ended count until somebody has waited for them.
 */
static _Noreturn void follow_chain(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid > 0)
			_exit(YES);
		if (pid < 0)
			sched_yield();
	}
}

static int chains(char **argv)
{
	for (long i = number(argv[0], 1, 100); i > 0; i--) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			follow_chain();
	}
	for (;;)
		pause();
}

static int forkbomb(char **argv)
{
	long limit = number(argv[0], 1, MOST_FORKS), forked = 0;
	pid_t parent = getpid();
	int gate[2], error = 0;

	if (pipe2(gate, O_CLOEXEC))
		die("pipe");
	while (forked < limit) {
		pid_t pid = fork();

		if (pid < 0) {
			error = errno;
			break;
		}
		if (pid == 0)
			wait_at_gate(gate, parent);
		forked++;
	}
	close(gate[1]);
	while (wait(NULL) > 0 || errno == EINTR)
		;
	printf("forked %ld\n", forked);
	if (!error)
		return YES;
	printf("fork %s\n", errno_name(error));
	return NO;
}

static long milliseconds(struct timeval time)
{
	return time.tv_sec * 1000 + time.tv_usec / 1000;
}

static int cpu(char **argv)
{
	long wall = number(argv[0], 1, INT_MAX), begin = now_ms();
	struct rusage used;

	while (now_ms() - begin < wall)
		;
	if (getrusage(RUSAGE_SELF, &used))
		die("getrusage");
	printf("wall_ms %ld\n", now_ms() - begin);
	printf("cpu_ms %ld\n", milliseconds(used.ru_utime) + milliseconds(used.ru_stime));
	return YES;
}

/* As in the kernel's own lists: 0-3,8 */
static void print_cpus(const char *title, const cpu_set_t *set)
{
	const char *comma = "";

	printf("%s ", title);
	for (int first = 0, last; first < CPU_SETSIZE; first = last + 1) {
		last = first;
		if (!CPU_ISSET((size_t)first, set))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET((size_t)last + 1, set))
			last++;
		printf(last > first ? "%s%d-%d" : "%s%d", comma, first, last);
		comma = ",";
	}
	puts("");
}

static int cpus(char **argv UNUSED)
{
	long begin = now_ms();
	cpu_set_t allowed, seen;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		die("sched_getaffinity");
	CPU_ZERO(&seen);
	while (now_ms() - begin < 200) {
		CPU_SET((size_t)sched_getcpu(), &seen);
		if (now_ms() % 10 == 0)
			sleep_ms(1); /* the scheduler chooses a CPU when the process wakes */
	}
	print_cpus("allowed", &allowed);
	print_cpus("seen", &seen);
	return YES;
}

/* O_DIRECT bypasses the page cache, so that the disk, or its limit, sets the speed. */
static int open_direct(const char *path, int flags)
{
	int direct = 1, fd = open(path, flags | O_DIRECT | O_CLOEXEC, 0600);
	struct stat status;

	if (fd < 0 && errno == EINVAL) { /* this file system does not have O_DIRECT */
		direct = 0;
		fd = open(path, flags | O_SYNC | O_CLOEXEC, 0600);
	}
	if (fd < 0 || fstat(fd, &status))
		die("open %s", path);
	if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
		usage("%s is not a regular file or block device", path);
	printf("direct %s\n", direct ? "yes" : "no");
	return fd;
}

static int transfer(char **argv, int writing)
{
	static _Alignas(4096) char block[1 << 16];
	long bytes = size(argv[1]), done = 0, begin, took;
	int fd;

	if (bytes % 4096)
		usage("%s is not a multiple of 4k", argv[1]);
	fd = open_direct(argv[0], writing ? O_WRONLY | O_CREAT : O_RDONLY);
	if (!writing)
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	begin = now_ms();
	while (done < bytes) {
		size_t part =
			bytes - done < (long)sizeof(block) ? (size_t)(bytes - done) : sizeof(block);
		ssize_t count = writing ? write(fd, block, part) : read(fd, block, part);

		if (count < 0)
			die("%s %s after %ld bytes", running->name, argv[0], done);
		if (count == 0)
			break; /* the end of the file */
		done += count;
	}
	took = now_ms() - begin;
	close(fd);
	printf("bytes %ld\nbytes_per_second %ld\n", done, done * 1000 / (took ? took : 1));
	return done == bytes ? YES : NO;
}

static int write_file(char **argv)
{
	return transfer(argv, 1);
}

static int read_file(char **argv)
{
	return transfer(argv, 0);
}

const struct command load_commands[] = {
	{ "memory", "SIZE [MILLISECONDS]", "touch memory step by step, then hold it", memory, 1,
	  2 },
	{ "forkbomb", "LIMIT", "fork until it fails, or LIMIT times; all children end", forkbomb, 1,
	  1 },
	{ "chains", "NUMBER", "make chains of processes, each of which makes the next and ends",
	  chains, 1, 1 },
	{ "cpu", "MILLISECONDS", "burn CPU for so long; how much of it was given", cpu, 1, 1 },
	{ "cpus", "", "the CPUs on which we may run, and on which we ran", cpus, 0, 0 },
	{ "write", "FILE SIZE", "write past the page cache; how fast", write_file, 2, 2 },
	{ "read", "FILE SIZE", "read past the page cache; how fast", read_file, 2, 2 },
	{ 0 },
};
