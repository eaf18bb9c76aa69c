#include "harness.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "host/state.h"

enum {
	RUN_SECONDS = 100,
	LAB_SECONDS = 30,
	OUTPUT_MAX = 64 << 20, /* bytes, in a lab */
	PROCESSES_MAX = 1500,  /* in a lab */
	END_MILLISECONDS = 2000,
	LOOK_MILLISECONDS = 50,
	KILL_ROUNDS = 60,
	KILL_MICROSECONDS = 8000,
	PRINTED_MAX = 1 << 20
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void reset_signals(void)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE, SIGCHLD };
	sigset_t none;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In a lab, SIGXFSZ ends a program that prints without end. */
static void limit_output(void)
{
	struct rlimit limit;

	if (!getenv("JUDGED") || getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_max < OUTPUT_MAX)
		return;
	limit.rlim_cur = OUTPUT_MAX;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* Executes a program in a child, with these descriptors as its standard input, output and error. */
static pid_t execute(const char *const argv[], int in, int out, int err)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	setsid();
	reset_signals();
	limit_output();
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execvp(argv[0], (char *const *)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerrorname_np(errno));
	_exit(127);
}

static int temporary_file(const char *text)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	if (text) {
		assert_int_equal(write(fd, text, strlen(text)), strlen(text));
		lseek(fd, 0, SEEK_SET);
	}
	return fd;
}

/*
 * In a lab, what the learner's files print for debugging is between the bytes 1 and 2
 * (tests/judge/debug.h). Shows these parts of a text, and takes them out of it.
 */
static void show_debugging(char *text)
{
	char *begin, *end;

	while ((begin = strchr(text, '\1')) && (end = strchr(begin, '\2'))) {
		*end = '\0';
		print_message("your file prints: %s", begin + 1);
		memmove(begin, end + 1, strlen(end + 1) + 1);
		text = begin;
	}
}

/* Reads what a program has printed to a file. */
static void read_back(int fd, char *text, size_t size)
{
	autofree char *whole = malloc(PRINTED_MAX);
	ssize_t length;

	assert_non_null(whole);
	length = pread(fd, whole, PRINTED_MAX - 1, 0);
	assert_true(length >= 0);
	whole[length] = '\0';
	if (getenv("JUDGED"))
		show_debugging(whole);
	snprintf(text, size, "%s", whole);
}

/*
 * Returns the time limit. It is SLOWER times as long (tests/run.sh) on slow machines. In a lab, a
 * learner waits for it.
 */
static int run_seconds(void)
{
	const char *slower = getenv("SLOWER");

	return (getenv("JUDGED") ? LAB_SECONDS : RUN_SECONDS) * (slower ? atoi(slower) : 1);
}

/* True if the tests' PID namespace, in a lab, has more processes than a step starts: a fork bomb.
 */
static bool has_too_many_processes(void)
{
	autodir DIR *proc = getenv("JUDGED") ? opendir("/proc") : NULL;
	int count = 0;

	for (struct dirent *entry; proc && (entry = readdir(proc));)
		count += isdigit((unsigned char)*entry->d_name) != 0;
	return count > PROCESSES_MAX;
}

/*
 * Waits for a child. Returns its exit status; or -1: the time is over, and the child was ended, by
 * SIGTERM if it cleans up within the time that this gives it.
 */
static int wait_bounded(pid_t pid)
{
	int64_t deadline = now_ms() + run_seconds() * 1000, look = now_ms() + LOOK_MILLISECONDS;
	bool is_late = false;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (now_ms() > deadline) {
			kill(-pid, is_late ? SIGKILL : SIGTERM);
			kill(pid, is_late ? SIGKILL : SIGTERM);
			deadline += END_MILLISECONDS;
			is_late = true;
		}
		if (is_late || now_ms() < look) {
			usleep(500);
			continue;
		}
		look = now_ms() + LOOK_MILLISECONDS;
		if (has_too_many_processes()) {
			print_error("a program has started more than %d processes\n",
				    PROCESSES_MAX);
			kill(-pid, SIGKILL);
			is_late = true;
		}
	}
	if (!is_late)
		return exit_status(status);
	kill(-pid, SIGKILL); /* those of its process group that SIGTERM has not ended */
	print_error("a program had not ended after %d s\n", run_seconds());
	return -1;
}

