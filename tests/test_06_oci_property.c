/* Limits and annotations as properties of a systemd unit: the arguments for busctl(1). */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "config.h"
#include "file.h"
#include "resources.h"
#include "systemd_property.h"
#include "test_06_oci.h"

/* Returns the words, each followed by a space. */
static const char *text_of(const struct properties *properties)
{
	static char text[4096];

	text[0] = '\0';
	for (size_t i = 0; i < properties->word_count; i++) {
		strncat(text, properties->words[i], sizeof(text) - strlen(text) - 1);
		strncat(text, " ", sizeof(text) - strlen(text) - 1);
	}
	return text;
}

/*
 * Makes a directory that stands for the cgroup: it has the files of that version, and keeps what is
 * written to them. `path` is mkdtemp()'s template.
 */
static int make_files(int version, char *path)
{
	static const char *const files[][24] = {
		{ "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "cpu.shares",
		  "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpuset.cpus", "cpuset.mems", "pids.max",
		  "blkio.weight", NULL },
		{ "memory.max", "memory.high", "memory.low", "memory.swap.max", "memory.oom.group",
		  "pids.max", "cpu.max", "cpu.weight", "cpu.idle", "cpuset.cpus", "cpuset.mems",
		  "io.weight", NULL },
	};
	int directory;

	assert_non_null(mkdtemp(path));
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(directory >= 0);
	for (const char *const *file = files[version - 1]; *file; file++)
		assert_int_equal(file_write(directory, *file, ""), 0);
	if (version == 1)
		assert_int_equal(file_write(directory, "cpu.cfs_period_us", "100000"), 0);
	return directory;
}

static void assert_limits_of(int version, const char *json, size_t count, const char *words)
{
	struct cgroup cgroup = { .hierarchy_count = 1 };
	autoproperties struct properties properties = { 0 };
	struct limits limits = { 0 };
	char path[] = "/tmp/cgroup-XXXXXX";
	autofd int directory = make_files(version, path);

	cgroup.hierarchies[0] = (struct hierarchy){ .version = version,
						    .controllers = ~0U,
						    .directory = directory };
	assert_int_equal(config_set_resources(json_loads(json, 0, NULL), &limits), 0);
	if (resources_write(&limits, &cgroup) < 0)
		fail_msg("%s: %s", json, fail_get()->text);
	property_add_resources(&properties, &limits, &cgroup);
	run("rm", "-r", path);
	assert_string_equal(text_of(&properties), words);
	assert_int_equal(properties.count, count);
	assert_false(properties.no_memory);
}

static void assert_limits(const char *json, size_t count, const char *words)
{
	assert_limits_of(2, json, count, words);
}

/* Fails unless an annotation becomes these words; NULL: it must be refused. */
static void assert_annotation(const char *name, const char *value, const char *words)
{
	autoproperties struct properties properties = { 0 };
	json_t *annotations = json_object();
	char key[128];

	snprintf(key, sizeof(key), "org.systemd.property.%s", name);
	json_object_set_new(annotations, key, json_string(value));
	json_object_set_new(annotations, "org.systemd.properties", json_string("not one"));
	if (property_add_annotations(&properties, annotations) == 0) {
		assert_non_null(words);
		assert_string_equal(text_of(&properties), words);
		assert_int_equal(properties.count, 1);
	} else {
		assert_null(words);
		assert_contains(fail_get()->text, key);
		forget_failure();
	}
	json_decref(annotations);
}

