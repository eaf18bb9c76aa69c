/* steps/05-cgroups/cgroup_options.c: the forms of values, and what is refused with which rule. */
#include "cgroup.h"
#include "cgroup_options.h"
#include "test_05.h"

/* Parses "step OPTION VALUE". */
static int parse(struct cgroup *cgroup, const char *option, const char *value)
{
	char *argv[] = { (char[]){ "step" }, (char *)(uintptr_t)option, (char *)(uintptr_t)value,
			 NULL };
	const struct options_part parts[] = {
		{ .group = &cgroup_options, .fills = cgroup },
		{ NULL, NULL },
	};
	struct command command = { 0 };

	*cgroup = (struct cgroup){ 0 };
	return options_parse(value ? 3 : 2, argv, "about", parts, &command);
}

static void forget(struct cgroup *cgroup)
{
	for (size_t i = 0; i < cgroup->limits.count; i++) {
		free(cgroup->limits.list[i].v1_text);
		free(cgroup->limits.list[i].v2_text);
	}
	free(cgroup->limits.list);
	free(cgroup->devices.rules);
	free(cgroup->devices.nodes);
}

/*
 * Fails unless the limit of that row has the texts `v1` and `v2`. v1 is NULL: there is no such
 * limit; v2 is NULL: there is none in v2.
 */
static void assert_limit(const struct cgroup *cgroup, int row, const char *v1, const char *v2)
{
	const struct limit *limit = limits_find(&cgroup->limits, &limit_rows[row]);

	if (!v1) {
		assert_null(limit);
		return;
	}
	assert_non_null(limit);
	assert_string_equal(limit->v1_text, v1);
	if (v2)
		assert_string_equal(limit->v2_text, v2);
	else
		assert_null(limit->v2_text);
}

/* Returns the number of that row's limit, or 0. */
static uint64_t number_of(const struct cgroup *cgroup, int row)
{
	const struct limit *limit = limits_find(&cgroup->limits, &limit_rows[row]);

	return limit ? (uint64_t)limit->number : 0;
}

static void sizes_have_dockers_forms(void **state)
{
	static const struct {
		const char *value;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 },	      { "100", 100 },	      { "100b", 100 },
		{ "100B", 100 },      { "4k", 4096 },	      { "4K", 4096 },
		{ "4kb", 4096 },      { "4KiB", 4096 },	      { "64m", 64 << 20 },
		{ "64M", 64 << 20 },  { "1.5g", 1610612736 }, { "0.5k", 512 },
		{ ".5k", 512 },	      { "1mb", 1 << 20 },     { "2t", 2ULL << 40 },
		{ "1p", 1ULL << 50 }, { "1GIB", 1 << 30 },    { "67108864", 64 << 20 },
	};
	struct cgroup cgroup;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (parse(&cgroup, "--memory", good[i].value) != 0 ||
		    number_of(&cgroup, LIMIT_MEMORY) != good[i].bytes)
			fail_msg("%s: %ju", good[i].value, number_of(&cgroup, LIMIT_MEMORY));
		forget(&cgroup);
		assert_int_equal(parse(&cgroup, "--memory-reservation", good[i].value), 0);
		assert_int_equal(number_of(&cgroup, LIMIT_LOW), good[i].bytes);
		forget(&cgroup);
	}
}

static void other_options_fill_their_fields(void **state)
{
	struct cgroup cgroup;

	(void)state;
	assert_int_equal(parse(&cgroup, "--cpus", "1.5"), 0);
	assert_limit(&cgroup, LIMIT_QUOTA, "150000", "150000 100000");
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "--cpus", "0"), 0);
	assert_limit(&cgroup, LIMIT_QUOTA, NULL, NULL);
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "-c", "512"), 0);
	assert_limit(&cgroup, LIMIT_SHARES, "512", "59");
	assert_limit(&cgroup, LIMIT_SWAPPINESS, NULL, NULL);
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "--memory-swappiness", "0"), 0);
	assert_limit(&cgroup, LIMIT_SWAPPINESS, "0", NULL);
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "--memory-swap=-1", "--memory=4k"), 0);
	assert_limit(&cgroup, LIMIT_SWAP, "-1", "max");
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "--memory-swap=10k", "--memory=4k"), 0);
	assert_limit(&cgroup, LIMIT_SWAP, "10240", "6144");
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "--memory-swap", "-1"), 0);
	assert_limit(&cgroup, LIMIT_SWAP, NULL, NULL);
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "--pids-limit", "-1"), 0);
	assert_limit(&cgroup, LIMIT_PIDS, "max", "max");
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "--pids-limit=5", "--pids-limit=0"), 0);
	assert_limit(&cgroup, LIMIT_PIDS, NULL, NULL);
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "--pids-limit=5", "--pids-limit=6"), 0);
	assert_limit(&cgroup, LIMIT_PIDS, "6", "6");
	assert_int_equal(cgroup.limits.count, 1);
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "--cpuset-cpus", "0-2,7"), 0);
	assert_limit(&cgroup, LIMIT_CPUS, "0-2,7", "0-2,7");
	forget(&cgroup);
	assert_int_equal(parse(&cgroup, "--stats", NULL), 0);
	assert_true(cgroup.stats);
	forget(&cgroup);
}

