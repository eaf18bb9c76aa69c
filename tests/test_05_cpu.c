/* Step 05: limits of CPU time, of CPUs and of processes, by what they do. */
#include <limits.h>

#include "test_05.h"
#include "weight.h"

/*
 * Returns the CPU time that `probe cpu` has used, in each `wall` ms of its run. On a busy machine
 * the run takes longer than was asked for.
 */
static long cpu_ms(const char *printed, long wall)
{
	return number_after(printed, "cpu_ms ") * wall / number_after(printed, "wall_ms ");
}

/*
 * Fails unless a command gets `wanted` ms of CPU time. The kernel never gives more, but may give
 * less on a busy machine: then the test tries again.
 */
static void assert_cpu_time(const char *const argv[], long wanted)
{
	long got = 0;

	for (int tries = 0; tries < 12 && got < wanted * 8 / 10; tries++) {
		const struct result *result = run_with(NULL, argv);
		const char *other = strstr(result->out, "other");

		assert_success(result);
		got = cpu_ms(result->out, 2000) + (other ? cpu_ms(other, 2000) : 0);
		assert_true(got <= wanted * 12 / 10);
	}
	assert_within(got, wanted);
}

static void cpu_time_is_as_asked_for(void **state)
{
	(void)state;
	need_controller("cpu");
	assert_cpu_time((const char *const[]){ "./step-05", "--network", "none", "--cpus", "0.3",
					       "probe", "cpu", "2000", NULL },
			600);
	assert_cpu_time((const char *const[]){ "./step-05", "--network", "none", "--cpus", ".15",
					       "probe", "cpu", "2000", NULL },
			300);
}

/*
 * On a busy machine the command may get less CPU time. In a virtual machine it may seem to get
 * more: while the host runs another program, the clock of the virtual processor goes on, and the
 * kernel counts that time for the command. So the test tries again, and allows twice as much; a
 * command without a limit gets more than three times as much.
 */
static void no_more_cpu_time_than_asked_for(void)
{
	const unsigned int percent = random_number(10, 30);
	const struct result *result;
	char cpus[16], quota[32];
	long got = LONG_MAX;

	snprintf(cpus, sizeof(cpus), "0.%u", percent);
	snprintf(quota, sizeof(quota), is_in_v2("cpu") ? "%u000 100000\n" : "%u000\n", percent);
	assert_string_equal(outside("cpu.max", "cpu.cfs_quota_us", "--cpus", cpus), quota);
	for (int tries = 0; tries < 4 && got > percent * 20; tries++) {
		result = step("--cpus", cpus, "probe", "cpu", "1000");
		assert_success(result);
		got = cpu_ms(result->out, 1000);
	}
	assert_in_range(got, 0, percent * 20);
}

test_in_each_version(no_more_cpu_time_than_asked_for, "cpu")

	static void cpu_time_is_that_of_all_processes(void **state)
{
	(void)state;
	need_controller("cpu");
	assert_cpu_time((const char *const[]){ "./step-05", "--network", "none", "--tmpfs", "/tmp",
					       "--cpus", "0.3", "sh", "-c",
					       "probe cpu 2000 >/tmp/f & probe cpu 2000; wait\n"
					       "echo other; cat /tmp/f",
					       NULL },
			600);
}

/* Two containers that compete for one CPU get it in proportion to their weights. */
static void shares_decide_who_gets_the_cpu(void **state)
{
	const struct result *result;
	long first, second, wanted = 500;

	(void)state;
	need_controller("cpu");
	need_controller("cpuset");
	if (is_in_v2("cpu"))
		wanted = (long)(1000 * cgroup_weight(512) / cgroup_weight(1024));
	result = script(
		SCRATCH
		"for i in 1024 512; do\n"
		"./step-05 --network none --volume $d:/mnt --cpuset-cpus 0 --cpu-shares $i "
		"sh -c ': >/mnt/on.$0; while [ ! -e /mnt/go ]; do sleep 0.1; done\n"
		"probe cpu 4000 >/mnt/$0' $i & done\n"
		"while [ $(ls $d | grep -c on.) -lt 2 ]; do sleep 0.1; done; : >$d/go; wait\n"
		"cat $d/1024 $d/512",
		NULL);
	assert_success(result);
	first = cpu_ms(result->out, 4000);
	second = cpu_ms(strstr(result->out, "cpu_ms ") + 1, 4000);
	assert_within(second * 1000 / first, wanted);
}

