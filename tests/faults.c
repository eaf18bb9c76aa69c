#include "faults.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <linux/capability.h>

#include "cleanup.h"
#include "harness.h"

enum { CALLS_MAX = 2000, SAME_MAX = 200, PROCESSES_MAX = 8, ARGUMENTS_MAX = 40 };

/* A system call that the step makes. */
struct call {
	int process;	  /* 0: the host side; the others in the order of their birth */
	char name[32];	  /* as strace prints it */
	char path[128];	  /* the first one among its arguments, or "" */
	char request[32]; /* of an ioctl, or "" */
	int number;	  /* the process's n-th call of that name */
	int of_path;	  /* the process's n-th call of that name and path */
	bool in_main;	  /* false: the C library made it before main() */
};

struct calls {
	struct call list[CALLS_MAX];
	size_t count;
};

struct process {
	int pid;
	enum { STARTING, TRACED, EXECUTED } state;
};

/* The arguments of one run of strace. */
struct strace {
	const char *argv[ARGUMENTS_MAX];
	int count;
	char log[64];
};

static void add(struct strace *strace, const char *argument)
{
	assert_true(strace->count < ARGUMENTS_MAX - 1);
	strace->argv[strace->count++] = argument;
	strace->argv[strace->count] = NULL;
}

/*
 * From now on no program that this process executes gets these capabilities: the step may be a
 * learner's, which must not reach into the memory of the tests.
 */
static void drop_capabilities(void)
{
	static const unsigned long dropped[] = { CAP_SYS_PTRACE, CAP_SYS_MODULE, CAP_SYS_RAWIO };

	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		assert_int_equal(prctl(PR_CAPBSET_DROP, dropped[i], 0, 0, 0), 0);
}

static void begin(struct strace *strace)
{
	strace->count = 0;
	snprintf(strace->log, sizeof(strace->log), "/tmp/%s.strace", random_name());
	add(strace, "strace");
	add(strace, "--quiet=all");
	add(strace, "-a1"); /* ") = 0", never with more spaces */
	add(strace, "-o");
	add(strace, strace->log);
	add(strace, "-e");
	add(strace, "signal=none");
	/* The leak checker traces, too, and a process can have only one tracer. */
	add(strace, "-E");
	add(strace, "ASAN_OPTIONS=detect_leaks=0");
}

/* Runs the program under strace; *log is to be closed. */
static const struct result *end(struct strace *strace, const char *const argv[], FILE **log)
{
	const struct result *result;
	char learners[64];

	/* In a lab's copy of the workbook (tests/judge/) "./step-01" is the judge's monitor. */
	snprintf(learners, sizeof(learners), "build/answer%s", *argv + 1);
	add(strace, access(learners, X_OK) == 0 ? learners : *argv);
	while (*++argv)
		add(strace, *argv);
	result = run_with(NULL, strace->argv);
	*log = fopen(strace->log, "re");
	unlink(strace->log);
	if (!*log)
		fail_msg("no log of strace; stderr:\n%s", result->err);
	return result;
}

/* ---- The list of calls ---- */

static int process_of(struct process *processes, int pid)
{
	int i = 0;

	while (processes[i].pid && processes[i].pid != pid)
		assert_true(++i < PROCESSES_MAX);
	if (!processes[i].pid) {
		processes[i].pid = pid;
		processes[i].state = i == 0 ? STARTING : TRACED;
	}
	return i;
}

static void add_call(struct calls *calls, struct call call)
{
	call.number = call.of_path = 1;
	for (size_t i = 0; i < calls->count; i++) {
		const struct call *other = &calls->list[i];

		if (other->process != call.process || strcmp(other->name, call.name) != 0)
			continue;
		call.number++;
		call.of_path += strcmp(other->path, call.path) == 0;
	}
	if (call.number > SAME_MAX) /* the step waits: on a busy machine, for long */
		return;
	assert_true(calls->count < CALLS_MAX);
	calls->list[calls->count++] = call;
}

