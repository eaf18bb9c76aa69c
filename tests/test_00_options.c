/* common/options.c and common/command_options.c: command lines, on step 01 and step 02. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "harness.h"
#include "nearest.h"
#include "options.h"

static void an_unknown_option_is_refused(void **state)
{
	static const char *const unknown[] = { "--nonsense", "--nonsense=x", "-x",
					       "-xh",	     "--HANG",	     "--program-name=x",
					       "--version",  "-V",	     "---" };

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		const struct result *result = run("./step-01", unknown[i], "true");

		assert_refused(result, 125, "unknown option; --help lists them");
		assert_contains(result->err, unknown[i]);
		assert_string_equal(result->out, "");
	}
}

/* With an option that is added later, the abbreviation could mean another one. */
static void an_abbreviated_option_is_refused(void **state)
{
	(void)state;
	assert_refused(run("./step-01", "--host", "a", "true"), 125, "--host: unknown option");
	assert_refused(run("./step-01", "--hostnam=a", "true"), 125, "--hostnam=a: unknown");
	assert_refused(run("./step-01", "--verb", "true"), 125, "--verb: unknown option");
	assert_refused(run("./step-01", "--hostnamex=a", "true"), 125, "unknown option");
}

static void an_option_of_a_later_chapter_is_refused(void **state)
{
	(void)state;
	assert_refused(run("./step-01", "--init", "true"), 125, "--init: unknown option");
	assert_refused(run("./step-02", "--rootfs", "/", "true"), 125, "--rootfs: unknown option");
}

static void the_nearest_option_is_named(void **state)
{
	static const char *const misspelt[][2] = {
		{ "--hostnam", "--hostname" },	{ "--hostnamee=x", "--hostname" },
		{ "--hsotname", "--hostname" }, { "--hostmane", "--hostname" },
		{ "--host=x", "--hostname" },	{ "--domianname", "--domainname" },
		{ "--hepl", "--help" },		{ "--verbsoe", "--verbose" },
	};
	char message[128];

	(void)state;
	for (size_t i = 0; i < sizeof(misspelt) / sizeof(misspelt[0]); i++) {
		snprintf(message, sizeof(message), "step-01: %s: unknown option; do you mean %s?\n",
			 misspelt[i][0], misspelt[i][1]);
		assert_string_equal(run("./step-01", misspelt[i][0], "true")->err, message);
	}
}

/* Returns the name of these three that is most like `word`; NULL: none is. */
static const char *nearest_of_three(const char *word)
{
	struct nearest nearest;

	nearest_begin(&nearest, word);
	nearest_offer(&nearest, "memory-swap");
	nearest_offer(&nearest, "memory");
	nearest_offer(&nearest, "cpus");
	return nearest.name;
}

static void the_nearest_name_is_at_most_two_edits_away(void **state)
{
	static const char *const far[] = { "", "x", "m", "cp", "sucp", "mamary-x", "swap" };

	(void)state;
	assert_string_equal(nearest_of_three("memmory"), "memory");
	assert_string_equal(nearest_of_three("mmeory=64m"), "memory");
	assert_string_equal(nearest_of_three("nenory"), "memory");
	assert_string_equal(nearest_of_three("memory-sawp"), "memory-swap");
	assert_string_equal(nearest_of_three("memory-"), "memory");
	assert_string_equal(nearest_of_three("memory-s"), "memory-swap");
	assert_string_equal(nearest_of_three("cpu"), "cpus");
	assert_string_equal(nearest_of_three("cpsu"), "cpus");
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
		assert_null(nearest_of_three(far[i]));
	assert_null(nearest_of_three("a-word-that-is-longer-than-all-names-of-options-are"));
}

static void a_missing_value_is_refused(void **state)
{
	(void)state;
	assert_refused(run("./step-01", "--hostname"), 125, "--hostname: needs a value, NAME");
	assert_refused(run("./step-01", "-h"), 125, "-h: needs a value, NAME");
	assert_refused(run("./step-01", "--hostname", "a", "--domainname"), 125,
		       "--domainname: needs a value, NAME");
}

static void a_value_for_a_flag_is_refused(void **state)
{
	(void)state;
	assert_refused(run("./step-01", "--verbose=yes", "true"), 125,
		       "--verbose=yes: --verbose takes no value");
	assert_refused(run("./step-02", "--init=", "true"), 125, "--init takes no value");
	assert_refused(run("./step-01", "--help=x"), 125, "--help takes no value");
}

