/* config.json's resources and devices: the limits of a container's cgroup. */
#include "config.h"
#include "test_06_oci.h"

/* Returns the resources that a JSON text asks for. */
static const struct limits *wanted(const char *text)
{
	static struct limits resources;
	json_t *object = json_loads(text, 0, NULL);

	assert_non_null(object);
	if (config_set_resources(object, &resources) < 0)
		fail_msg("%s is refused: %s", text, fail_get()->text);
	return &resources;
}

/*
 * Fails unless one of the limits is for these files, with these values; NULL: that version has
 * none.
 */
static void assert_writes(const struct limits *resources, const char *v1, const char *v1_text,
			  const char *v2, const char *v2_text)
{
	for (size_t i = 0; i < resources->count; i++) {
		const struct limit *one = &resources->list[i];

		if (!one->v1 != !v1 || !one->v2 != !v2 || (v1 && strcmp(one->v1, v1) != 0) ||
		    (v2 && strcmp(one->v2, v2) != 0))
			continue;
		if (v1 && strcmp(one->v1_text, v1_text) != 0)
			continue;
		if (!v2 || strcmp(one->v2_text, v2_text) == 0)
			return;
	}
	fail_msg("no resource writes %s to %s, and %s to %s", v1_text ? v1_text : "nothing",
		 v1 ? v1 : "v1", v2_text ? v2_text : "nothing", v2 ? v2 : "v2");
}

static void both_versions_are_written(void **state)
{
	const struct limits *all = wanted(
		"{\"memory\": {\"limit\": 1000, \"swap\": 1500, \"reservation\": 500, "
		"\"swappiness\": 0, \"kernelTCP\": 7, \"disableOOMKiller\": true}, "
		"\"cpu\": {\"shares\": 1024, \"quota\": 5000, \"period\": 20000, \"burst\": 9, "
		"\"cpus\": \"0-1\", \"mems\": \"0\", \"idle\": 1, \"realtimeRuntime\": 3, "
		"\"realtimePeriod\": 4}, \"pids\": {\"limit\": -1}, "
		"\"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": 4096}], "
		"\"network\": {\"classID\": 65537, \"priorities\": [{\"name\": \"eth0\", "
		"\"priority\": 5}]}, \"rdma\": {\"mlx\": {\"hcaHandles\": 3, \"hcaObjects\": 4}}, "
		"\"unified\": {\"memory.high\": \"77\"}}");

	(void)state;
	assert_writes(all, "memory.limit_in_bytes", "1000", "memory.max", "1000");
	assert_writes(all, "memory.memsw.limit_in_bytes", "1500", "memory.swap.max", "500");
	assert_writes(all, "memory.soft_limit_in_bytes", "500", "memory.low", "500");
	assert_writes(all, "memory.swappiness", "0", NULL, NULL);
	assert_writes(all, "memory.kmem.tcp.limit_in_bytes", "7", NULL, NULL);
	assert_writes(all, "memory.oom_control", "1", NULL, NULL);
	assert_writes(all, "cpu.shares", "1024", "cpu.weight", "100");
	assert_writes(all, "cpu.cfs_quota_us", "5000", "cpu.max", "5000 20000");
	assert_writes(all, "cpu.cfs_period_us", "20000", "cpu.max", "= 20000");
	assert_writes(all, "cpu.cfs_burst_us", "9", "cpu.max.burst", "9");
	assert_writes(all, "cpu.rt_runtime_us", "3", NULL, NULL);
	assert_writes(all, "cpu.rt_period_us", "4", NULL, NULL);
	assert_writes(all, "cpu.idle", "1", "cpu.idle", "1");
	assert_writes(all, "cpuset.cpus", "0-1", "cpuset.cpus", "0-1");
	assert_writes(all, "pids.max", "max", "pids.max", "max");
	assert_writes(all, "hugetlb.2MB.limit_in_bytes", "4096", "hugetlb.2MB.max", "4096");
	assert_writes(all, "hugetlb.2MB.rsvd.limit_in_bytes", "4096", "hugetlb.2MB.rsvd.max",
		      "4096");
	assert_writes(all, "net_cls.classid", "65537", NULL, NULL);
	assert_writes(all, "net_prio.ifpriomap", "eth0 5", NULL, NULL);
	assert_writes(all, "rdma.max", "mlx hca_handle=3 hca_object=4", "rdma.max",
		      "mlx hca_handle=3 hca_object=4");
	assert_writes(all, NULL, NULL, "memory.high", "77");
}