/* Reads a line of the log, such as `123 openat(AT_FDCWD, "/dev/null") = 3`. */
static void read_line(struct calls *calls, struct process *processes, const char *line)
{
	struct call call = { 0 };
	struct process *process;
	const char *quote = strchr(line, '"');
	int pid;

	if (sscanf(line, "%d", &pid) != 1)
		return;
	call.process = process_of(processes, pid);
	process = &processes[call.process];
	if (process->state == EXECUTED)
		return;
	if (quote && strchr("./", quote[1]))
		sscanf(quote, "\"%127[^\"]", call.path);
	sscanf(line, "%*d ioctl(%*d, %31[A-Z0-9_]", call.request);
	if (sscanf(line, "%*d %31[a-z0-9_](", call.name) == 1 && !strstr(line, "exit_group(")) {
		/* main() begins with file_reserve_standard(). */
		if (strcmp(call.path, "/dev/null") == 0)
			process->state = TRACED;
		/* Nor does a test make a learner's printf(3) fail (tests/judge/debug.h). */
		call.in_main = process->state == TRACED && !strstr(line, "iov_base=\"\\1\"");
		add_call(calls, call);
	}
	if (process->state == TRACED && strstr(line, "execve") && strstr(line, ") = 0"))
		process->state = EXECUTED;
}

static void list_calls(struct calls *calls, const char *const argv[])
{
	struct process processes[PROCESSES_MAX] = { 0 };
	autofile FILE *log = NULL;
	struct strace strace;
	char line[4096];

	begin(&strace);
	add(&strace, "-f");
	assert_int_equal(end(&strace, argv, &log)->status, 0);
	calls->count = 0;
	while (fgets(line, sizeof(line), log))
		read_line(calls, processes, line);
	assert_true(processes[0].state == TRACED && processes[1].pid);
}

/* ---- One call fails ---- */

/* Returns the name that messages use for the call. */
static const char *name_in_message(const char *call)
{
	static const char *const others[][2] = { { "openat", "open" },
						 { "recvfrom", "recv" },
						 { "sendto", "send" },
						 { "signalfd4", "signalfd" },
						 { "clone", "fork" } };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(call, others[i][0]) == 0)
			return others[i][1];
	return call;
}

/* True if the host side has such an n-th call, too: strace would count that one first. */
static bool is_in_host_side_too(const struct calls *calls, const struct call *call)
{
	if (strcmp(call->name, "execve") == 0)
		return false; /* strace does not count the execve that it makes itself */
	for (size_t i = 0; i < calls->count; i++)
		if (calls->list[i].process == 0 && call->process != 0 &&
		    calls->list[i].number == call->number &&
		    strcmp(calls->list[i].name, call->name) == 0)
			return true;
	return false;
}

static const struct result *run_with_fault(const struct calls *calls, const struct call *call,
					   const char *error, const char *const argv[])
{
	bool by_path = call->path[0] && is_in_host_side_too(calls, call);
	autofile FILE *log = NULL;
	char trace[64], inject[128], line[4096];
	const struct result *result;
	struct strace strace;
	bool injected = false;

	snprintf(trace, sizeof(trace), "trace=%s", call->name);
	snprintf(inject, sizeof(inject), "inject=%s:error=%s:when=%d", call->name, error,
		 by_path ? call->of_path : call->number);
	begin(&strace);
	/* Without -f only the host side is traced. With a filter, only calls of that name stop. */
	if (call->process != 0) {
		add(&strace, "-f");
		add(&strace, "--seccomp-bpf");
	}
	if (by_path) {
		add(&strace, "-P");
		add(&strace, call->path);
	}
	add(&strace, "-e");
	add(&strace, trace);
	add(&strace, "-e");
	add(&strace, inject);
	result = end(&strace, argv, &log);
	while (fgets(line, sizeof(line), log))
		injected |= strstr(line, "(INJECTED)") != NULL;
	if (!injected)
		fail_msg("%s did not come a %d. time", call->name, call->number);
	return result;
}

static void assert_survived(const struct call *call, const struct result *result)
{
	if (result->status != 0 || result->err[0])
		fail_msg("%s, %d. of process %d, was to be survived; status %d, stderr:\n%s",
			 call->name, call->number, call->process, result->status, result->err);
}