static void a_value_is_given_in_each_usual_form(void **state)
{
	const char *name = random_name();
	char joined[64], letter[64];

	(void)state;
	snprintf(joined, sizeof(joined), "--hostname=%s", name);
	snprintf(letter, sizeof(letter), "-h%s", name);
	assert_contains(run("./step-01", "--hostname", name, "uname", "-n")->out, name);
	assert_contains(run("./step-01", joined, "uname", "-n")->out, name);
	assert_contains(run("./step-01", "-h", name, "uname", "-n")->out, name);
	assert_contains(run("./step-01", letter, "uname", "-n")->out, name);
	assert_contains(run("./step-01", "-h", "other", joined, "uname", "-n")->out, name);
	assert_contains(run("./step-02", "--init", letter, "--verbose", "uname", "-n")->out, name);
}

/* The next word is the value, even if it looks like an option. */
static void a_value_may_begin_with_a_hyphen(void **state)
{
	(void)state;
	assert_refused(run("./step-01", "--hostname", "--", "true"), 125, "--hostname \"--\": ");
	assert_refused(run("./step-01", "-h", "--help", "true"), 125, "--hostname \"--help\": ");
	assert_refused(run("./step-01", "--hostname=", "true"), 125, "must not be empty");
	assert_refused(run("./step-01", "-h", "", "true"), 125, "must not be empty");
}

static void two_hyphens_end_our_options(void **state)
{
	(void)state;
	assert_string_equal(run("./step-01", "--", "echo", "--help", "--", "-h")->out,
			    "--help -- -h\n");
	assert_refused(run("./step-01", "--", "--hostname", "a"), 127, "execve --hostname: ENOENT");
	assert_refused(run("./step-01", "-", "a"), 127, "execve -: ENOENT");
}

static void the_commands_own_options_are_its_own(void **state)
{
	(void)state;
	assert_string_equal(run("./step-01", "sh", "-c", "echo $1 $0", "zero", "--verbose")->out,
			    "--verbose zero\n");
	assert_string_equal(
		run("./step-01", "build/probe", "echo-args", "--", "-h", "--help", "", "a b")->out,
		"[--]\n[-h]\n[--help]\n[]\n[a b]\n");
	assert_string_equal(run("./step-01", "true", "--hostname")->err, "");
	assert_string_equal(run("./step-01", "echo", "--host")->out, "--host\n");
}

static void help_goes_to_stdout_and_lists_each_group(void **state)
{
	const struct result *result = run("./step-02", "--help");

	(void)state;
	assert_int_equal(result->status, 0);
	assert_string_equal(result->err, "");
	assert_contains(result->out, "Usage: step-02 [OPTION...] [COMMAND [ARG...]]\n");
	assert_contains(result->out, "as PID 1 of its own processes");
	assert_contains(result->out, "Names (chapter 1):");
	assert_contains(result->out, "-h, --hostname=NAME");
	assert_contains(result->out, "Processes (chapter 2):");
	assert_contains(result->out, "--init");
	assert_contains(result->out, "--verbose");

	result = run("./step-01", "--help", "no-such-command");
	assert_int_equal(result->status, 0);
	assert_contains(result->out, "--domainname=NAME");
	assert_null(strstr(result->out, "chapter 2"));
	assert_contains(run("./step-01", "-?")->out, "--domainname=NAME");
}

static void usage_goes_to_stdout(void **state)
{
	const struct result *result = run("./step-01", "--usage");

	(void)state;
	assert_int_equal(result->status, 0);
	assert_string_equal(result->err, "");
	assert_contains(result->out, "Usage: step-01 ");
	assert_contains(result->out, "[--hostname=NAME]");
}

/* Bad input on the command line is found before a namespace is made or a program is run. */
static void a_wrong_command_line_runs_nothing(void **state)
{
	(void)state;
	assert_string_equal(run("./step-01", "--nonsense", "echo", "ran")->out, "");
	assert_string_equal(run("./step-01", "-h", "a_b", "echo", "ran")->out, "");
	assert_refused(run("./step-01", "--verbose", "-h", "a_b", "echo"), 125, "--hostname");
}

/* ---- command_options, as a module ---- */

static struct command command;
static struct command commands[32]; /* those of the calls of parse() before */
static size_t parsed;

/* Parses these words, which follow the program's name, into `command`. */
static int parse(const char *first, const char *second, const char *third)
{
	static char name[] = "test";
	static char *argv[5] = { name };
	const struct options_part parts[] = { { &command_options, &command }, { NULL, NULL } };
	int argc = 1;

	argv[1] = (char *)first;
	argv[2] = (char *)second;
	argv[3] = (char *)third;
	while (argv[argc])
		argc++;
	forget_failure();
	/* The memory is not freed: a step parses its command line only once. */
	assert_true(parsed < sizeof(commands) / sizeof(commands[0]));
	commands[parsed++] = command;
	command = (struct command){ 0 };
	return options_parse(argc, argv, "A test.", parts, &command);
}