/* Class 0, no class, must be written: a new cgroup begins with its parent's class. */
static void class_0_is_written(void **state)
{
	(void)state;
	assert_writes(wanted("{\"network\": {\"classID\": 0}}"), "net_cls.classid", "0", NULL,
		      NULL);
	assert_int_equal(wanted("{\"network\": {}}")->count, 0);
	/* A class of 0 is accepted also where the controller is missing, as on v2. */
	assert_prints(oci_script("config '.linux.resources.network.classID = 0'\n"
				 "args echo begun; oci run $id\n"),
		      "begun\n");
}

static void block_io(void **state)
{
	const struct limits *all = wanted(
		"{\"blockIO\": {\"weight\": 505, \"leafWeight\": 10, \"weightDevice\": "
		"[{\"major\": 8, "
		"\"minor\": 1, \"weight\": 1000}], \"throttleReadBpsDevice\": [{\"major\": 8, "
		"\"minor\": 0, \"rate\": 600}], \"throttleWriteIOPSDevice\": [{\"major\": 8, "
		"\"minor\": 0, \"rate\": 0}]}}");

	(void)state;
	/* BFQ's weights are 1 to 1000, those of io.weight 1 to 10000. */
	assert_writes(all, "blkio.bfq.weight|blkio.weight", "505|505", "io.bfq.weight|io.weight",
		      "505|5000");
	assert_writes(all, "blkio.bfq.weight_device|blkio.weight_device", "8:1 1000|8:1 1000",
		      "io.bfq.weight|io.weight", "8:1 1000|8:1 10000");
	assert_writes(all, "blkio.leaf_weight", "10", NULL, NULL);
	assert_writes(all, "blkio.throttle.read_bps_device", "8:0 600", "io.max", "8:0 rbps=600");
	assert_writes(all, "blkio.throttle.write_iops_device", "8:0 0", "io.max", "8:0 wiops=max");
}

static void no_limit_and_not_set(void **state)
{
	const struct limits *none =
		wanted("{\"memory\": {\"limit\": -1}, \"cpu\": {\"quota\": -1}}");

	(void)state;
	assert_writes(none, "memory.limit_in_bytes", "-1", "memory.max", "max");
	assert_writes(none, "memory.memsw.limit_in_bytes", "-1", "memory.swap.max", "max");
	assert_writes(none, "cpu.cfs_quota_us", "-1", "cpu.max", "max");
	/* `update` may set only one of two: v1 keeps the other; on v2 both are in one file. */
	none = wanted("{\"memory\": {\"swap\": 5}, \"cpu\": {\"quota\": 2000}}");
	assert_writes(none, "memory.memsw.limit_in_bytes", "5", NULL, NULL);
	assert_writes(none, "cpu.cfs_quota_us", "2000", "cpu.max", "2000");
	/* Engines send zeroes, and -1 as an unsigned number. */
	none = wanted(
		"{\"memory\": {\"limit\": 0, \"swap\": 0, \"kernel\": 5}, \"cpu\": {\"shares\": 0, "
		"\"cpus\": \"\"}, \"blockIO\": {\"weight\": 0}}");
	assert_int_equal(none->count, 0);
	/* For these limits 0 is a value. */
	none = wanted("{\"pids\": {\"limit\": 0}, \"cpu\": {\"burst\": 0, \"idle\": 0}, "
		      "\"memory\": {\"swappiness\": 0, \"disableOOMKiller\": false}}");
	assert_writes(none, "pids.max", "0", "pids.max", "0");
	assert_writes(none, "cpu.cfs_burst_us", "0", "cpu.max.burst", "0");
	assert_writes(none, "cpu.idle", "0", "cpu.idle", "0");
	assert_writes(none, "memory.swappiness", "0", NULL, NULL);
	assert_writes(none, "memory.oom_control", "0", NULL, NULL);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "{\"memory\": {\"limit\": 6, \"swap\": 5}}",
		  "memory.swap: is memory and swap together: must not be below the limit" },
		{ "{\"memory\": {\"limit\": -2}}", "memory.limit: must be from -1 to " },
		{ "{\"pids\": {\"limit\": -2}}", "pids.limit: must be from -1 to " },
		{ "{\"memory\": {\"swappiness\": 101}}",
		  "memory.swappiness: must be from 0 to 100" },
		{ "{\"cpu\": {\"shares\": -1}}",
		  "cpu.shares: must be a whole number, not below 0" },
		{ "{\"cpu\": {\"idle\": 2}}", "cpu.idle: must be from 0 to 1" },
		{ "{\"blockIO\": {\"weight\": 5}}", "blockIO.weight: must be from 10 to 1000" },
		{ "{\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": 1, \"minor\": 2}]}}",
		  "blockIO.throttleReadBpsDevice[0].rate: must be there" },
		{ "{\"hugepageLimits\": [{\"pageSize\": \"2M\", \"limit\": 1}]}",
		  "hugepageLimits[0].pageSize: must be a size, as in \"2MB\"" },
		{ "{\"unified\": {\"../x.y\": \"1\"}}",
		  "unified.../x.y: the specified key has not the form CONTROLLER.VALUE `../x.y`" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct limits resources;

		if (config_set_resources(json_loads(cases[i].text, 0, NULL), &resources) == 0)
			fail_msg("%s is not refused", cases[i].text);
		assert_contains(fail_get()->text, cases[i].message);
		forget_failure();
	}
}