static struct result last; /* what the last program did */

const struct result *run_with(const char *input, const char *const argv[])
{
	autofd int in = input ? temporary_file(input) : open("/dev/null", O_RDONLY | O_CLOEXEC);
	autofd int out = temporary_file(NULL);
	autofd int err = temporary_file(NULL);

	last.status = wait_bounded(execute(argv, in, out, err));
	read_back(out, last.out, sizeof(last.out));
	read_back(err, last.err, sizeof(last.err));
	if (last.status < 0)
		fail_msg("until then it had printed:\n%.4000s%.4000s", last.out, last.err);
	if (last.status == 128 + SIGXFSZ)
		fail_msg("a program has printed more than %d MiB", OUTPUT_MAX >> 20);
	return &last;
}

pid_t start_with(const char *const argv[])
{
	autofd int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	return execute(argv, null, null, null);
}

pid_t start_piped_with(int *out, const char *const argv[])
{
	autofd int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	autofd int theirs = -1;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	*out = ends[0];
	theirs = ends[1];
	return execute(argv, null, theirs, null);
}

void expect_line(int fd, const char *line)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	char got[256] = "";
	size_t length = 0;
	char byte;

	while (poll(&readable, 1, 10000) == 1 && read(fd, &byte, 1) == 1) {
		if (byte != '\n') {
			got[length++ % (sizeof(got) - 1)] = byte;
			got[length % (sizeof(got) - 1)] = '\0';
			continue;
		}
		if (strcmp(got, line) == 0)
			return;
		length = 0;
		got[0] = '\0';
	}
	fail_msg("the line \"%s\" did not come; at last \"%s\"", line, got);
}

int finish(pid_t pid)
{
	int status = wait_bounded(pid);

	assert_true(status >= 0);
	return status;
}

int run_function(int (*function)(void))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		setsid();
		reset_signals();
		_exit(function());
	}
	return finish(pid);
}

unsigned int random_number(unsigned int least, unsigned int most)
{
	uint32_t number;

	assert_int_equal(getrandom(&number, sizeof(number), 0), sizeof(number));
	return least + number % (most - least + 1);
}

const char *random_name(void)
{
	static char names[8][16];
	static unsigned int next;
	char *name = names[next++ % 8];

	snprintf(name, sizeof(names[0]), "t%08x", random_number(0, UINT32_MAX - 1));
	return name;
}

static bool has_word(const char *words, size_t length, const char *token)
{
	for (size_t i = 0; i < length; i += strlen(words + i) + 1)
		if (strcmp(words + i, token) == 0)
			return true;
	return false;
}

int count_processes(const char *token)
{
	autodir DIR *proc = opendir("/proc");
	int count = 0;

	assert_non_null(proc);
	for (struct dirent *entry; (entry = readdir(proc));) {
		char path[300], words[4096] = "";
		autofd int fd = -1;
		ssize_t length;

		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		length = fd < 0 ? 0 : read(fd, words, sizeof(words) - 1);
		if (length > 0 && has_word(words, (size_t)length, token))
			count++;
	}
	return count;
}

void kill_at_random_moments_with(int signal, const char *const argv[])
{
	const char *token = NULL;

	for (const char *const *next = argv; *next; next++)
		token = *next;
	for (int round = 0; round < KILL_ROUNDS; round++) {
		const unsigned int delay = random_number(0, KILL_MICROSECONDS - 1);
		pid_t pid = start_with(argv);
		int status;

		usleep(delay);
		kill(pid, signal);
		status = finish(pid);
		if (status != 128 + signal)
			fail_msg("exit status %d, not %d, in round %d after %u us", status,
				 128 + signal, round, delay);
		wait_until(count_processes(token) == 0);
	}
}