static void limits_have_names_of_their_own(void **state)
{
	(void)state;
	assert_limits("{}", 0, "");
	assert_limits("{\"memory\": {\"limit\": 8192, \"swap\": 12288, \"reservation\": 4096}}", 3,
		      "MemoryMax t 8192 MemorySwapMax t 4096 MemoryLow t 4096 ");
	assert_limits("{\"memory\": {\"limit\": -1, \"swap\": -1}, \"pids\": {\"limit\": -1}}", 3,
		      "MemoryMax t 18446744073709551615 MemorySwapMax t 18446744073709551615 "
		      "TasksMax t 18446744073709551615 ");
	assert_limits("{\"pids\": {\"limit\": 9}}", 1, "TasksMax t 9 ");
	assert_limits("{\"blockIO\": {\"weight\": 1000}}", 1, "IOWeight t 10000 ");
	assert_limits("{\"unified\": {\"memory.high\": \"4096\", \"pids.max\": \"max\", "
		      "\"memory.oom.group\": \"1\"}}",
		      2, "MemoryHigh t 4096 TasksMax t 18446744073709551615 ");
	/* systemd has no TasksMax=0. With the first process there, 1 means the same. */
	assert_limits("{\"pids\": {\"limit\": 0}}", 1, "TasksMax t 1 ");
	assert_limits("{\"unified\": {\"io.weight\": \"default 200\"}}", 1, "IOWeight t 200 ");
	assert_limits_of(1, "{\"memory\": {\"limit\": 8192}, \"pids\": {\"limit\": 9}}", 2,
			 "MemoryMax t 8192 TasksMax t 9 ");
}

static void cpu_time_is_that_of_a_second(void **state)
{
	(void)state;
	assert_limits("{\"cpu\": {\"quota\": 50000}}", 2,
		      "CPUQuotaPeriodUSec t 100000 CPUQuotaPerSecUSec t 500000 ");
	assert_limits("{\"cpu\": {\"quota\": 25000, \"period\": 50000}}", 2,
		      "CPUQuotaPeriodUSec t 50000 CPUQuotaPerSecUSec t 500000 ");
	assert_limits("{\"cpu\": {\"quota\": -1}}", 2,
		      "CPUQuotaPeriodUSec t 100000 CPUQuotaPerSecUSec t 18446744073709551615 ");
	/* 1.5 percent */
	assert_limits("{\"unified\": {\"cpu.max\": \"3000 200000\"}}", 2,
		      "CPUQuotaPeriodUSec t 200000 CPUQuotaPerSecUSec t 20000 ");
	assert_limits("{\"cpu\": {\"idle\": 1}}", 1, "CPUWeight t 0 ");
	assert_limits("{\"unified\": {\"cpu.weight\": \"7\"}}", 1, "CPUWeight t 7 ");
	/* The smallest quota is 1 ms. */
	assert_limits("{\"unified\": {\"cpu.max\": \"500 50000\"}}", 2,
		      "CPUQuotaPeriodUSec t 100000 CPUQuotaPerSecUSec t 10000 ");
	assert_limits_of(
		1, "{\"cpu\": {\"shares\": 2048, \"quota\": 5000}}", 3,
		"CPUShares t 2048 CPUQuotaPeriodUSec t 100000 CPUQuotaPerSecUSec t 50000 ");
}

static void lists_become_bits(void **state)
{
	(void)state;
	assert_limits("{\"cpu\": {\"cpus\": \"0-2,7\", \"mems\": \"0\"}}", 2,
		      "AllowedCPUs ay 1 135 AllowedMemoryNodes ay 1 1 ");
	assert_limits("{\"cpu\": {\"cpus\": \"1,16\"}}", 1, "AllowedCPUs ay 3 2 0 1 ");
}

static void annotations_have_types(void **state)
{
	(void)state;
	assert_annotation("TimeoutStopUSec", "uint64 5000", "TimeoutStopUSec t 5000 ");
	assert_annotation("CollectMode", "'inactive-or-failed'",
			  "CollectMode s inactive-or-failed ");
	assert_annotation("Description", "\"it\\\"s \\\\\"", "Description s it\"s \\ ");
	assert_annotation("SendSIGHUP", "true", "SendSIGHUP b true ");
	assert_annotation("KillSignal", " 15 ", "KillSignal i 15 ");
	assert_annotation("OOMScoreAdjust", "-5", "OOMScoreAdjust i -5 ");
	assert_annotation("CPUWeight", "@t 50", "CPUWeight t 50 ");
	assert_annotation("Before", "['a.service', 'b.service']",
			  "Before as 2 a.service b.service ");
	assert_annotation("AllowedCPUs", "[byte 0x03, 1]", "AllowedCPUs ay 2 0x03 1 ");
	assert_annotation("After", "@as []", "After as 0 ");
}

