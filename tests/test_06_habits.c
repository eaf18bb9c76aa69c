/* Step 06: what users of Docker type first. */
#include "pty.h"
#include "test_03.h"

#define RUN "./step-06", "run", "--network", "none"

static void a_command_is_looked_for_in_path(void **state)
{
	(void)state;
	assert_prints(run(RUN, "basename", "/a/b"), "b\n");
	assert_prints(run(RUN, "busybox", "sh", "-c", "echo $0"), "sh\n");
	assert_prints(run(RUN, "-e", "PATH=/usr/bin", "id", "-u"), "0\n");
	assert_int_equal(run(RUN, "-e", "PATH=/nowhere", "ls")->status, 127);
}

static void an_images_name_is_no_command(void **state)
{
	static const char *const names[] = { "alpine", "ubuntu:24.04",
					     "docker.io/library/busybox" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_refused(run(RUN, names[i], "sh"), 127,
			       "there are no images yet: --rootfs DIR takes the directory of a "
			       "root file system");
	assert_true(strstr(run(RUN, "/nowhere")->err, "images") == NULL);
	assert_true(strstr(run(RUN, "./nowhere")->err, "images") == NULL);
}

static void verbs_of_others_are_named_with_where_they_are(void **state)
{
	(void)state;
	assert_refused(run("./step-06", "exec", "one", "sh"), 125, "./step-06-oci has it");
	assert_refused(run("./step-06", "ps"), 125, "./step-06-oci list shows containers");
	assert_refused(run("./step-06", "stop", "one"), 125, "./step-06-oci kill");
	assert_refused(run("./step-06", "pull", "busybox"), 125, "there are no images yet");
	assert_refused(run("./step-06", "busybox", "sh"), 125, "`step-06 run busybox`");
	assert_refused(run("./step-06", "--nope"), 125, "--nope: unknown option");
}

static void the_nearest_verb_or_option_is_named(void **state)
{
	(void)state;
	assert_refused(run("./step-06", "rnu", "sh"), 125, "rnu: unknown verb; do you mean run?");
	assert_refused(run(RUN, "--memmory", "64m", "true"), 125,
		       "--memmory: unknown option; do you mean --memory?");
	assert_refused(run(RUN, "--privilged", "true"), 125, "do you mean --privileged?");
	assert_true(strstr(run("./step-06", "fly")->err, "mean") == NULL);
}

/* The warning is only for a user who waits for a prompt at a terminal. */
static void a_shell_without_input_says_why_it_ends(void **state)
{
	static const char *const shells[] = { "sh", "/bin/sh", "/bin/ash" };
	struct pty pty;

	(void)state;
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		pty_start(&pty, (const char *const[]){ RUN, shells[i], NULL });
		pty_expect(&pty, "warning: without -i a shell reads end-of-file, and ends at once");
		assert_int_equal(pty_finish(&pty), 0);
	}
	assert_string_equal(run(RUN, "sh")->err, "");
	assert_string_equal(run(RUN, "sh", "-c", "true")->err, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_command_is_looked_for_in_path),
		host_test(an_images_name_is_no_command),
		host_test(verbs_of_others_are_named_with_where_they_are),
		host_test(the_nearest_verb_or_option_is_named),
		host_test(a_shell_without_input_says_why_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
