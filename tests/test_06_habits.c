/* Step 06: what users of Docker type first. */
#include "pty.h"
#include "test_03.h"

#define RUN "./step-06", "run", "--network", "none"

#define RUN_DIRECTORY RUN, "--rootfs", "rootfs/busybox"

static void a_command_is_looked_for_in_path(void **state)
{
	(void)state;
	assert_prints(run(RUN_DIRECTORY, "basename", "/a/b"), "b\n");
	assert_prints(run(RUN_DIRECTORY, "busybox", "sh", "-c", "echo $0"), "sh\n");
	assert_prints(run(RUN_DIRECTORY, "-e", "PATH=/usr/bin", "id", "-u"), "0\n");
	assert_int_equal(run(RUN_DIRECTORY, "-e", "PATH=/nowhere", "ls")->status, 127);
}

static void the_first_operand_is_an_image_unless_it_is_a_path(void **state)
{
	(void)state;
	assert_prints(run(RUN, "--rm", "busybox", "basename", "/a/b"), "b\n");
	assert_prints(run(RUN, "/usr/bin/basename", "/a/b"), "b\n");
	assert_int_equal(run(RUN, "/nowhere")->status, 127);
	assert_int_equal(run(RUN, "./nowhere")->status, 127);
	assert_refused(run(RUN, "--pull", "never", "nowhere"), 125, "nowhere: no such image");
	assert_refused(run(RUN, "bussybox", "true"), 125,
		       "bussybox: no such image; do you mean busybox?");
	assert_refused(run(RUN, "basename", "/a/b"), 125,
		       "basename: no such image; the command of this name in the workbook's root "
		       "file system is /usr/bin/basename");
	assert_refused(run(RUN, "No", "true"), 125, "No: no name of an image");
}

static void verbs_of_others_are_named_with_where_they_are(void **state)
{
	(void)state;
	assert_refused(run("./step-06", "exec", "one", "sh"), 125, "./step-06-oci has it");
	assert_refused(run("./step-06", "pause", "one"), 125, "./step-06-oci has it");
	assert_refused(run("./step-06", "login"), 125, "skopeo login");
	assert_refused(run("./step-06", "fly", "sh"), 125, "fly: unknown verb; step-06 --help");
	assert_refused(run("./step-06", "--nope"), 125, "unknown option --nope");
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
	static const char *const shells[] = { "/bin/sh", "/bin/ash" };
	struct pty pty;

	(void)state;
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		pty_start(&pty, (const char *const[]){ RUN, shells[i], NULL });
		pty_expect(&pty, "warning: without -i a shell reads end-of-file, and ends at once");
		assert_int_equal(pty_finish(&pty), 0);
	}
	assert_string_equal(run(RUN, "/bin/sh")->err, "");
	assert_string_equal(run(RUN, "/bin/sh", "-c", "true")->err, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_command_is_looked_for_in_path),
		host_test(the_first_operand_is_an_image_unless_it_is_a_path),
		host_test(verbs_of_others_are_named_with_where_they_are),
		host_test(the_nearest_verb_or_option_is_named),
		host_test(a_shell_without_input_says_why_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
