/* Step 05: --stats, compared with what the probe has really used. Block I/O: test_05_io.c. */
#include "test_05.h"

static long stat_of(const struct result *result, const char *name)
{
	char key[32];

	snprintf(key, sizeof(key), "%-14s ", name);
	return number_after(result->err, key);
}

static void memory_is_what_the_probe_touched(void **state)
{
	const struct result *result;

	(void)state;
	need_controller("memory");
	result = step("--stats", "probe", "memory", "64m");
	assert_int_equal(result->status, 0);
	if (strstr(result->err, "memory peak    unknown"))
		skip_because("this kernel does not count the peak");
	assert_within(stat_of(result, "memory peak"), 66 << 20);
}

/* The peak is reported, not the memory that is in use at the end. */
static void memory_that_was_given_back_counts(void **state)
{
	const struct result *result;

	(void)state;
	need_controller("memory");
	result = step("--stats", "sh", "-c", "probe memory 64m >/dev/null; probe memory 1m");
	if (strstr(result->err, "memory peak    unknown"))
		skip_because("this kernel does not count the peak");
	assert_within(stat_of(result, "memory peak"), 66 << 20);
}

static void cpu_time_is_what_the_probe_had(void **state)
{
	const struct result *result = step("--stats", "probe", "cpu", "1500");
	long had = number_after(result->out, "cpu_ms ") * 1000;

	(void)state;
	assert_int_equal(result->status, 0);
	assert_within(stat_of(result, "CPU time"), had);
	assert_true(stat_of(result, "  user") > 0);
	assert_within(stat_of(result, "  user") + stat_of(result, "  system"), had);
}

/* The CPU time is that of all processes, also of those that have ended. */
static void cpu_time_of_all_processes_counts(void **state)
{
	const struct result *result =
		step("--stats", "sh", "-c", "probe cpu 700 & probe cpu 700; wait; probe cpu 700");
	const char *next = result->out;
	long had = 0;

	(void)state;
	while ((next = strstr(next, "cpu_ms ")))
		had += strtol(next += strlen("cpu_ms "), NULL, 10) * 1000;
	assert_within(stat_of(result, "CPU time"), had);
}

static void processes_are_counted_at_their_most(void **state)
{
	const struct result *result;

	(void)state;
	need_controller("pids");
	result = step("--stats", "probe", "forkbomb", "41");
	if (strstr(result->err, "processes      unknown"))
		skip_because("this kernel does not count the peak");
	assert_int_equal(stat_of(result, "processes"), 42);
	result = step("--stats", "--init", "probe", "exit", "3");
	assert_int_equal(result->status, 3);
	assert_int_equal(stat_of(result, "processes"), 2);
}

/* Another container that works hard is not in the numbers. */
static void the_numbers_are_those_of_one_container(void **state)
{
	const struct result *result;

	(void)state;
	result = script("./step-05 --network none sh -c 'probe cpu 2000 & probe memory 128m 2000' "
			">/dev/null & ./step-05 --network none --stats probe sleep 1; wait",
			NULL);
	assert_success(result);
	assert_true(stat_of(result, "CPU time") < 1000000); /* the other had two seconds */
	if (!strstr(result->err, "memory peak    unknown"))
		assert_true(stat_of(result, "memory peak") < 32 << 20);
}

static void nothing_is_said_unless_asked_for(void **state)
{
	const struct result *result = step("probe", "memory", "1m");

	(void)state;
	assert_string_equal(result->err, "");
	assert_string_equal(step("--stats", "/nowhere")->out, "");
}

static void what_nobody_counts_is_said(void **state)
{
	const struct result *result = step_in("none", "--stats", "probe", "exit", "7");

	(void)state;
	assert_int_equal(result->status, 7);
	assert_contains(result->err, "memory peak    unknown: ");
	assert_contains(result->err, "CPU time       unknown: ");
	assert_contains(result->err, "processes      unknown: ");
	assert_contains(result->err, "block read     unknown: ");
}

/*
 * v2 counts CPU time in every cgroup; v1 has a controller for it. A busy machine gives less of it.
 */
static void cpu_time_is_counted_on_both_versions(void **state)
{
	(void)state;
	for (const char *const *view = views(); *view; view++) {
		const struct result *result = step_in(*view, "--stats", "probe", "cpu", "300");
		long used = number_after(result->out, "cpu_ms ") * 1000;

		assert_true(used > 0 && stat_of(result, "CPU time") >= used * 8 / 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(memory_is_what_the_probe_touched),
		host_test(memory_that_was_given_back_counts),
		host_test(cpu_time_is_what_the_probe_had),
		host_test(cpu_time_of_all_processes_counts),
		host_test(processes_are_counted_at_their_most),
		host_test(the_numbers_are_those_of_one_container),
		host_test(nothing_is_said_unless_asked_for),
		host_test(what_nobody_counts_is_said),
		host_test(cpu_time_is_counted_on_both_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