static void limits_hold(void **state)
{
	(void)state;
	assert_prints(
		oci_script("config '.linux.resources.pids.limit = 3 | .linux.resources.memory = "
			   "{limit: 20000000, swap: 20000000} | .linux.cgroupsPath = $p' --arg p "
			   "/test-$id/below\n"
			   "args sh -c 'sleep 1 & sleep 1 & sleep 1 & echo not reached'\n"
			   "oci run $id 2>&1 | grep -o 'can.t fork'\n"
			   "args tail -c 50000000 /dev/zero; oci run $id 2>/dev/null || echo $?\n"
			   "find /sys/fs/cgroup -name below | grep $id || true\n"
			   "find /sys/fs/cgroup -depth -name test-$id -exec rmdir {} +\n"),
		"can't fork\n137\n");
}

/*
 * Memory is written first, so a later limit that is refused would leave it changed. A limit that no
 * controller can keep is refused before anything is written.
 */
static void an_update_that_is_refused_changes_nothing(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"config '.linux.resources = {memory: {limit: 50000000}, pids: {limit: 20}, "
			"cpu: {shares: 512, quota: 20000}}'\n"
			"args sleep 1000; oci run -d $id\n"
			"file() { find /sys/fs/cgroup -path \"*/$id/$1\"; }\n"
			"all() { for f in memory.limit_in_bytes memory.memsw.limit_in_bytes "
			"memory.max memory.swap.max "
			"cpu.shares cpu.weight cpu.cfs_quota_us cpu.max pids.max cpuset.cpus; do "
			"for p in $(file $f); do echo $f $(cat $p); done; done; }\n"
			"up() { all >before; echo \"$1\" | no oci update --resources - $id "
			">/dev/null 2>err\n"
			"  all | diff before - || cat err; }\n"
			"m='{\"memory\": {\"limit\": 90000000, \"swap\": 95000000}'\n"
			"up \"$m, \\\"cpu\\\": {\\\"shares\\\": 900, \\\"quota\\\": 90000, "
			"\\\"cpus\\\": \\\"900\\\"}}\"\n"
			"up \"$m, \\\"pids\\\": {\\\"limit\\\": 9223372036854775807}}\"\n"
			"up \"$m, \\\"cpu\\\": {\\\"quota\\\": 90000}, \\\"blockIO\\\": "
			"{\\\"leafWeight\\\": 20}}\"\n"
			"up \"$m, \\\"unified\\\": {\\\"no.such\\\": \\\"1\\\"}}\"\n"),
		"");
}

static void zero_is_a_limit_where_it_can_be_one(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"args sleep 1000; oci run -d $id; file() { find /sys/fs/cgroup -path "
			"\"*/$id/$1\" | head -1 | xargs -r cat; }\n"
			"oci update --memory 1.5G --pids-limit 0 $id; file memory.max; file "
			"memory.limit_in_bytes; file pids.max\n"
			"no oci exec $id true 2>/dev/null; oci update --cpu-quota 0 $id 2>&1\n"
			"oci update --cpu-quota 10000 --cpu-burst 5000 $id; file 'cpu.*burst*'\n"
			"oci update --cpu-burst 0 $id; file 'cpu.*burst*'; oci update --cpu-idle 1 "
			"$id; file cpu.idle\n"
			"echo '{\"cpu\": {\"idle\": 0}}' | oci update -r - $id; file cpu.idle\n"),
		"1610612736\n0\nstep-06-oci: warning: update --cpu-quota 0: changes nothing; 0 "
		"says that it is not "
		"set\n5000\n0\n1\n0\n");
}