static void seconds_are_told_in_microseconds(void **state)
{
	(void)state;
	assert_annotation("TimeoutStopSec", "uint64 5", "TimeoutStopUSec t 5000000 ");
	assert_annotation("RuntimeMaxSec", "2.5", "RuntimeMaxUSec t 2500000 ");
	assert_annotation("TimeoutStopSec", "'5'", NULL);
	assert_annotation("TimeoutStopSec", "-5", NULL);
}

static void what_is_no_value_is_refused(void **state)
{
	static const char *const bad[] = { "",	       "text",	 "'open", "'a' 'b'", "uint64",
					   "uint64 x", "[1, ",	 "[1 2]", "[]",	     "boolean 1",
					   "@q",       "'a\\n'", "1 2",	  "[1]]",    "@as [1",
					   "string 5", "--" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_annotation("Description", bad[i], NULL);
	assert_annotation("", "1", NULL);
	assert_annotation("ab", "1", NULL);
	assert_annotation("With-Hyphen", "1", NULL);
}

/*
 * Fails unless the rules for devices become these words where devices are in that version of
 * cgroups; NULL: they must be refused.
 */
static void assert_devices(int version, struct device_rule last, const char *words)
{
	struct cgroup cgroup = { .hierarchy_count = 1 };
	autoproperties struct properties properties = { 0 };

	cgroup.hierarchies[0].version = version;
	cgroup.hierarchies[0].controllers = SET(CONTROLLER_DEVICES);
	device_add_rule(&cgroup.devices, (struct device_rule){ true, 'b', 8, 1, "r" });
	device_add_rule(&cgroup.devices,
			(struct device_rule){ false, 'a', DEVICE_ALL, DEVICE_ALL, "rwm" });
	device_add_rule(&cgroup.devices, (struct device_rule){ true, 'c', 1, 3, "rwm" });
	device_add_rule(&cgroup.devices, (struct device_rule){ true, 'c', 4090, DEVICE_ALL, "r" });
	device_add_rule(&cgroup.devices, last);
	if (property_add_devices(&properties, &cgroup) == 0) {
		assert_non_null(words);
		assert_string_equal(text_of(&properties), words);
	} else {
		assert_null(words);
		assert_contains(fail_get()->text, "systemd cannot deny a part");
		forget_failure();
	}
	free(cgroup.devices.rules);
}

static void devices_are_told_where_v1_keeps_the_rules(void **state)
{
	const struct device_rule nodes = { true, 'a', DEVICE_ALL, DEVICE_ALL, "m" },
				 terminals = { true, 'c', 136, DEVICE_ALL, "rw" },
				 one_less = { false, 'c', 1, 3, "w" },
				 all = { true, 'a', DEVICE_ALL, DEVICE_ALL, "rwm" };

	(void)state;
	assert_devices(1, nodes,
		       "DevicePolicy s strict DeviceAllow a(ss) 3 /dev/char/1:3 rwm char-* m "
		       "block-* m ");
	assert_devices(1, terminals,
		       "DevicePolicy s strict DeviceAllow a(ss) 2 /dev/char/1:3 rwm char-pts rw ");
	assert_devices(1, one_less, NULL);
	assert_devices(1, all, "");
	assert_devices(2, nodes, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_have_names_of_their_own),
		cmocka_unit_test(cpu_time_is_that_of_a_second),
		cmocka_unit_test(lists_become_bits),
		cmocka_unit_test(devices_are_told_where_v1_keeps_the_rules),
		cmocka_unit_test(annotations_have_types),
		cmocka_unit_test(seconds_are_told_in_microseconds),
		cmocka_unit_test(what_is_no_value_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
