/*
 * config.json's linux.intelRdt. Few processors have it, so a tmpfs stands for resctrl here, with
 * the files that the kernel would make in a class.
 */
#include "test_06_oci.h"

#include "container.h"
#include "config_parts.h"
#include "json.h"
#include "rdt.h"
#include "rdt_schemata.h"
#include "rdt_stats.h"

enum { PID = 4242 };

static char root[] = "/tmp/test-rdt-XXXXXX";

/* Returns what the configuration's reader makes of linux.intelRdt. */
static struct rdt read_rdt(const char *object)
{
	struct json_problems problems;
	struct json linux_part;
	struct rdt rdt;
	char text[1024];

	snprintf(text, sizeof(text), "{\"intelRdt\": %s}", object);
	assert_int_equal(json_parse(text, "test", &problems, &linux_part), 0);
	config_rdt(&linux_part, &rdt);
	if (problems.count)
		fail_msg("%s: %s", object, problems.text);
	return rdt;
}

/* Makes a class with these schemata and a monitoring group c1. */
static int make_class(void **state)
{
	(void)state;
	strcpy(root, "/tmp/test-rdt-XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_success(script("for i in $1 $1/gold $1/c1; do mkdir -p $i/mon_groups/c1\n"
			      "echo '    MB:0=100;1=100\n    L3:0=7ff;1=00f' >$i/schemata\n"
			      ">$i/tasks; >$i/mon_groups/c1/tasks; done",
			      root));
	return 0;
}

static int remove_class(void **state)
{
	(void)state;
	assert_success(script("rm -r $1", root));
	forget_failure();
	return 0;
}

static void apply(const char *object, char **made)
{
	const struct rdt rdt = read_rdt(object);
	struct rdt_place place = { 0 };

	if (rdt_apply(&rdt, root, "c1", PID, &place) < 0)
		fail_msg("%s: %s", object, fail_get()->text);
	*made = place.made;
	free(place.class);
	free(place.group);
}

static void without_a_class_the_container_has_its_own(void **state)
{
	char *made;

	(void)state;
	apply("{\"l3CacheSchema\": \"L3:0=7f0;1=1f\\nMB:0=1;1=1\", \"memBwSchema\": "
	      "\"MB:0=20;1=70\"}",
	      &made);
	assert_null(made); /* the class was there before the container */
	/* The line for the bandwidth comes from memBwSchema. */
	assert_prints(script("head -2 $1/c1/schemata; cat $1/c1/tasks", root),
		      "L3:0=7f0;1=1f\nMB:0=20;1=70\n4242\n");
}

/* On a tmpfs a new class has no files, which the kernel would make. */
static void only_a_class_that_was_made_is_removed(void **state)
{
	const struct rdt rdt = read_rdt("{\"enableMonitoring\": true}");
	struct rdt_place place = { 0 };
	char wanted[64];

	(void)state;
	snprintf(wanted, sizeof(wanted), "%s/new", root);
	assert_int_equal(rdt_apply(&rdt, root, "new", PID, &place), -1); /* no mon_groups */
	assert_string_equal(place.made, wanted);
	place = (struct rdt_place){ 0 };
	assert_int_equal(rdt_apply(&rdt, root, "c1", PID, &place), 0);
	snprintf(wanted, sizeof(wanted), "%s/c1/mon_groups/c1", root);
	assert_string_equal(place.made, wanted);
	assert_string_equal(place.group, wanted);
}

static void a_limit_is_changed_and_put_back(void **state)
{
	char class[64], *before = NULL, *after = NULL;

	(void)state;
	snprintf(class, sizeof(class), "%s/gold", root);
	assert_int_equal(rdt_limit(class, "L3:0=f;1=f", &before), 0);
	assert_prints(script("head -1 $1/gold/schemata", root), "L3:0=f;1=f\n");
	assert_int_equal(rdt_limit(class, before, &after), 0);
	assert_prints(script("head -2 $1/gold/schemata", root),
		      "    MB:0=100;1=100\n    L3:0=7ff;1=00f\n");
}

static void running_threads_are_moved(void **state)
{
	char class[64], wanted[32];

	(void)state;
	snprintf(class, sizeof(class), "%s/gold", root);
	snprintf(wanted, sizeof(wanted), "%d", getpid());
	assert_int_equal(rdt_move(class, getpid()), 1);
	assert_prints(script("cat $1/gold/tasks", root), wanted);
	assert_int_equal(rdt_move(class, 0x7ffffff0), 0); /* no such process */
}