/* The message names the limit and how much is in use, not only EBUSY or a death. */
static void a_memory_limit_too_low_is_told_with_numbers(void **state)
{
	const struct result *result;

	(void)state;
	result = oci_script(
		"args true; config '.linux.resources.memory.limit = 4096'; oci create $id\n");
	assert_int_equal(result->status, 1);
	assert_contains(result->err,
			"linux.resources.memory.limit: the limit of 4096 bytes is too low");
	assert_contains(result->err, "bytes are in use");
	assert_prints(oci_script("args true; config '.linux.resources.memory.limit = 4096'\n"
				 "no oci run $id 2>&1 | grep -o 'limit of 4096 bytes is too low'\n"
				 "oci list -q\n"),
		      "limit of 4096 bytes is too low\n");
	assert_refused(script("./step-06 run --network none --memory 4096 /bin/true", "", NULL),
		       125,
		       "step-06: memory: the limit of 4096 bytes is too low to start the command");
}

/*
 * Limits and `delete` act on the container's whole cgroup, so the root cgroup cannot be a
 * container's.
 */
static void the_root_of_the_cgroups_is_nobodys(void **state)
{
	(void)state;
	assert_prints(oci_script("args true\n"
				 "for path in / // /../x; do\n"
				 "  config --arg path $path '.linux.cgroupsPath = $path'\n"
				 "  no oci run $id 2>&1\n"
				 "done\n"),
		      "step-06-oci: linux.cgroupsPath: /: is not the container's alone\n"
		      "step-06-oci: linux.cgroupsPath: //: is not the container's alone\n"
		      "step-06-oci: linux.cgroupsPath: /../x: must not have \"..\" in it\n");
}

static void what_this_version_has_not_is_refused_by_name(void **state)
{
	(void)state;
	assert_told(oci_script("config '.linux.resources.unified = {\"no.such\": \"1\"}'; "
			       "no oci run $id\n"),
		    "linux.resources.unified.no.such: the requested cgroup controller `no` is "
		    "not available, or cgroup v2 has no no.such here: ENOENT");
	assert_told(oci_script("config '.linux.resources.blockIO.leafWeight = 10'; no oci run "
			       "$id; find /sys/fs/cgroup -name \"*$id*\"\n"),
		    "linux.resources.blockIO.leafWeight: ");
	/* v2 limits swap alone, so the limit of memory must be known, too. */
	assert_told(oci_script("args true; config '.linux.resources.memory.swap = 67108864'\n"
			       "no oci run $id; oci list -q\n"),
		    "linux.resources.memory.swap without a limit");
}

static void devices_are_made_and_allowed_by_rules(void **state)
{
	(void)state;
	if (run_shell(": </dev/fuse")->status != 0)
		skip_because("/dev/fuse cannot be opened here");
	/* full (1:7) is one of the usual devices; fuse (10:229) is made, or made and allowed. */
	assert_prints(
		oci_script(
			"config '.linux.devices = [{path: \"/dev/d/k\", type: \"c\", major: 10, "
			"minor: 229, fileMode: 416, uid: 3, gid: 4}, {path: \"/dev/fifo\", type: "
			"\"p\"}]'\n"
			"args sh -c 'stat -c \"%a %u %g %t:%T\" /dev/d/k /dev/full; stat -c %F "
			"/dev/fifo; : </dev/full && echo full; (: </dev/d/k) 2>&1 | grep -o "
			"\"not permitted\"; for i in fd stdin ptmx; do readlink /dev/$i; done'\n"
			"oci run $id\n"
			"config '.linux.resources.devices += [{allow: true, type: \"c\", major: "
			"10, "
			"minor: 229, access: \"r\"}]'\n"
			"args sh -c ': </dev/d/k && echo fuse'; oci run $id\n"),
		"640 3 4 a:e5\n666 0 0 1:7\nfifo\nfull\nnot permitted\n"
		"/proc/self/fd\n/proc/self/fd/0\npts/ptmx\nfuse\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_versions_are_written),
		host_test(class_0_is_written),
		cmocka_unit_test(block_io),
		cmocka_unit_test(no_limit_and_not_set),
		cmocka_unit_test(what_is_wrong_is_named),
		host_test(limits_hold),
		host_test(an_update_that_is_refused_changes_nothing),
		host_test(zero_is_a_limit_where_it_can_be_one),
		host_test(a_memory_limit_too_low_is_told_with_numbers),
		host_test(the_root_of_the_cgroups_is_nobodys),
		host_test(what_this_version_has_not_is_refused_by_name),
		host_test(devices_are_made_and_allowed_by_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