/* Fails unless the step went on, and its one line is "step-05: warning: ...: EIO ...". */
static void assert_warned(const struct call *call, const struct result *result, const char *error)
{
	const char *line_end = strchr(result->err, '\n');
	char part[64];

	snprintf(part, sizeof(part), ": %s ", error);
	if (result->status != 0 || !strstr(result->err, ": warning: ") ||
	    !strstr(result->err, part) || !line_end || line_end[1])
		fail_msg("%s, %d. of process %d, with %s, was to be a warning; status %d, "
			 "stderr:\n%s",
			 call->name, call->number, call->process, error, result->status,
			 result->err);
}

/*
 * Fails unless the message is "step-01: clone3 CLONE_NEWUTS: EIO ...", or at least "step-01: fork:
 * EIO".
 */
static void assert_reported(const struct call *call, const struct result *result, const char *error,
			    int status)
{
	const char *message = strstr(result->err, ": ");
	const char *line_end = strchr(result->err, '\n');
	const char *name = name_in_message(call->name);
	char part[64];
	bool named = message && strncmp(message + 2, name, strlen(name)) == 0 &&
		strchr(" :", message[2 + strlen(name)]);

	snprintf(part, sizeof(part), ": %s ", error);
	if (result->status != status || !named || !strstr(result->err, part) || !line_end ||
	    line_end[1])
		fail_msg("%s, %d. of process %d, with %s: status %d, not %d; stderr:\n%s",
			 call->name, call->number, call->process, error, result->status, status,
			 result->err);
}

static const struct tolerated *find(const struct tolerated *tolerated, const struct call *call)
{
	char with_path[200];

	snprintf(with_path, sizeof(with_path), "%s %s%s", call->name, call->path, call->request);
	for (; tolerated->call; tolerated++) {
		if ((tolerated->kind == HOST_SURVIVES || tolerated->kind == HOST_WARNS) &&
		    call->process != 0)
			continue;
		if (strcmp(tolerated->call, call->name) == 0 ||
		    strcmp(tolerated->call, with_path) == 0)
			return tolerated;
	}
	return NULL;
}

static void fail_call(const struct calls *calls, const struct call *call, const char *error,
		      int status, const char *const argv[])
{
	const struct result *result = run_with_fault(calls, call, error, argv);

	assert_reported(call, result, error, status);
}

/* As fail_call(), for a call whose failure the step must tolerate. */
static void tolerate_call(const struct calls *calls, const struct call *call,
			  const struct tolerated *known, const char *const argv[])
{
	static const char error[] = "EIO";
	const struct result *result = run_with_fault(calls, call, error, argv);

	if (known->kind == HOST_WARNS)
		assert_warned(call, result, error);
	else
		assert_survived(call, result);
}

/* True for calls of the memory allocator and of the sanitizers, which no step makes itself. */
static bool is_of_libraries(const char *name)
{
	static const char *const names[] = { "brk",	"mmap",	       "munmap", "mprotect",
					     "madvise", "sigaltstack", "gettid" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

void fail_each_call(const char *const argv[], const struct tolerated *tolerated)
{
	static struct calls calls;
	const char *token = NULL;

	for (const char *const *next = argv; *next; next++)
		token = *next;
	drop_capabilities();
	list_calls(&calls, argv);
	for (size_t i = 0; i < calls.count; i++) {
		const struct call *call = &calls.list[i];
		const struct tolerated *known = find(tolerated, call);

		if (!call->in_main || is_of_libraries(call->name) ||
		    (known && known->kind == CANNOT_FAIL))
			continue;
		/* A quarter of the calls, and no program can do anything about it. */
		if (getenv("JUDGED") && strcmp(call->name, "close") == 0)
			continue;
		if (!call->path[0] && is_in_host_side_too(&calls, call)) {
			/* strace would make both fail */
			if (!known)
				print_message("left out: %s, %d. of process %d\n", call->name,
					      call->number, call->process);
		} else if (known) {
			tolerate_call(&calls, call, known, argv);
		} else if (strcmp(call->name, "execve") == 0) {
			fail_call(&calls, call, "EACCES", 126, argv);
			fail_call(&calls, call, "ENOENT", 127, argv);
		} else {
			fail_call(&calls, call, "EIO", 125, argv);
		}
		wait_until(count_processes(token) == 0);
	}
}