static void statistics_are_those_of_runc(void **state)
{
	json_t *stats;
	char class[64], *text;

	(void)state;
	assert_success(
		script("cd $1; mkdir -p info/L3 info/MB gold/mon_data/mon_L3_00 "
		       "gold/mon_data/mon_L3_01\n"
		       "echo 7ff >info/L3/cbm_mask; echo 1 >info/L3/min_cbm_bits\n"
		       "echo 16 | tee info/L3/num_closids >info/MB/num_closids\n"
		       "echo 10 | tee info/MB/bandwidth_gran >info/MB/min_bandwidth\n"
		       "echo 1 >info/MB/delay_linear; cd gold/mon_data\n"
		       "echo 5 >mon_L3_00/llc_occupancy; echo 6 >mon_L3_01/llc_occupancy\n"
		       "echo 7 >mon_L3_00/mbm_total_bytes; echo 8 >mon_L3_00/mbm_local_bytes\n"
		       "echo Unavailable >mon_L3_01/mbm_total_bytes\n",
		       root));
	snprintf(class, sizeof(class), "%s/gold", root);
	stats = rdt_stats(root, class, "");
	text = json_dumps(stats, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(
		text,
		"{\"cmt_stats\":[{\"llc_occupancy\":5},{\"llc_occupancy\":6}],"
		"\"l3_cache_info\":{\"cbm_mask\":\"7ff\",\"min_cbm_bits\":1,\"num_closids\":16},"
		"\"l3_cache_schema\":\"L3:0=7ff;1=00f\",\"l3_cache_schema_root\":"
		"\"L3:0=7ff;1=00f\",\"mbm_stats\":[{\"mbm_local_bytes\":8,\"mbm_total_bytes\":7}],"
		"\"mem_bw_info\":{\"bandwidth_gran\":10,\"delay_linear\":1,\"min_bandwidth\":10,"
		"\"num_closids\":16},\"mem_bw_schema\":\"MB:0=100;1=100\","
		"\"mem_bw_schema_root\":\"MB:0=100;1=100\"}");
	free(text);
	json_decref(stats);
}

static void without_values_nothing_is_written_to_schemata(void **state)
{
	char *made;

	(void)state;
	apply("{\"closID\": \"gold\"}", &made);
	assert_null(made);
	apply("{\"closID\": \"/\"}", &made);
	assert_null(made);
	assert_prints(script("cd $1; cat gold/tasks tasks; cmp gold/schemata c1/schemata", root),
		      "4242\n4242\n");
}

static void schemata_is_a_list_of_lines_that_comes_last(void **state)
{
	char *made;

	(void)state;
	apply("{\"closID\": \"gold\", \"l3CacheSchema\": \"L3:0=7FF\", \"schemata\": "
	      "[\"L2:0=f;1=f\", \"MB:0=50;1=50;2=50\"]}",
	      &made);
	assert_null(made);
	assert_prints(script("head -2 $1/gold/schemata", root), "L2:0=f;1=f\nMB:0=50;1=50;2=50\n");
}

static void monitoring_has_a_group_that_goes_with_the_container(void **state)
{
	static const char *const fields[] = { "enableMonitoring", "enableCMT", "enableMBM" };
	char *made, object[64], wanted[64];

	(void)state;
	snprintf(wanted, sizeof(wanted), "%s/gold/mon_groups/c1", root);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		snprintf(object, sizeof(object), "{\"closID\": \"gold\", \"%s\": true}", fields[i]);
		apply(object, &made);
		assert_string_equal(made, wanted);
		free(made);
	}
	assert_prints(script("cd $1/gold; cat tasks mon_groups/c1/tasks", root), "4242\n4242\n");
}

static void a_class_that_is_others_must_agree(void **state)
{
	struct rdt rdt = read_rdt("{\"closID\": \"gold\", \"l3CacheSchema\": \"L3:0=7f0\"}");
	struct rdt_place place = { 0 };

	(void)state;
	assert_int_equal(rdt_apply(&rdt, root, "c1", PID, &place), -1);
	assert_contains(fail_get()->text, "gold is there with other values");
	forget_failure();
	rdt = read_rdt("{\"closID\": \"silver\"}");
	assert_int_equal(rdt_apply(&rdt, root, "c1", PID, &place), -1);
	assert_contains(fail_get()->text, "linux.intelRdt.closID: there is no class silver");
	assert_null(place.made);
	assert_prints(script("cat $1/gold/tasks; ls $1", root),
		      "c1\ngold\nmon_groups\nschemata\ntasks\n");
}

