/* Step 04 when a system call on its host side fails: in its own code, or in libnl. */
#include "cleanup.h"
#include "host/state.h"
#include "network.h"

/* There are hundreds of calls. Each run tries a random one in SHARE; with FAULTS=all, all. */
enum { CALLS_MAX = 10000, SAME_MAX = 400, SHARE = 4 };

/*
 * Calls that cannot fail, or whose failure the step need not handle. The calls for memory are those
 * of the allocator or the sanitizer.
 */
static const char *const left_out[] = {
	"brk",
	"close",
	"exit_group",
	"getegid",
	"geteuid",
	"getgid",
	"getrandom",
	"getuid",
	"mmap",
	"mprotect",
	"munmap",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigtimedwait",
	"waitid",
	"wait4",
};

struct call {
	char name[32];
	int number; /* the n-th of that name, from the program's start */
};

static const char *const *command(const char *token)
{
	/* The command succeeds only if the network works, past a firewall that drops. */
	static char script[] = "ping -q -c 1 -W 5 198.51.100.2 >/dev/null && exec probe echo-args "
			       "$0";
	static const char *argv[16];
	size_t count = 0;

	argv[count++] = "./step-04";
	argv[count++] = "--publish";
	argv[count++] = "8080:80";
	argv[count++] = "--network-rate";
	argv[count++] = "10mbit";
	argv[count++] = "sh";
	argv[count++] = "-c";
	argv[count++] = script;
	argv[count++] = token;
	argv[count] = NULL;
	return argv;
}

/* Runs the step under strace, with one more option (NULL: none). The caller closes *log. */
static const struct result *trace(const char *option, const char *token, FILE **log)
{
	const char *argv[32] = { "strace", "-qq",	  "-o", NULL,
				 "-e",	   "signal=none", "-E", "ASAN_OPTIONS=detect_leaks=0" };
	size_t count = 8;
	const struct result *result;
	char path[64];

	snprintf(path, sizeof(path), "/tmp/%s.strace", token);
	argv[3] = path;
	if (option) {
		argv[count++] = "-e";
		argv[count++] = option;
	}
	for (const char *const *next = command(token); *next; next++)
		argv[count++] = *next;
	result = run_with(NULL, argv);
	*log = fopen(path, "re");
	unlink(path);
	if (!*log)
		fail_msg("no log of strace; stderr:\n%s", result->err);
	return result;
}

static bool is_left_out(const char *name)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		if (strcmp(name, left_out[i]) == 0)
			return true;
	return false;
}

/* Lists the host side's calls, from the beginning of main() to the end. Returns their number. */
static size_t list_calls(struct call calls[CALLS_MAX])
{
	size_t count = 0, first = 0;
	autofile FILE *log = NULL;
	autofree char *line = NULL;
	size_t size = 0;

	assert_int_equal(trace(NULL, random_name(), &log)->status, 0);
	while (getline(&line, &size, log) > 0) {
		struct call call = { .number = 1 };

		if (sscanf(line, "%31[a-z0-9_](", call.name) != 1)
			continue;
		if (!first && strstr(line, "\"/dev/null\""))
			first = count; /* main() begins with file_reserve_standard() */
		for (size_t i = 0; i < count; i++)
			call.number += strcmp(calls[i].name, call.name) == 0;
		if (call.number > SAME_MAX) /* the step waits: on a busy machine, for long */
			continue;
		assert_true(count < CALLS_MAX);
		calls[count++] = call;
	}
	assert_true(first > 0);
	memmove(calls, calls + first, (count - first) * sizeof(*calls));
	return count - first;
}

static bool was_injected(FILE *log)
{
	autofree char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, log) > 0)
		if (strstr(line, "(INJECTED)"))
			return true;
	return false;
}

/* Returns true if the host is as before, at once or within 5 s. */
static bool is_as_before(const char *before)
{
	for (int tries = 0; tries < 100; tries++) {
		autofree char *now = host_state();

		if (now && strcmp(before, now) == 0)
			return true;
		usleep(50000);
	}
	return false;
}

/*
 * Makes the call fail. Returns true if the step survives the failure or reports it in one line, and
 * leaves nothing behind.
 */
static bool fail_call(const struct call *call, const char *before)
{
	const char *token = random_name();
	autofile FILE *log = NULL;
	autofree char *err = NULL;
	const struct result *result;
	char inject[80], wanted[64];
	bool well, clean;
	int status;

	snprintf(inject, sizeof(inject), "inject=%.31s:error=EIO:when=%d", call->name,
		 call->number);
	snprintf(wanted, sizeof(wanted), "[%s]\n", token);
	result = trace(inject, token, &log);
	status = result->status;
	err = strdup(result->err);
	well = status == 0 && strcmp(result->out, wanted) == 0;
	wait_until(count_processes(token) == 0);
	/*
	 * The next start removes what is left after a failed cleanup, after a failed flock, and on
	 * a host to which setns could not go back.
	 */
	clean = !well && strcmp(call->name, "flock") != 0 && !strstr(err, "setns back");
	if (!clean)
		assert_success(run("./step-04", "true"));
	/*
	 * How often the step asks for a device's state depends on timing, so a call may not occur
	 * again.
	 */
	if ((was_injected(log) || well) &&
	    (well ||
	     (status == 125 && strncmp(err, "step-04: ", 9) == 0 &&
	      strchr(err, '\n') == err + strlen(err) - 1)) &&
	    is_as_before(before))
		return true;
	print_error("%s, the %d.: status %d, stderr:\n%s", call->name, call->number, status, err);
	print_error("the host%s:\n%s\n", clean ? "" : " after the next start",
		    script("build/host state | diff - /dev/fd/3 3<<EOF || :\n$1EOF", before)->out);
	return false;
}

static void every_call_of_the_host_side_may_fail(void **state)
{
	static struct call calls[CALLS_MAX];
	autofree char *before = NULL;
	size_t count, tried = 0, failed = 0;
	bool all = getenv("FAULTS");
	unsigned int part;

	(void)state;
	assert_success(run_shell("nft add table inet mine; nft add chain inet mine drops "
				 "'{ type filter hook forward priority 10; policy drop; }'"));
	before = host_state();
	count = list_calls(calls);
	part = random_number(0, SHARE - 1);
	for (size_t i = 0; i < count; i++) {
		if (is_left_out(calls[i].name) || (!all && i % SHARE != part))
			continue;
		tried++;
		if (fail_call(&calls[i], before))
			continue;
		failed++;
		run("./step-04", "true");
		free(before);
		before = host_state();
	}
	print_message("%zu of %zu calls, from the %u. on\n", tried, count, all ? 0 : part);
	assert_int_equal(failed, 0);
	assert_success(run_shell("nft delete table inet mine"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(every_call_of_the_host_side_may_fail),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
