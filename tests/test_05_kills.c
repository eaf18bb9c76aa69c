/* Step 05, ended at any moment: no cgroup is left, or the next step removes it. */
#include <signal.h>

#include "cleanup.h"
#include "test_05.h"

/* Starts and kills the step again and again, with limits that need several hierarchies of v1. */
static void kill_rounds(int signal)
{
	const char *memory = has_controller("memory") ? "--memory=64m" : "--init";
	const char *pids = has_controller("pids") ? "--pids-limit=50" : "--init";

	kill_at_random_moments(signal, "./step-05", "--network", "none", memory, pids, "probe",
			       "sleep", "1000", random_name());
}

static void an_interrupt_leaves_nothing(void **state)
{
	(void)state;
	kill_rounds(SIGINT);
}

static void a_termination_leaves_nothing(void **state)
{
	(void)state;
	kill_rounds(SIGTERM);
}

static void a_hangup_leaves_nothing(void **state)
{
	(void)state;
	kill_rounds(SIGHUP);
}

/* A process that is just ending is not listed any more, but may still hold its lock. */
static void after_a_kill_the_next_start_cleans_up(void **state)
{
	(void)state;
	kill_rounds(SIGKILL);
	assert_success(run_shell("for left in $(find /sys/fs/cgroup -name 'step-*'); do\n"
				 "flock --wait 10 \"$left\" true || exit 1; done"));
	assert_string_equal(step("true")->err, "");
	assert_string_equal(run_shell("find /sys/fs/cgroup -name 'step-*'")->out, "");
}

/* Starts the step with limits that need several hierarchies, and waits for its command. */
static pid_t start_limited(const char *token)
{
	const char *memory = has_controller("memory") ? "--memory=64m" : "--init";
	const char *pids = has_controller("pids") ? "--pids-limit=50" : "--init";
	char command[64];
	pid_t pid;
	int out;

	snprintf(command, sizeof(command), "echo ready; exec probe sleep 1000 %s", token);
	pid = start_piped(&out, "./step-05", "--network", "none", memory, pids, "sh", "-c",
			  command);
	expect_line(out, "ready");
	close(out);
	return pid;
}

#define LIST_CGROUPS "find /sys/fs/cgroup -name 'step-*' | sort"

/* The next step removes the cgroups of those that were killed, and no others. */
static void what_killed_steps_leave_is_removed(void **state)
{
	const char *token = random_name();
	const pid_t kept = start_limited(token);
	autofree char *before = strdup(run_shell(LIST_CGROUPS)->out);

	(void)state;
	for (int i = 0; i < 3; i++) {
		const char *killed = random_name();
		const pid_t pid = start_limited(killed);

		kill(pid, SIGKILL);
		assert_int_equal(finish(pid), 128 + SIGKILL);
		wait_until(count_processes(killed) == 0);
	}
	assert_string_not_equal(run_shell(LIST_CGROUPS)->out, before);
	/* A process that is just ending may still hold its lock. */
	for (int i = 0; i < 10 && strcmp(run_shell(LIST_CGROUPS)->out, before) != 0; i++) {
		usleep(100000);
		assert_success(step("true"));
	}
	assert_string_equal(run_shell(LIST_CGROUPS)->out, before);
	assert_true(count_processes(token) > 0);
	kill(kept, SIGTERM);
	assert_int_equal(finish(kept), 128 + SIGTERM);
}

static void failures_leave_nothing(void **state)
{
	static const char *const bad[][3] = {
		{ "--rootfs", "/nowhere", "true" },	 { "--workdir", "/nowhere", "true" },
		{ "--volume", "/nowhere:/mnt", "true" }, { "--pids-limit", "20", "/nowhere" },
		{ "--cpuset-cpus", "999", "true" },	 { "--memory", "64m", "/etc/passwd" },
	};

	(void)state;
	need_controller("memory");
	need_controller("pids");
	need_controller("cpuset");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		autofree char *err = strdup(step(bad[i][0], bad[i][1], bad[i][2])->err);

		assert_non_null(strchr(err, '\n'));
		assert_string_equal(run_shell("find /sys/fs/cgroup -name 'step-*'")->out, "");
	}
}

/* A command that changes its user outlives a step that is killed; the next step ends it. */
static void what_outlives_its_step_is_ended_by_the_next(void **state)
{
	const char *token = random_name();
	char command[128];
	pid_t pid;

	(void)state;
	snprintf(command, sizeof(command), "exec su user -c 'exec probe sleep 1000 %s'", token);
	pid = start("./step-05", "--network", "none", "sh", "-c", command);
	wait_until(count_processes(token) == 1);
	kill(pid, SIGKILL);
	assert_int_equal(finish(pid), 137);
	usleep(100000);
	assert_int_equal(count_processes(token), 1);
	assert_prints(step("true"), "");
	assert_int_equal(count_processes(token), 0);
}

