/* Step 05: limits of memory, by what they do. */
#include "test_05.h"

#define KILLED	   "step-05: the kernel killed 1 process for memory\n"
#define KILLED_TWO "step-05: the kernel killed 2 processes for memory\n"

/* The probe prints what it has touched, in sixteenths. As much again may be in swap. */
static void more_than_the_limit_is_killed_and_told(void)
{
	const unsigned int limit = random_number(20, 30);
	const struct result *result;
	char option[32], bytes[32];

	snprintf(option, sizeof(option), "%um", limit);
	result = step("--memory", option, "probe", "memory", "128m");
	assert_int_equal(result->status, 137);
	assert_string_equal(result->err, KILLED);
	assert_contains(result->out, "touched 16777216\n");
	assert_null(strstr(result->out, "touched 67108864\n"));
	snprintf(bytes, sizeof(bytes), "%u\n", limit << 20);
	assert_string_equal(outside("memory.max", "memory.limit_in_bytes", "--memory", option),
			    bytes);
}

static void less_than_the_limit_is_given(void)
{
	const struct result *result = step("--memory=32m", "probe", "memory", "24m");

	assert_int_equal(result->status, 0);
	assert_string_equal(result->err, "");
	assert_contains(result->out, "touched 25165824\n");
}

test_in_each_version(more_than_the_limit_is_killed_and_told, "memory")
	test_in_each_version(less_than_the_limit_is_given, "memory")

		static void without_a_limit_nothing_is_killed(void **state)
{
	(void)state;
	assert_int_equal(step("probe", "memory", "128m")->status, 0);
	assert_int_equal(step("-m", "0", "probe", "memory", "128m")->status, 0);
}

/* The kernel kills one process, not all. The exit status stays that of the command. */
static void the_others_go_on(void **state)
{
	const struct result *result;

	(void)state;
	need_controller("memory");
	result =
		step("-m", "32m", "sh", "-c",
		     "probe memory 128m >/dev/null; echo $?; probe memory 128m >/dev/null; exit 7");
	assert_int_equal(result->status, 7);
	assert_string_equal(result->out, "137\n");
	assert_contains(result->err, KILLED_TWO);
}

static void the_limit_is_for_all_processes_together(void **state)
{
	const struct result *result;

	(void)state;
	need_controller("memory");
	result = step("-m", "64m", "--memory-swap", "64m", "sh", "-c",
		      "probe memory 40m >/dev/null && echo alone\n"
		      "probe memory 40m 3000 >/dev/null & probe memory 40m 3000 >/dev/null\n"
		      "one=$?; wait $!; two=$?; [ $one = 137 ] || [ $two = 137 ] && echo killed");
	assert_string_equal(result->out, "alone\nkilled\n");
	assert_contains(result->err, "step-05: the kernel killed "); /* one of them, or both */
}

/* Files in a tmpfs count as memory. */
static void files_in_memory_count(void **state)
{
	const struct result *result;

	(void)state;
	need_controller("memory");
	result = step("-m", "16m", "--tmpfs", "/tmp", "dd", "if=/dev/zero", "of=/tmp/f", "bs=1M",
		      "count=64");
	assert_int_equal(result->status, 137);
	assert_contains(result->err, KILLED);
}

static void with_an_init_it_is_told_as_well(void **state)
{
	const struct result *result;

	(void)state;
	need_controller("memory");
	result = step("-m", "32m", "--init", "probe", "memory", "128m");
	assert_int_equal(result->status, 137);
	assert_string_equal(result->err, KILLED);
}

/*
 * Such a limit has no room even for the start. The kernel kills the process that was to execute the
 * command, and the message says so, with the numbers.
 */
static void a_limit_that_is_too_small_is_told(void **state)
{
	static const char told[] =
		"memory: the limit of 4096 bytes is too low to start the command: "
		"the kernel has killed the first process: 4096 bytes are in use";

	(void)state;
	need_controller("memory");
	assert_refused(step("-m", "4k", "true"), 125, told);
	assert_contains(step("-m", "4k", "--stats", "true")->err, told);
}

/* Swap by itself, as v2 has it, and together with the memory, as v1 has it. */
#define swap(...)                                                                                  \
	outside("memory.swap.max", "memory.memsw.limit_in_bytes", "-m", "32m", __VA_ARGS__)

