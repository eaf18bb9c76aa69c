/* Step 01 as a learner runs it: names. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "harness.h"
#include "uts.h"

#define LABEL_31 "abcdefghij-klmnopqrst-uvwxyz012"

static void the_command_has_its_own_host_name(void **state)
{
	const char *name = random_name();
	char wanted[32];

	(void)state;
	snprintf(wanted, sizeof(wanted), "%s\n", name);
	assert_string_equal(run("./step-01", "--hostname", name, "uname", "-n")->out, wanted);
	assert_string_equal(
		run("./step-01", "--hostname", name, "cat", "/proc/sys/kernel/hostname")->out,
		wanted);
}

static void the_command_has_its_own_domain_name(void **state)
{
	const char *name = random_name();
	char wanted[32];

	(void)state;
	snprintf(wanted, sizeof(wanted), "%s\n", name);
	assert_string_equal(
		run("./step-01", "--domainname", name, "cat", "/proc/sys/kernel/domainname")->out,
		wanted);
	assert_string_not_equal(run("cat", "/proc/sys/kernel/domainname")->out, wanted);
}

static void without_options_the_names_are_copies_of_the_hosts(void **state)
{
	autofree char *host = strdup(run("cat", "/proc/sys/kernel/hostname")->out);

	(void)state;
	assert_string_equal(run("./step-01", "cat", "/proc/sys/kernel/hostname")->out, host);
}

/* The chapter's attack. Without a namespace it would rename the host. */
static void a_name_that_is_changed_inside_stays_inside(void **state)
{
	const char *name = random_name();
	autofree char *host = strdup(run("uname", "-n")->out);
	char script[128];

	(void)state;
	snprintf(script, sizeof(script),
		 "echo %s >/proc/sys/kernel/hostname && echo %s >/proc/sys/kernel/domainname && "
		 "uname -n",
		 name, name);
	assert_contains(run("./step-01", "sh", "-c", script)->out, name);
	assert_string_equal(run("uname", "-n")->out, host);
	assert_null(strstr(run("cat", "/proc/sys/kernel/domainname")->out, name));
}

static void only_the_uts_namespace_is_new(void **state)
{
	(void)state;
	assert_new_namespaces("uts ", "./step-01", "build/probe", "namespaces");
}

static void two_steps_have_two_names(void **state)
{
	const char *name = random_name();
	char wanted[64];

	(void)state;
	snprintf(wanted, sizeof(wanted), "inner\n%s\n", name);
	assert_string_equal(run("./step-01", "--hostname", name, "sh", "-c",
				"./step-01 -h inner uname -n; uname -n")
				    ->out,
			    wanted);
}

static void good_names_are_taken(void **state)
{
	static const char *const names[] = {
		"a",
		"7",
		"A-b.C-d",
		"xn--bcher-kva.example",
		"1.2.3.4",
		LABEL_31 "." LABEL_31,	   /* 63 bytes */
		LABEL_31 "0" LABEL_31,	   /* one label of 63 */
		LABEL_31 "." LABEL_31 "4", /* 64 bytes */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char wanted[160];

		snprintf(wanted, sizeof(wanted), "%s\n%s\n", names[i], names[i]);
		assert_null(uts_problem(names[i]));
		assert_string_equal(run("./step-01", "--hostname", names[i], "--domainname",
					names[i], "cat", "/proc/sys/kernel/hostname",
					"/proc/sys/kernel/domainname")
					    ->out,
				    wanted);
	}
}

struct bad_name {
	const char *name, *rule;
};

static void assert_names_refused(const struct bad_name *bad, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(uts_problem(bad[i].name), bad[i].rule);
		if (strchr(bad[i].name, '\n'))
			continue;
		assert_refused(run("./step-01", "--hostname", bad[i].name, "true"), 125,
			       bad[i].rule);
		assert_refused(run("./step-01", "--domainname", bad[i].name, "true"), 125,
			       bad[i].rule);
	}
}

static void empty_and_too_long_names_are_refused(void **state)
{
	static const struct bad_name bad[] = {
		{ "", "must not be empty" },
		{ LABEL_31 "." LABEL_31 "45", "has more than 64 bytes" },
	};

	(void)state;
	assert_names_refused(bad, sizeof(bad) / sizeof(bad[0]));
}

static void bad_labels_are_refused_with_the_rule(void **state)
{
	static const struct bad_name bad[] = {
		{ LABEL_31 "01" LABEL_31, "a label has at most 63 bytes" },
		{ "a_b", "only letters, digits, hyphens and dots are allowed" },
		{ "a b", "only letters, digits, hyphens and dots are allowed" },
		{ "a\n", "only letters, digits, hyphens and dots are allowed" },
		{ "a/b", "only letters, digits, hyphens and dots are allowed" },
		{ "b\xc3\xbc"
		  "cher",
		  "only letters, digits, hyphens and dots are allowed" },
		{ "\xff", "only letters, digits, hyphens and dots are allowed" },
		{ "-a", "a label neither begins nor ends with a hyphen" },
		{ "a-", "a label neither begins nor ends with a hyphen" },
		{ "a.-b", "a label neither begins nor ends with a hyphen" },
		{ "a..b", "a dot must stand between two labels" },
		{ ".a", "a dot must stand between two labels" },
		{ "a.", "a dot must stand between two labels" },
		{ ".", "a dot must stand between two labels" },
	};

	(void)state;
	assert_names_refused(bad, sizeof(bad) / sizeof(bad[0]));
	assert_refused(run("./step-01", "-h", "a_b", "true"), 125, "step-01: --hostname \"a_b\": ");
}

static void who_is_not_root_is_told_so(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/%s", random_name());
	/* Another user may not be allowed to enter this directory, so the step is copied. */
	assert_int_equal(run("install", "-D", "-m", "755", "-t", path, "step-01")->status, 0);
	assert_refused(
		run("sh", "-c", "exec setpriv --reuid=65534 --clear-groups $0/step-01 true", path),
		125,
		"step-01: clone3 CLONE_NEWUTS: EPERM Operation not permitted; "
		"new namespaces need root: use sudo\n");
	assert_int_equal(run("rm", "-r", path)->status, 0);
}

static void verbose_tells_what_each_side_does(void **state)
{
	const char *name = random_name();
	const struct result *result = run("./step-01", "--verbose", "--hostname", name,
					  "--domainname", "d", "echo", "out");
	char line[64];

	(void)state;
	assert_int_equal(result->status, 0);
	assert_string_equal(result->out, "out\n");
	assert_contains(result->err, "[host] clone3 CLONE_NEWUTS: process ");
	snprintf(line, sizeof(line), "[container] sethostname %s\n", name);
	assert_contains(result->err, line);
	assert_contains(result->err, "[container] setdomainname d\n[container] execve ");
	assert_string_equal(run("./step-01", "--hostname", name, "true")->err, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_command_has_its_own_host_name),
		host_test(the_command_has_its_own_domain_name),
		host_test(without_options_the_names_are_copies_of_the_hosts),
		host_test(a_name_that_is_changed_inside_stays_inside),
		host_test(only_the_uts_namespace_is_new),
		host_test(two_steps_have_two_names),
		host_test(good_names_are_taken),
		host_test(empty_and_too_long_names_are_refused),
		host_test(bad_labels_are_refused_with_the_rule),
		host_test(who_is_not_root_is_told_so),
		host_test(verbose_tells_what_each_side_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
