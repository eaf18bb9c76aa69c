/*
 * Shared by all tests: programs are run as a learner runs them, and the host around them is
 * compared. Tests are started by tests/run.sh: from the project's top directory, as root, in a
 * mount namespace of their own whose "/" is shared as on a systemd machine.
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

/*
 * cmocka's macro has the name of the function fail() in common/fail.h, and its fail_msg() uses it.
 */
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

/*
 * Runs a program, which is looked up in PATH, for at most 100 s (in a lab 30 s). The result is
 * valid until the next run. `input` is its standard input; NULL: /dev/null.
 */
const struct result *run_with(const char *input, const char *const argv[]);
#define run(...) run_with(NULL, (const char *const[]){ __VA_ARGS__, NULL })

/* Runs a shell script. */
#define run_shell(script) run("/bin/sh", "-c", script)

/* Starts a program in a session of its own, and discards its output. finish() waits for it. */
pid_t start_with(const char *const argv[]);
#define start(...) start_with((const char *const[]){ __VA_ARGS__, NULL })

/* As start(), with the output in a pipe; *out is the end to read from. */
pid_t start_piped_with(int *out, const char *const argv[]);
#define start_piped(out, ...) start_piped_with(out, (const char *const[]){ __VA_ARGS__, NULL })

/* Reads lines until one is `line`. The test fails if a line takes longer than 10 s. */
void expect_line(int fd, const char *line);

/* Waits at most 100 s for the end of a program. Returns its exit status, 128+n after signal n. */
int finish(pid_t pid);

/*
 * Resets the signals of a new child: the test's caller may ignore or block some (nohup, a shell's
 * &).
 */
void reset_signals(void);

/* Runs `function` in a process and session of its own. Returns what it returned. */
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

/* Returns a random name, "t3fa9c1", a new one at each call: no program can know it beforehand. */
const char *random_name(void);

/* Returns a random number from `least` to `most`. */
unsigned int random_number(unsigned int least, unsigned int most);

/* Returns how many processes have `token` as a word of their command line. */
int count_processes(const char *token);

/*
 * Starts a program again and again, and sends it `signal` after a random time of at most 8 ms. The
 * program must end with 128+signal each time, and no process may be left whose command line has its
 * last argument, a random name.
 */
void kill_at_random_moments_with(int signal, const char *const argv[]);
#define kill_at_random_moments(signal, ...)                                                        \
	kill_at_random_moments_with(signal, (const char *const[]){ __VA_ARGS__, NULL })

/*
 * Returns the process that the tested functions work in: this one, or in a lab's copy of the
 * workbook the one with the learner's functions (tests/judge/).
 */
pid_t called_process(void);

/* Forgets the message that fail() keeps in the test program itself. */
void forget_failure(void);

/* As cmocka's, with decimal numbers: an exit status of 125 is not 0x7d. */
#undef assert_int_equal
#define assert_int_equal(one, other)                                                               \
	assert_number((long long)(one), (long long)(other), __FILE__, __LINE__)
void assert_number(long long one, long long other, const char *file, int line);

/* Fails unless `text` contains `part`. Prints both. */
void assert_contains(const char *text, const char *part);

/*
 * Runs a program whose last words are `probe namespaces`. Fails unless the namespaces that differ
 * from the test's are `wanted`: their names, each followed by a space.
 */
void assert_new_namespaces_with(const char *wanted, const char *const argv[]);
#define assert_new_namespaces(wanted, ...)                                                         \
	assert_new_namespaces_with(wanted, (const char *const[]){ __VA_ARGS__, NULL })

/*
 * Fails unless the program refused its input or failed, with this status and one line on stderr
 * that contains `part`.
 */
void assert_refused(const struct result *result, int status, const char *part);

/*
 * Compares the host before and after a test: remember_host() is the setup of a test or of a group,
 * compare_host() the teardown, which fails and prints the difference. tests/host/state.c lists what
 * is compared.
 */
int remember_host(void **state);
int compare_host(void **state);

/* Skips the test, and prints the reason on a line of its own. */
#define skip_because(...)                                                                          \
	do {                                                                                       \
		print_message("SKIP %s: ", __func__);                                              \
		print_message(__VA_ARGS__);                                                        \
		print_message("\n");                                                               \
		skip();                                                                            \
	} while (0)

/* Declares a test that compares the host before and after. */
#define host_test(function) cmocka_unit_test_setup_teardown(function, remember_host, compare_host)

#endif