static void refused(const char *option, const char *value, const char *rule)
{
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "step-05: %s %s: %s\n", option, value, rule);
	assert_refused(step(option, value, "true"), 125, wanted);
}

static void bad_sizes_are_refused(void **state)
{
	static const char *const bad[] = { "",	  "m",	  "x",	  "-1m",   "1x",  "1 m", " 1m",
					   "1mm", "1ib",  "0x10", "1e3",   "inf", "nan", "1..5",
					   ".",	  "1,5m", "+1m",  "4096p", "1bb", "1m " };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused("--memory", bad[i], "must be a number of bytes, like 64m or 1.5g");
	refused("--memory-swap", "-2", "must be a number of bytes, like 64m or 1.5g");
	refused("--memory-reservation", "1z", "must be a number of bytes, like 64m or 1.5g");
}

static void bad_numbers_are_refused(void **state)
{
	static const char *const swappiness[] = { "", "-2", "101", "1.5", "x", "10%" };
	static const char *const shares[] = { "", "1", "-1", "262145", "x", "10 " };
	static const char *const pids[] = { "", "-2", "x", "1.5", "99999999999999999999", "+5" };
	static const char *const lists[] = { "", "x", "-1", "0,a", "0 1", ",1", "all" };
	char cpus[64];

	(void)state;
	for (size_t i = 0; i < sizeof(swappiness) / sizeof(swappiness[0]); i++)
		refused("--memory-swappiness", swappiness[i], "must be from 0 to 100");
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		refused("--cpu-shares", shares[i], "must be from 2 to 262144");
	for (size_t i = 0; i < sizeof(pids) / sizeof(pids[0]); i++)
		refused("--pids-limit", pids[i], "must be a number, or -1 for no limit");
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		refused("--cpuset-cpus", lists[i], "must be a list of numbers, like 0-2,7");
		refused("--cpuset-mems", lists[i], "must be a list of numbers, like 0-2,7");
	}
	snprintf(cpus, sizeof(cpus), "must be from 0.01 to %ld, the CPUs that there are",
		 sysconf(_SC_NPROCESSORS_ONLN));
	refused("--cpus", "0.001", cpus);
	refused("--cpus", "100000", cpus);
	refused("--cpus", "-1", cpus);
	refused("--cpus", "nan", cpus);
	refused("--cpus", "0x1", cpus);
	refused("--cpus", "1x", cpus);
	refused("--cpus", "", cpus);
}

static void bad_rates_are_refused(void **state)
{
	(void)state;
	refused("--device-read-bps", "", "must be PATH:RATE");
	refused("--device-read-bps", "/dev/loop0", "must be PATH:RATE");
	refused("--device-read-bps", ":1m", "must be PATH:RATE");
	refused("--device-read-bps", "/dev/loop0:", "the rate must be a number of bytes, like 1mb");
	refused("--device-write-bps", "/dev/loop0:x",
		"the rate must be a number of bytes, like 1mb");
	refused("--device-read-iops", "/dev/loop0:1m", "the rate must be a whole number");
	refused("--device-write-iops", "/dev/loop0:-1", "the rate must be a whole number");
	refused("--device-read-bps", "/dev/null:1m", "must be a block device, like /dev/sda");
	refused("--device-write-iops", "/etc:1", "must be a block device, like /dev/sda");
	assert_refused(step("--device-read-bps", "/dev/none:1m", "true"), 125,
		       "step-05: stat /dev/none: ENOENT No such file or directory; is it there, "
		       "under this name, and its driver loaded?\n");
}

static void what_does_not_go_together_is_refused(void **state)
{
	(void)state;
	assert_refused(step("--memory-swap", "64m", "true"), 125,
		       "step-05: --memory-swap needs --memory\n");
	assert_refused(step("--memory-swap", "32m", "--memory", "64m", "true"), 125,
		       "step-05: --memory-swap: is memory and swap together, so not less than "
		       "--memory\n");
	assert_refused(step("--memory-reservation", "64m", "--memory", "32m", "true"), 125,
		       "step-05: --memory-reservation: must not be more than --memory\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(sizes_have_dockers_forms),
		host_test(other_options_fill_their_fields),
		host_test(bad_sizes_are_refused),
		host_test(bad_numbers_are_refused),
		host_test(bad_rates_are_refused),
		host_test(what_does_not_go_together_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
