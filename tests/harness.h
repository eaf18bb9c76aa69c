/*
 * What the tests share: running programs as a learner would, and looking at the host around them.
 *
 * Tests are started by tests/run.sh: from the project's top directory, as root, in a mount
 * namespace of their own whose "/" is shared as on a systemd machine.
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <cmocka.h>

/* cmocka's macro has the name of our function (common/fail.h), and its fail_msg() uses it. */
#undef fail
#undef fail_msg
#define fail_msg(...)                                                                              \
	do {                                                                                       \
		print_error("ERROR: ");                                                            \
		print_error(__VA_ARGS__);                                                          \
		print_error("\n");                                                                 \
		_fail(__FILE__, __LINE__);                                                         \
	} while (0)

/* A program that has ended. */
struct result {
	int status;	 /* its exit status, 128+n after signal n */
	char out[65536]; /* what it printed */
	char err[65536];
};

/* Runs a program (looked for in PATH), at most 30 s, and returns what became of it. The result is
 * valid until the next run. `input` is its standard input; NULL: /dev/null. */
const struct result *run_with(const char *input, const char *const argv[]);
#define run(...) run_with(NULL, (const char *const[]){ __VA_ARGS__, NULL })

/* Runs a shell script. */
#define run_shell(script) run("/bin/sh", "-c", script)

/* Starts a program with its output thrown away, in a session of its own; finish() bounds it. */
pid_t start_with(const char *const argv[]);
#define start(...) start_with((const char *const[]){ __VA_ARGS__, NULL })

/* As start(), with its output in a pipe, whose end to read from is *out. */
pid_t start_piped_with(int *out, const char *const argv[]);
#define start_piped(out, ...) start_piped_with(out, (const char *const[]){ __VA_ARGS__, NULL })

/* Reads lines until one is `line`; each has to come within 10 s. */
void expect_line(int fd, const char *line);

/* Waits until it has ended, at most 30 s. Returns its exit status, 128+n after signal n. */
int finish(pid_t pid);

/* For a new child: what our caller ignores or blocks (nohup, a shell's &) is no matter of tests. */
void reset_signals(void);

/* Runs `function` in a process and session of its own, and returns the status that it returns. */
int run_function(int (*function)(void));

/* Waits until `condition` holds, at most 10 s, and fails the test otherwise. */
#define wait_until(condition)                                                                      \
	do {                                                                                       \
		int tries_ = 2000;                                                                 \
		while (!(condition) && tries_-- > 0)                                               \
			usleep(5000);                                                              \
		if (tries_ < 0)                                                                    \
			fail_msg("waited in vain for: %s", #condition);                            \
	} while (0)

/* A random name, new at each call ("t3fa9c1"), that nothing can know beforehand. */
const char *random_name(void);

/* How many processes have `token` as one of the words of their command line. */
int count_processes(const char *token);

/*
 * Starts a program again and again, and sends it `signal` after a random time of at most 8 ms.
 * It has to end with 128+signal each time, and no process may be left that has its last argument,
 * a random name, on its command line.
 */
void kill_at_random_moments_with(int signal, const char *const argv[]);
#define kill_at_random_moments(signal, ...)                                                        \
	kill_at_random_moments_with(signal, (const char *const[]){ __VA_ARGS__, NULL })

/* Forgets the message that fail() keeps in the test program itself. */
void forget_failure(void);

/* Fails unless `text` contains `part`, showing both. */
void assert_contains(const char *text, const char *part);

/*
 * Runs a program that ends in `probe namespaces`, and fails unless the namespaces that it has other
 * inodes of than we have are `wanted`: their names, each with a space after it.
 */
void assert_new_namespaces_with(const char *wanted, const char *const argv[]);
#define assert_new_namespaces(wanted, ...)                                                         \
	assert_new_namespaces_with(wanted, (const char *const[]){ __VA_ARGS__, NULL })

/* Fails unless `result` is that of a program of ours that refused or failed: the status, and one
 * line on stderr that contains `part`. */
void assert_refused(const struct result *result, int status, const char *part);

/*
 * The host, compared: remember_host() is a test's (or a group's) setup, compare_host() its
 * teardown, which fails with the difference. What is compared: tests/host-state.sh.
 */
int remember_host(void **state);
int compare_host(void **state);

/* Skips the test, with the reason on its own line of the output. */
#define skip_because(...)                                                                          \
	do {                                                                                       \
		print_message("SKIP %s: ", __func__);                                              \
		print_message(__VA_ARGS__);                                                        \
		print_message("\n");                                                               \
		skip();                                                                            \
	} while (0)

/* A test that compares the host before and after. */
#define host_test(function) cmocka_unit_test_setup_teardown(function, remember_host, compare_host)

#endif