static void swap_is_as_much_again_unless_asked_for(void)
{
	bool v2 = is_in_v2("memory");

	assert_string_equal(outside("memory.max", "memory.limit_in_bytes", "-m", "32m"),
			    "33554432\n");
	if (!*outside("memory.swap.max", "memory.memsw.limit_in_bytes", "-m", "32m"))
		skip_because("the kernel does not count swap");
	assert_string_equal(outside("memory.swap.max", "memory.memsw.limit_in_bytes", "-m", "32m"),
			    v2 ? "33554432\n" : "67108864\n");
	assert_string_equal(swap("--memory-swap", "0"), v2 ? "33554432\n" : "67108864\n");
	assert_string_equal(swap("--memory-swap", "40m"), v2 ? "8388608\n" : "41943040\n");
	assert_string_equal(swap("--memory-swap", "32m"), v2 ? "0\n" : "33554432\n");
	assert_string_equal(swap("--memory-swap", "-1"), v2 ? "max\n" : "9223372036854771712\n");
}

test_in_each_version(swap_is_as_much_again_unless_asked_for, "memory")

	static void swap_is_used_up_to_its_limit(void **state)
{
	(void)state;
	need_controller("memory");
	if (run("sh", "-c", "test $(grep -c . /proc/swaps) -gt 1")->status)
		skip_because("there is no swap");
	assert_int_equal(
		step("-m", "16m", "--memory-swap", "64m", "probe", "memory", "40m")->status, 0);
	assert_int_equal(step("-m", "16m", "--memory-swap", "-1", "probe", "memory", "40m")->status,
			 0);
	assert_int_equal(
		step("-m", "16m", "--memory-swap", "24m", "probe", "memory", "40m")->status, 137);
	assert_int_equal(
		step("-m", "16m", "--memory-swap", "16m", "probe", "memory", "40m")->status, 137);
}

static void swappiness_is_set_or_refused_by_name(void **state)
{
	static const char *const values[] = { "0", "100" };

	(void)state;
	need_controller("memory");
	if (is_in_v2("memory")) {
		assert_refused(step("--memory-swappiness", "10", "true"), 125,
			       "step-05: memory-swappiness: cgroup v2 has none; memory-swap limits "
			       "swap\n");
		assert_prints(step("--memory-swappiness", "-1", "true"), "");
		return;
	}
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char wanted[16];

		snprintf(wanted, sizeof(wanted), "%s\n", values[i]);
		assert_prints(step("--memory-swappiness", values[i], "cat",
				   "/sys/fs/cgroup/memory/memory.swappiness"),
			      wanted);
	}
}

static void a_reservation_is_set(void **state)
{
	(void)state;
	need_controller("memory");
	assert_prints(step("-m", "32m", "--memory-reservation", "16m", "sh", "-c",
			   CAT("memory.low", "memory/memory.soft_limit_in_bytes")),
		      "16777216\n");
	assert_int_equal(step("--memory-reservation", "1g", "probe", "memory", "32m")->status, 0);
}

/* In v2 a cgroup's protection is limited by the protection of the cgroup above it. */
static void a_reservation_is_that_of_the_outer_cgroup_too(void **state)
{
	(void)state;
	if (!is_in_v2("memory"))
		skip_because("the controller memory is not in v2 here");
	assert_prints(
		script("./step-05 --network none --memory-reservation 16m sleep 10 & sleep 2\n"
		       "cat /sys/fs/cgroup/step-*/memory.low; kill $!; wait || true",
		       NULL),
		"16777216\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(more_than_the_limit_is_killed_and_told_in_v1),
		host_test(more_than_the_limit_is_killed_and_told_in_v2),
		host_test(less_than_the_limit_is_given_in_v1),
		host_test(less_than_the_limit_is_given_in_v2),
		host_test(without_a_limit_nothing_is_killed),
		host_test(the_others_go_on),
		host_test(the_limit_is_for_all_processes_together),
		host_test(files_in_memory_count),
		host_test(with_an_init_it_is_told_as_well),
		host_test(a_limit_that_is_too_small_is_told),
		host_test(swap_is_as_much_again_unless_asked_for_in_v1),
		host_test(swap_is_as_much_again_unless_asked_for_in_v2),
		host_test(swap_is_used_up_to_its_limit),
		host_test(swappiness_is_set_or_refused_by_name),
		host_test(a_reservation_is_set),
		host_test(a_reservation_is_that_of_the_outer_cgroup_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
