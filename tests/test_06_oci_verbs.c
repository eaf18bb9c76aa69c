/* step-06-oci: the effect of the verbs' options, which is that of runC's. */
#include "test_06_oci.h"

static void events_come_as_often_as_is_said(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; oci run -d $id\n"
			   "events() { timeout 5 $h/step-06-oci --root $d/run events --interval $1 "
			   "$id | head -$2 | jq -r .type; }\n"
			   "events 50ms 3; events 0.1s 2; events 1 1\n"
			   "for bad in 1x s -1s 0 1d ''; do no oci events --interval \"$bad\" $id "
			   "2>&1 | grep -o 'interval.*: must be'; done\n"),
		"stats\nstats\nstats\nstats\nstats\nstats\n"
		"interval 1x: must be\ninterval s: must be\ninterval -1s: must be\n"
		"interval: must be\ninterval 1d: must be\ninterval : must be\n");
}

static void signal_0_asks_whether_it_is_there(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; oci run -d $id; oci kill $id 0; status $id\n"
			   "oci kill $id KILL; wait_for is $id stopped\n"
			   "no oci kill $id 0 2>&1 | grep -o 'not running'; oci kill -a $id 0\n"),
		"running\nnot running\n");
}

/* A shell's <(...) is such a descriptor. */
static void the_process_may_come_by_a_descriptor(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; oci run -d $id\n"
				 "echo '{\"args\": [\"sh\", \"-c\", \"echo $0; ls /proc/self/fd | "
				 "wc -l\", \"a\"], \"cwd\": \"/\", \"env\": "
				 "[\"PATH=/bin\"]}' >process\n"
				 "oci exec -p /dev/fd/9 $id 9<process\n"),
		      "a\n4\n");
}

static void in_a_paused_one_it_waits_only_if_it_is_told_to(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; oci run -d $id; oci pause $id\n"
				 "no oci exec $id true 2>&1 | grep -o 'cannot exec in a paused "
				 "container'\n"
				 "oci exec --ignore-paused $id echo ok >out & sleep 0.3; cat out\n"
				 "oci resume $id; wait $!; cat out\n"),
		      "cannot exec in a paused container\nok\n");
}

/* The directory roots can be entered by root only, the directory users by the user only. */
static void the_directory_need_be_open_to_one_of_root_and_user(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"mkdir rootfs/roots rootfs/users; chown 42 rootfs/users\n"
			"chmod 700 rootfs/roots rootfs/users; args pwd\n"
			"config '.process.user.uid = 42 | .process.cwd = \"/roots\"'; oci run $id\n"
			"config '.process.cwd = \"/users\" | .process.args = [\"sleep\", "
			"\"1000\"]'; oci run -d $id\n"
			"config 'del(.process.capabilities)'; oci exec $id pwd\n"
			"oci exec --user 0 $id pwd\n"),
		"/roots\n/users\n/users\n");
}

static void a_warning_goes_to_the_log(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"config '.process.capabilities.bounding += [\"CAP_NONE\"]'; args true\n"
			"oci run $id 2>&1 | grep -o 'step-06-oci: warning.*NONE'\n"
			"oci --log log --log-format json run $id 2>&1; jq -r '.level, .msg' log\n"
			"config 'del(.process.capabilities.bounding[-1]) | "
			".linux.resources.memory.kernel = 5'; oci run $id 2>&1\n"),
		"step-06-oci: warning: process.capabilities.bounding[14]: unknown capability "
		"\"CAP_NONE\nwarning\nprocess.capabilities.bounding[14]: unknown capability "
		"\"CAP_NONE\"\nstep-06-oci: warning: memory.kernel: ignored, for Linux counts it "
		"as memory, "
		"and has no limit for it\n");
}

/* The container's streams get nothing of the log, and the command no descriptor of its file. */
static void what_is_told_goes_to_the_log(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"args sh -c 'ls /proc/self/fd | wc -l'\n"
			"for format in json text; do\n"
			"oci --debug --log $format --log-format $format run $id 2>&1; done\n"
			"oci --debug --log json --log-format json list -q\n"
			"jq -r .level json | uniq\n"
			"for side in host container; do grep -c \"level=debug msg=.*$side.*"
			"execve /bin/sh\" text; done || true\n"
			"oci --debug run $id 2>err; grep -o 'container. execve /bin/sh' err\n"
			"grep -c '^time=.* level=debug msg=.* runC: ' err\n"
			"oci --debug --log-format json run $id 2>&1 >out | jq -r .level | uniq\n"),
		"4\n4\ndebug\n0\n1\n4\ncontainer] execve /bin/sh\n3\ndebug\n");
}

static void the_nearest_verb_or_option_is_named(void **state)
{
	(void)state;
	assert_refused(run("./step-06-oci", "craete", "x"), 1,
		       "step-06-oci: craete: unknown verb; do you mean create?\n");
	assert_refused(run("./step-06-oci", "update", "--memmory", "1g", "x"), 1,
		       "update: unknown option --memmory; do you mean --memory?\n");
	assert_refused(run("./step-06-oci", "run", "-bundel=x", "x"), 1,
		       "run: unknown option -bundel=x; do you mean --bundle?\n");
	assert_refused(run("./step-06-oci", "--log-fromat", "json", "list"), 1,
		       "unknown option --log-fromat; do you mean --log-format?\n");
	assert_true(strstr(run("./step-06-oci", "create", "--dettach", "x")->err, "mean") == NULL);
}

static void verbose_has_no_words_of_another_runtime(void **state)
{
	const struct result *result =
		run("./step-06", "run", "--network", "none", "--verbose", "/bin/true");

	(void)state;
	assert_contains(result->err, "[container] execve /bin/true");
	assert_null(strstr(result->err, "runC"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(events_come_as_often_as_is_said),
		host_test(signal_0_asks_whether_it_is_there),
		host_test(the_process_may_come_by_a_descriptor),
		host_test(in_a_paused_one_it_waits_only_if_it_is_told_to),
		host_test(a_warning_goes_to_the_log),
		host_test(what_is_told_goes_to_the_log),
		host_test(the_nearest_verb_or_option_is_named),
		host_test(verbose_has_no_words_of_another_runtime),
		host_test(the_directory_need_be_open_to_one_of_root_and_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