/* Returns the value of a variable of the command; NULL: it has none. */
static const char *value_of(const char *name)
{
	const char *value = NULL;

	for (char **next = command.environment; *next; next++) {
		if (strncmp(*next, name, strlen(name)) == 0 && (*next)[strlen(name)] == '=') {
			assert_null(value); /* only once in the list */
			value = *next + strlen(name) + 1;
		}
	}
	return value;
}

static void the_environment_is_new_but_for_term(void **state)
{
	(void)state;
	setenv("TERM", "vt100", 1);
	setenv("SECRET", "x", 1);
	assert_int_equal(parse(NULL, NULL, NULL), 0);
	assert_string_equal(value_of("TERM"), "vt100");
	assert_string_equal(value_of("HOME"), "/root");
	assert_contains(value_of("PATH"), "/usr/bin:");
	assert_null(value_of("SECRET"));
	unsetenv("TERM");
	assert_int_equal(parse(NULL, NULL, NULL), 0);
	assert_null(value_of("TERM"));
}

static void env_sets_replaces_and_passes_on(void **state)
{
	char variable[64];
	const char *name = random_name();

	(void)state;
	snprintf(variable, sizeof(variable), "A=%s", name);
	assert_int_equal(parse("--env", variable, NULL), 0);
	assert_string_equal(value_of("A"), name);
	assert_int_equal(parse("-eA=1", "--env=A=2=3", NULL), 0);
	assert_string_equal(value_of("A"), "2=3");
	assert_int_equal(parse("--env=PATH=/x", "--env=PAT=", NULL), 0);
	assert_string_equal(value_of("PATH"), "/x");
	assert_string_equal(value_of("PAT"), "");
	setenv("OURS", name, 1);
	unsetenv("NONE");
	assert_int_equal(parse("--env=OURS", "-e", "NONE"), 0);
	assert_string_equal(value_of("OURS"), name);
	assert_null(value_of("NONE"));
}

static void env_without_a_name_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse("--env", "=x", NULL), -1);
	assert_string_equal(fail_get()->text, "--env =x: needs a name");
	assert_int_equal(parse("--env", "", NULL), -1);
	assert_contains(fail_get()->text, "needs a name");
	assert_int_equal(parse("--env", NULL, NULL), -1);
	assert_string_equal(fail_get()->text, "--env: needs a value, NAME[=VALUE]");
}

static void workdir_is_an_absolute_path(void **state)
{
	(void)state;
	assert_int_equal(parse("--workdir", "/some/where", "true"), 0);
	assert_string_equal(command.workdir, "/some/where");
	assert_string_equal(command.argv[0], "true");
	assert_int_equal(parse("-w/", NULL, NULL), 0);
	assert_string_equal(command.workdir, "/");
	assert_null(command.argv);
	assert_int_equal(parse("-w", "some/where", NULL), -1);
	assert_string_equal(fail_get()->text, "--workdir some/where: must begin with /");
	assert_int_equal(fail_get()->status, STATUS_FAILED);
	forget_failure();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_option_is_refused),
		cmocka_unit_test(an_abbreviated_option_is_refused),
		cmocka_unit_test(an_option_of_a_later_chapter_is_refused),
		cmocka_unit_test(the_nearest_option_is_named),
		cmocka_unit_test(the_nearest_name_is_at_most_two_edits_away),
		cmocka_unit_test(a_missing_value_is_refused),
		cmocka_unit_test(a_value_for_a_flag_is_refused),
		cmocka_unit_test(a_value_is_given_in_each_usual_form),
		cmocka_unit_test(a_value_may_begin_with_a_hyphen),
		cmocka_unit_test(two_hyphens_end_our_options),
		cmocka_unit_test(the_commands_own_options_are_its_own),
		cmocka_unit_test(help_goes_to_stdout_and_lists_each_group),
		cmocka_unit_test(usage_goes_to_stdout),
		cmocka_unit_test(a_wrong_command_line_runs_nothing),
		cmocka_unit_test(the_environment_is_new_but_for_term),
		cmocka_unit_test(env_sets_replaces_and_passes_on),
		cmocka_unit_test(env_without_a_name_is_refused),
		cmocka_unit_test(workdir_is_an_absolute_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