static void lines_are_compared_by_value(void **state)
{
	static const char there[] = "    MB:0=100;1= 70\n    L3:0=007f0;1=1f\n";
	static const struct {
		const char *wanted;
		bool agrees;
	} cases[] = {
		{ "L3:0=7f0;1=1f", true },
		{ "L3:1=1F\nMB:0=100", true },
		{ "L3:0=7f0", true },
		{ "L3:0=7f1", false },
		{ "L3:2=1", false },
		{ "L2:0=f", false },
		{ "L3:0=7f0;1=1", false },
		{ "L3:", false },
		{ "L3:0=7f0;x", false },
		{ "MB:0=100;1=70", true },
		{ "L3", false },
		{ "", true },
		{ "L3:0=7f0 1=1f", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (rdt_schemata_agree(cases[i].wanted, there) != cases[i].agrees)
			fail_msg("\"%s\"", cases[i].wanted);
}

/* No resctrl is mounted: the state names the directory of the container's class. */
static void update_changes_the_class_and_exec_joins_it(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 100; oci run -d $id; mkdir class; >class/tasks\n"
				 "echo old >class/schemata\n"
				 "jq -c --arg c $d/class '.rdtClass = $c' run/$id/state.json >new\n"
				 "cat new >run/$id/state.json\n"
				 "oci update --l3-cache-schema L3:0=f --mem-bw-schema MB:0=10 $id\n"
				 "cat class/schemata; oci exec $id true; [ -s class/tasks ]\n"
				 "no oci update --l3-cache-schema L3:0=1 --cpuset-cpus 9999 $id "
				 "2>/dev/null\n"
				 "cat class/schemata\n"),
		      "L3:0=f\nMB:0=10\nL3:0=f\nMB:0=10\n");
}

/* The message says what is missing: the kernel's support, or only the mount. */
static void a_machine_without_it_is_told(void **state)
{
	const struct result *result;

	(void)state;
	if (access("/sys/fs/resctrl/schemata", F_OK) == 0)
		skip_because("this machine has it");
	result = oci_script(
		"args true; config '.linux.intelRdt = {}'\n"
		"no oci run $id; [ -z \"$(ls run)\" ]\n"
		"config 'del(.linux.intelRdt)'; args sleep 100; oci run -d $id\n"
		"no oci update --l3-cache-schema L3:0=f $id 2>&1 | grep -q linux.intelRdt\n"
		"no oci update --mem-bw-schema MB:0=10 $id 2>&1 | grep -q linux.intelRdt\n"
		"no oci update --mem-bw-schema L3:0=10 $id 2>&1 | grep -q "
		"'intelRdt.memBwSchema: must be one line'\n"
		"oci events --stats $id | jq -e '.data | has(\"intel_rdt\") | not'\n");
	assert_success(result);
	assert_contains(result->err, "linux.intelRdt: ");
}

static void what_is_wrong_is_named(void **state)
{
	const struct result *result = oci_script(
		"config '.linux.intelRdt = {closID: \"a/b\", memBwSchema: \"MB:0=1\\nL3:0=1\"}'\n"
		"no oci run $id; config '.linux.intelRdt = {closID: \"info\", schemata: 5}'\n"
		"no oci run $id\n");

	(void)state;
	assert_contains(result->err,
			"linux.intelRdt.closID: must be a name without a slash, or "
			"\"/\", not \"a/b\"");
	assert_contains(result->err,
			"linux.intelRdt.memBwSchema: must be one line that begins with \"MB:\"");
	assert_contains(result->err, "not \"info\"");
	assert_contains(result->err, "linux.intelRdt.schemata: must be an array");
}

#define class_test(function) cmocka_unit_test_setup_teardown(function, make_class, remove_class)

int main(void)
{
	const struct CMUnitTest tests[] = {
		class_test(without_a_class_the_container_has_its_own),
		class_test(only_a_class_that_was_made_is_removed),
		class_test(a_limit_is_changed_and_put_back),
		class_test(running_threads_are_moved),
		class_test(statistics_are_those_of_runc),
		class_test(without_values_nothing_is_written_to_schemata),
		class_test(schemata_is_a_list_of_lines_that_comes_last),
		class_test(monitoring_has_a_group_that_goes_with_the_container),
		class_test(a_class_that_is_others_must_agree),
		cmocka_unit_test(lines_are_compared_by_value),
		host_test(update_changes_the_class_and_exec_joins_it),
		host_test(a_machine_without_it_is_told),
		host_test(what_is_wrong_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
