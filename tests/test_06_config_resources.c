/* config.json's resources and devices: what the cgroup of a container allows. */
#include "config.h"
#include "test_06_oci.h"

/* The resources that a JSON text asks for. */
static const struct resources *wanted(const char *text)
{
	static struct resources resources;
	json_t *object = json_loads(text, 0, NULL);

	assert_non_null(object);
	if (config_set_resources(object, &resources) < 0)
		fail_msg("%s is refused: %s", text, fail_get()->text);
	return &resources;
}

/* Fails unless one of them is for these files, with these texts; NULL: that version has none. */
static void assert_writes(const struct resources *resources, const char *v1, const char *v1_text,
			  const char *v2, const char *v2_text)
{
	for (size_t i = 0; i < resources->count; i++) {
		const struct resource *one = &resources->list[i];

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
	const struct resources *all = wanted(
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
	assert_writes(all, "net_cls.classid", "65537", NULL, NULL);
	assert_writes(all, "net_prio.ifpriomap", "eth0 5", NULL, NULL);
	assert_writes(all, "rdma.max", "mlx hca_handle=3 hca_object=4", "rdma.max",
		      "mlx hca_handle=3 hca_object=4");
	assert_writes(all, NULL, NULL, "memory.high", "77");
}

static void block_io(void **state)
{
	const struct resources *all = wanted(
		"{\"blockIO\": {\"weight\": 505, \"leafWeight\": 10, \"weightDevice\": "
		"[{\"major\": 8, "
		"\"minor\": 1, \"weight\": 1000}], \"throttleReadBpsDevice\": [{\"major\": 8, "
		"\"minor\": 0, \"rate\": 600}], \"throttleWriteIOPSDevice\": [{\"major\": 8, "
		"\"minor\": 0, \"rate\": 0}]}}");

	(void)state;
	/* BFQ's weights go from 1 to 1000, those of io.weight from 1 to 10000. */
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
	const struct resources *none =
		wanted("{\"memory\": {\"limit\": -1}, \"cpu\": {\"quota\": -1}}");

	(void)state;
	assert_writes(none, "memory.limit_in_bytes", "-1", "memory.max", "max");
	assert_writes(none, "memory.memsw.limit_in_bytes", "-1", "memory.swap.max", "max");
	assert_writes(none, "cpu.cfs_quota_us", "-1", "cpu.max", "max");
	/* `update` may set one alone: v1 keeps the other, for v2 it would have to be known. */
	none = wanted("{\"memory\": {\"swap\": 5}, \"cpu\": {\"quota\": 2000}}");
	assert_writes(none, "memory.memsw.limit_in_bytes", "5", NULL, NULL);
	assert_writes(none, "cpu.cfs_quota_us", "2000", "cpu.max", "2000");
	/* As engines send it: zeroes, and -1 as a number without a sign. */
	none = wanted(
		"{\"memory\": {\"limit\": 0, \"swap\": 0, \"kernel\": 5}, \"cpu\": {\"shares\": 0, "
		"\"cpus\": \"\"}, \"pids\": {\"limit\": 0}, \"blockIO\": {\"weight\": 0}}");
	assert_int_equal(none->count, 0);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "{\"memory\": {\"limit\": 6, \"swap\": 5}}",
		  "memory.swap: is memory and swap together: must not be below the limit" },
		{ "{\"memory\": {\"limit\": -2}}", "memory.limit: must be from -1 to " },
		{ "{\"memory\": {\"swappiness\": 201}}", "memory.swappiness: must be at most 200" },
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
		struct resources resources;

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

/* The limits and the end of a container are those of its cgroup: it may not be everybody's. */
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
	assert_contains(oci_script("config '.linux.resources.unified = {\"no.such\": \"1\"}'; "
				   "no oci run $id\n")
				->err,
			"linux.resources.unified.no.such: the requested cgroup controller `no` is "
			"not available, or cgroup v2 has no no.such here: ENOENT");
	assert_contains(oci_script("config '.linux.resources.blockIO.leafWeight = 10'; no oci run "
				   "$id; find /sys/fs/cgroup -name \"*$id*\"\n")
				->err,
			"linux.resources.blockIO.leafWeight: ");
}

static void devices_are_made_and_allowed_by_rules(void **state)
{
	(void)state;
	if (run_shell(": </dev/fuse")->status != 0)
		skip_because("/dev/fuse cannot be opened here");
	/* full (1:7) is usual; fuse (10:229) is only made, or allowed as well. */
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
		cmocka_unit_test(block_io),
		cmocka_unit_test(no_limit_and_not_set),
		cmocka_unit_test(what_is_wrong_is_named),
		host_test(limits_hold),
		host_test(the_root_of_the_cgroups_is_nobodys),
		host_test(what_this_version_has_not_is_refused_by_name),
		host_test(devices_are_made_and_allowed_by_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