/* The cgroups that a container has made below its own are removed with it. */
static void cgroups_in_the_cgroup_are_removed_too(void **state)
{
	(void)state;
	if (!is_mounted("cgroup2"))
		skip_because("cgroup v2 is not mounted here");
	assert_prints(step("sh", "-ec",
			   "mount -o remount,bind,rw /sys/fs/cgroup; cd /sys/fs/cgroup\n"
			   "mkdir -p a/b/c step-x; echo 1 >a/b/c/cgroup.procs; echo made"),
		      "made\n");
}

/* The tree is as deep as cgroup.max.depth allows, and has many cgroups side by side. */
static void a_whole_tree_is_removed(void **state)
{
	(void)state;
	if (!is_mounted("cgroup2"))
		skip_because("cgroup v2 is not mounted here");
	assert_prints(
		step("sh", "-ec",
		     "d=/sys/fs/cgroup; mount -o remount,bind,rw $d; cd $d; mkdir $(seq 100)\n"
		     "i=0; while mkdir x 2>/dev/null; do cd x; i=$((i + 1)); done; echo $i"),
		"99\n");
}

/*
 * On v1 a tree may be deeper. Its step, or the next step after a kill, removes it without one
 * descriptor for each level.
 */
static void a_tree_a_thousand_deep_is_removed(void **state)
{
	(void)state;
	if (!is_mounted("cgroup") || getenv("IN_VIEW"))
		skip_because("cgroups v1 are not mounted here, or the test has been run");
	need_controller("pids");
	assert_prints(script("deep() { d=$(find /sys/fs/cgroup -path '*/step-*/container' | grep "
			     "\"$1\"); mkdir -p $d/$(printf 'd/%.0s' $(seq 1000)); "
			     "}\n"
			     "step() { exec ./step-05 --network none --pids-limit 9 \"$@\"; }\n"
			     "there() { find /sys/fs/cgroup -name 'step-*'; }\n"
			     "ulimit -n 64; (step sleep 3) & sleep 1; deep pids; wait $!; there\n"
			     "(step sleep 1000) & sleep 1; deep pids; kill -9 $!; wait $! || true\n"
			     "(step true); there\n",
			     NULL),
		      "");
}

/* The next steps do not touch the cgroups of a step that runs. */
static void what_is_in_use_is_left_alone(void **state)
{
	(void)state;
	need_controller("pids");
	assert_prints(
		script("./step-05 --network none --pids-limit 9 sh -c 'sleep 3; echo alive' & "
		       "sleep 1\n"
		       "for i in 1 2 3; do ./step-05 --network none true; done; wait $!; echo $?",
		       NULL),
		"alive\n0\n");
}

/* Each step makes its own cgroups, and looks for leftovers while the others make theirs. */
static void many_at_once_do_not_disturb_each_other(void **state)
{
	const char *memory = has_controller("memory") ? "--memory=64m" : "--init";

	(void)state;
	for (int round = 0; round < 4; round++)
		assert_prints(script("for i in $(seq 30); do ./step-05 --network none $1 sh -c "
				     "true & all=\"${all:-} $!\"; done\n"
				     "for i in $all; do wait $i; done",
				     memory),
			      "");
}

/* Runs this test program once more, where cgroups of one version alone are mounted. */
static void run_again(const char *view)
{
	const struct result *result;

	if (!views()[1])
		skip_because("this machine has cgroups of one version only");
	result = run("env", "IN_VIEW=1", "tests/cgroups.sh", view, "build/tests/test_05_kills");
	if (result->status != 0)
		fail_msg("%s%s", result->out, result->err);
}

static void all_of_it_is_so_on_v1(void **state)
{
	(void)state;
	run_again("v1");
}

static void all_of_it_is_so_on_v2(void **state)
{
	(void)state;
	run_again("v2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(an_interrupt_leaves_nothing),
		host_test(a_termination_leaves_nothing),
		host_test(a_hangup_leaves_nothing),
		host_test(after_a_kill_the_next_start_cleans_up),
		host_test(what_killed_steps_leave_is_removed),
		host_test(failures_leave_nothing),
		host_test(what_outlives_its_step_is_ended_by_the_next),
		host_test(cgroups_in_the_cgroup_are_removed_too),
		host_test(a_whole_tree_is_removed),
		host_test(a_tree_a_thousand_deep_is_removed),
		host_test(what_is_in_use_is_left_alone),
		host_test(many_at_once_do_not_disturb_each_other),
	};
	const struct CMUnitTest again[] = {
		host_test(all_of_it_is_so_on_v1),
		host_test(all_of_it_is_so_on_v2),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return failed || getenv("IN_VIEW") ? failed : cmocka_run_group_tests(again, NULL, NULL);
}
