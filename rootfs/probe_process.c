/* Signals, orphans, exits: what a PID 1 has to get right. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

#define STANDARD_SIGNALS 31
#define MOST_ORPHANS	 1000

static int signals(char **argv UNUSED)
{
	sigset_t blocked;

	if (sigprocmask(SIG_BLOCK, NULL, &blocked))
		die("sigprocmask");
	for (int i = 1; i <= STANDARD_SIGNALS; i++) {
		struct sigaction action;

		if (sigaction(i, NULL, &action))
			die("sigaction %s", signal_name(i));
		if (action.sa_handler == SIG_IGN)
			printf("%s ignored\n", signal_name(i));
		else if (action.sa_handler != SIG_DFL)
			printf("%s caught\n", signal_name(i));
		if (sigismember(&blocked, i))
			printf("%s blocked\n", signal_name(i));
	}
	return YES;
}

static volatile sig_atomic_t received;

static void receive(int sig)
{
	received = sig;
}

/*
 * The signals stay blocked except in sigsuspend, so that each is seen, and printed, one at a time.
 */
static void trap_all(char **names, sigset_t *while_waiting)
{
	struct sigaction action = { .sa_handler = receive };
	sigset_t trapped;

	sigemptyset(&trapped);
	sigfillset(&action.sa_mask);
	if (sigprocmask(SIG_BLOCK, NULL, while_waiting))
		die("sigprocmask");
	for (; *names; names++) {
		int sig = signal_number(*names);

		if (sig == SIGALRM)
			usage("SIGALRM is taken for the time limit");
		if (sigaction(sig, &action, NULL))
			die("sigaction %s", *names);
		sigaddset(&trapped, sig);
		sigdelset(while_waiting, sig);
	}
	if (sigprocmask(SIG_BLOCK, &trapped, NULL))
		die("sigprocmask");
}

static int trap(char **argv)
{
	long count = 0, seconds = 60;
	sigset_t while_waiting;

	for (; argv[0] && argv[0][0] == '-'; argv += 2) {
		if (equal(argv[0], "-n") && argv[1])
			count = number(argv[1], 1, INT_MAX);
		else if (equal(argv[0], "-t") && argv[1])
			seconds = number(argv[1], 1, 3600);
		else
			usage("wrong option %s", argv[0]);
	}
	if (!argv[0])
		usage("which signals?");
	time_limit(seconds);
	trap_all(argv, &while_waiting);
	puts("ready");
	do {
		sigsuspend(&while_waiting);
		printf("got %s\n", signal_name(received));
	} while (count ? --count > 0 : received != SIGTERM);
	return YES;
}

static int raise_signal(char **argv)
{
	int sig = signal_number(argv[0]);
	struct rlimit no_core = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	setrlimit(RLIMIT_CORE, &no_core);
	sigaction(sig, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	if (raise(sig))
		die("raise %s", argv[0]);
	printf("survived %s\n", signal_name(sig)); /* SIGCHLD, a stop, or this process is PID 1 */
	return NO;
}

/*
 * Makes an orphan. Its parent, the process in the middle, ends at once, and the kernel makes the
 * orphan a child of PID 1 (or of a subreaper). The orphan ends after that, when the pipe `gate` is
 * closed.
 */
static void make_orphan(const int gate[2])
{
	pid_t middle = fork();
	char byte;
	int status;

	if (middle < 0)
		die("fork");
	if (middle == 0) {
		pid_t orphan = fork();

		if (orphan != 0)
			_exit(orphan < 0 ? errno : 0);
		close(gate[1]);
		(void)!read(gate[0], &byte, 1);
		_exit(0);
	}
	if (waitpid(middle, &status, 0) != middle)
		die("waitpid");
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
	if (errno)
		die("fork in the child");
}

/* Counts the zombies of PID 1 in /proc, by "PID (NAME) STATE PPID"; NAME may contain anything. */
static int count_zombies(void)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int zombies = 0;

	if (!proc)
		die("/proc");
	while ((entry = readdir(proc))) {
		char path[sizeof("/proc//stat") + NAME_MAX], line[512], state = 0;
		const char *after_name;
		int parent = 0;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		if (!isdigit((unsigned char)entry->d_name[0]) || !(file = fopen(path, "re")))
			continue; /* not a process, or gone since */
		after_name = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
		if (after_name && sscanf(after_name, ") %c %d", &state, &parent) == 2)
			zombies += state == 'Z' && parent == 1;
		fclose(file);
	}
	closedir(proc);
	return zombies;
}

static int orphans(char **argv)
{
	long count = number(argv[0], 0, MOST_ORPHANS);
	int gate[2], alive[2];
	char byte;

	if (access("/proc/self/stat", R_OK))
		die("/proc/self/stat (is /proc mounted?)");
	/* Each orphan has a write end of alive, so that read() returns when the last has ended. */
	if (pipe2(gate, O_CLOEXEC) || pipe2(alive, O_CLOEXEC))
		die("pipe");
	for (long i = 0; i < count; i++)
		make_orphan(gate);
	close(gate[1]);
	close(alive[1]);
	if (read(alive[0], &byte, 1) < 0)
		die("read");
	sleep_ms(300); /* time for PID 1 to wait for them */
	printf("orphans %ld\nzombies %d\n", count, count_zombies());
	return YES;
}

static int sleep_seconds(char **argv)
{
	sleep_ms(number(argv[0], 0, INT_MAX) * 1000);
	return YES;
}

static int exit_with(char **argv)
{
	return (int)number(argv[0], 0, 255);
}

const struct command process_commands[] = {
	{ "signals", "", "the standard signals that are ignored, caught or blocked", signals, 0,
	  0 },
	{ "trap", "[-n COUNT] [-t SECONDS] SIGNAL...",
	  "catch and print signals until SIGTERM, or COUNT of them; at most 60 s", trap, 1, ANY },
	{ "raise", "SIGNAL", "kill itself by a signal", raise_signal, 1, 1 },
	{ "exit", "STATUS", "exit with a status", exit_with, 1, 1 },
	{ "sleep", "SECONDS [TOKEN...]", "sleep; the tokens only show in ps", sleep_seconds, 1,
	  ANY },
	{ "orphans", "COUNT", "make orphans, and count the zombies of PID 1 after", orphans, 1, 1 },
	{ 0 },
};