/* The formula of runC 1.3.2 and crun 1.23, done once more by awk, which has logarithms. */
static void shares_become_weights_as_in_the_runtimes(void **state)
{
	const struct result *result =
		run("awk",
		    "BEGIN { for (s = 3; s < 262144; s += 61) { l = log(s) / log(2)\n"
		    "w = exp(log(10) * ((l * l + 125 * l) / 612 - 7 / 34))\n"
		    "print s, int(w - 1e-9) + 1 } }");
	const char *line = result->out;
	unsigned long shares, weight;
	int compared = 0;

	(void)state;
	for (; sscanf(line, "%lu %lu", &shares, &weight) == 2; line = strchr(line, '\n') + 1) {
		if (cgroup_weight(shares) != weight)
			fail_msg("%lu: %lu, not %lu", shares, (unsigned long)cgroup_weight(shares),
				 weight);
		compared++;
	}
	assert_true(compared > 4000);
	assert_int_equal(cgroup_weight(2), 1);
	assert_int_equal(cgroup_weight(1024), 100);
	assert_int_equal(cgroup_weight(2000), 170);
	assert_int_equal(cgroup_weight(262144), 10000);
}

static void the_cpuset_is_where_it_runs(void **state)
{
	static const char *const cpus[] = { "0", "1" };

	(void)state;
	need_controller("cpuset");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		skip_because("there is only one CPU");
	for (int i = 0; i < 2; i++) {
		char wanted[64];

		snprintf(wanted, sizeof(wanted), "allowed %s\nseen %s\n", cpus[i], cpus[i]);
		assert_prints(step("--cpuset-cpus", cpus[i], "probe", "cpus"), wanted);
	}
	assert_contains(step("--cpuset-cpus", "0-1", "probe", "cpus")->out, "allowed 0-1\n");
	assert_contains(step("--cpuset-cpus", "0,1", "probe", "cpus")->out, "allowed 0-1\n");
}

static void memory_nodes_are_set(void)
{
	assert_string_equal(outside("cpuset.mems", "cpuset.mems", "--cpuset-mems", "0"), "0\n");
	assert_prints(step("--cpuset-mems", "0", "grep", "Mems_allowed_list", "/proc/self/status"),
		      "Mems_allowed_list:\t0\n");
}

static void what_is_not_there_is_refused(void)
{
	static const char *const lists[] = { "999", "0-999", "100000" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_refused(step("--cpuset-cpus", lists[i], "true"), 125,
			       "step-05: write cpuset.cpus ");
		assert_refused(step("--cpuset-mems", lists[i], "true"), 125,
			       "step-05: write cpuset.mems ");
	}
	assert_refused(step("--cpuset-cpus", "1-0", "true"), 125,
		       "; these CPUs are not there, or not for us\n");
}

test_in_each_version(memory_nodes_are_set, "cpuset")
	test_in_each_version(what_is_not_there_is_refused, "cpuset")

	/* PID 1 counts as one of them. */
	static void a_fork_bomb_stops_at_the_limit(void)
{
	const unsigned int limit = random_number(10, 40);
	char option[32], wanted[64];

	snprintf(option, sizeof(option), "%u", limit);
	snprintf(wanted, sizeof(wanted), "forked %u\nfork EAGAIN\n", limit - 1);
	assert_string_equal(step("--pids-limit", option, "probe", "forkbomb", "1000")->out, wanted);
	snprintf(wanted, sizeof(wanted), "forked %u\nfork EAGAIN\n", limit - 2);
	assert_string_equal(
		step("--pids-limit", option, "--init", "probe", "forkbomb", "1000")->out, wanted);
	snprintf(wanted, sizeof(wanted), "%u\n", limit);
	assert_string_equal(outside("pids.max", "pids.max", "--pids-limit", option), wanted);
}

test_in_each_version(a_fork_bomb_stops_at_the_limit, "pids")

	static void without_a_limit_nothing_stops_it(void **state)
{
	static const char *const none[] = { "0", "-1" };

	(void)state;
	assert_prints(step("probe", "forkbomb", "500"), "forked 500\n");
	need_controller("pids");
	for (int i = 0; i < 2; i++)
		assert_prints(step("--pids-limit", none[i], "probe", "forkbomb", "500"),
			      "forked 500\n");
}

static void a_limit_of_one_has_no_room_for_an_init(void **state)
{
	(void)state;
	need_controller("pids");
	assert_prints(step("--pids-limit", "1", "true"), "");
	assert_refused(step("--pids-limit", "1", "--init", "true"), 125,
		       "step-05: fork: EAGAIN Resource temporarily unavailable; the limit of "
		       "processes is reached (--pids-limit, ulimit -u)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(cpu_time_is_as_asked_for),
		host_test(no_more_cpu_time_than_asked_for_in_v1),
		host_test(no_more_cpu_time_than_asked_for_in_v2),
		host_test(cpu_time_is_that_of_all_processes),
		host_test(shares_decide_who_gets_the_cpu),
		host_test(shares_become_weights_as_in_the_runtimes),
		host_test(the_cpuset_is_where_it_runs),
		host_test(memory_nodes_are_set_in_v1),
		host_test(memory_nodes_are_set_in_v2),
		host_test(what_is_not_there_is_refused_in_v1),
		host_test(what_is_not_there_is_refused_in_v2),
		host_test(a_fork_bomb_stops_at_the_limit_in_v1),
		host_test(a_fork_bomb_stops_at_the_limit_in_v2),
		host_test(without_a_limit_nothing_stops_it),
		host_test(a_limit_of_one_has_no_room_for_an_init),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