__attribute__((weak)) pid_t called_process(void)
{
	return getpid();
}

void forget_failure(void)
{
	autofd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	autofd int kept = dup(STDERR_FILENO);

	dup2(null, STDERR_FILENO);
	fail_report();
	dup2(kept, STDERR_FILENO);
}

void assert_number(long long one, long long other, const char *file, int line)
{
	static const char *const meanings[] = {
		[STATUS_FAILED] = " (125: the step itself failed)",
		[STATUS_NOT_EXECUTABLE] = " (126: the command cannot be executed)",
		[STATUS_NOT_FOUND] = " (127: the command is not there)",
	};

	if (one == other)
		return;
	print_error("%lld != %lld%s\n", one, other,
		    one >= STATUS_FAILED && one <= STATUS_NOT_FOUND ? meanings[one] : "");
	_fail(file, line);
}

void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

void assert_new_namespaces_with(const char *wanted, const char *const argv[])
{
	autofree char *ours = strdup(run("build/probe", "namespaces")->out);
	autofree char *theirs = strdup(run_with(NULL, argv)->out);
	char *next = theirs;
	char found[256] = "";

	assert_contains(ours, "uts ");
	for (char *line; (line = strsep(&next, "\n"));)
		if (!strstr(ours, line) && !strstr(line, "_for_children"))
			strncat(found, line, strcspn(line, " ") + 1);
	if (strcmp(found, wanted) != 0)
		fail_msg("new namespaces: %s, not: %s", found, wanted);
}

void assert_refused(const struct result *result, int status, const char *part)
{
	size_t length = strlen(result->err);

	if (result->status != status)
		fail_msg("exit status %d, not %d; stderr:\n%s", result->status, status,
			 result->err);
	last.status = 0; /* it was to fail */
	assert_contains(result->err, part);
	if (length == 0 || strchr(result->err, '\n') != result->err + length - 1)
		fail_msg("not one line:\n%s", result->err);
}

/*
 * The host's state at the end of the last test. The next test begins with it, since reading it
 * takes long.
 */
static char *left;

int remember_host(void **state)
{
	last.status = 0;
	*state = left ? left : host_state();
	left = NULL;
	return *state ? 0 : -1;
}

/* A cgroup that a killed step has left may be missing: any other step removes it. */
static bool is_as_before(const char *before, const char *after)
{
	static const char cgroup[] = "/sys/fs/cgroup/";

	while (*before) {
		size_t line = strcspn(before, "\n") + 1;
		bool same = strncmp(before, after, line) == 0;

		if (!same && strncmp(before, cgroup, strlen(cgroup)) != 0)
			return false;
		before += line;
		after += same ? line : 0;
	}
	return !*after;
}

int compare_host(void **state)
{
	autofree char *before = *state;
	autofree char *after = host_state();
	char path[] = "/tmp/host-before-XXXXXX";
	autofd int fd = -1;

	/* What a lab shows of a test that has failed. */
	if (getenv("JUDGED") && last.status == STATUS_FAILED)
		print_error(
			"the last command: exit status 125 (the step itself failed); it said:\n%s",
			last.err);
	/* A step need not wait for what the kernel itself removes a moment later. */
	for (int tries = 0; tries < 20 && after && !is_as_before(before, after); tries++) {
		usleep(100000);
		free(after);
		after = host_state();
	}
	if (after && is_as_before(before, after)) {
		left = after;
		after = NULL;
		return 0;
	}
	fd = mkstemp(path);
	if (after && fd >= 0 && write(fd, before, strlen(before)) > 0)
		print_error("the host has changed:\n%s",
			    run_with(after,
				     (const char *const[]){
					     "sh", "-c", "diff \"$0\" - | head -n 20", path, NULL })
				    ->out);
	unlink(path);
	return -1;
}
