/* Step 05: what of cgroups can be seen inside, and what the host sees of the container's. */
#include "test_05.h"

static void the_cgroup_namespace_is_new(void **state)
{
	(void)state;
	assert_new_namespaces("cgroup ipc mnt net pid uts ", "./step-05", "--network", "none",
			      "probe", "namespaces");
}

/* The command sees neither the host's tree nor its own place in that tree. */
static void all_cgroups_are_the_root(void **state)
{
	(void)state;
	for (const char *const *view = views(); *view; view++) {
		const struct result *result =
			step_in(*view, "--stats", "sh", "-c",
				"grep -v :/$ /proc/self/cgroup; probe mounts >/dev/null\n"
				"awk '/ - cgroup/ && $4 != \"/\"' /proc/self/mountinfo; echo end");

		if (strcmp(*view, "v2") == 0) /* on a hybrid machine, v2 counts nothing */
			continue;
		assert_prints(result, "end\n");
	}
}

static void it_is_read_only(void **state)
{
	(void)state;
	need_controller("pids");
	for (const char *const *view = views(); *view; view++) {
		if (strcmp(*view, "v2") == 0)
			continue;
		assert_prints(
			step_in(*view, "--pids-limit", "9", "sh", "-c",
				"cd /sys/fs/cgroup; cd pids 2>/dev/null; { mkdir x; mkdir ../x\n"
				"echo 1000 >pids.max; } 2>&1 | grep -c 'Read-only'; cat pids.max"),
			"3\n9\n");
	}
}

static void only_its_own_processes_and_cgroups_are_seen(void **state)
{
	(void)state;
	assert_prints(
		script("./step-05 --network none sleep 60 & sleep 1\n"
		       "./step-05 --network none sh -c 'find /sys/fs/cgroup -name \"*step*\"\n"
		       "set -- $(cat $(find /sys/fs/cgroup -name cgroup.procs))\n"
		       "echo $1; [ $# -le 3 ] && echo few'; kill $!; wait || true",
		       NULL),
		"1\nfew\n");
}

static void where_one_hierarchy_will_do_it_is_mounted_itself(void **state)
{
	(void)state;
	if (!is_mounted("cgroup2"))
		skip_because("cgroup v2 is not mounted here");
	assert_prints(step("sh", "-c",
			   "grep -c ' /sys/fs/cgroup' /proc/mounts\n"
			   "ls /sys/fs/cgroup/cgroup.procs"),
		      "1\n/sys/fs/cgroup/cgroup.procs\n");
}

static void hierarchies_of_v1_have_a_directory_each(void **state)
{
	(void)state;
	if (!is_mounted("cgroup"))
		skip_because("cgroup v1 is not mounted here");
	assert_prints(step_in("v1", "--memory", "64m", "ls", "/sys/fs/cgroup"),
		      "devices\nfreezer\nmemory\n");
	if (is_mounted("cgroup2"))
		assert_prints(step("--memory", "64m", "ls", "/sys/fs/cgroup"), "memory\nunified\n");
}

/*
 * Most v1 machines mount these two controllers together. The test needs both unused. While the last
 * cgroup of a hierarchy is being removed, the hierarchy stays without a mount, in every
 * /proc/PID/cgroup. So the script mounts it again until it is gone.
 */
static void two_controllers_in_one_hierarchy_have_links(void **state)
{
	const struct result *result = script(
		MINE
		"exec $mine 'mount -t tmpfs none /mnt; mkdir /mnt/cpu,cpuacct\n"
		"mount -t cgroup -o cpu,cpuacct none /mnt/cpu,cpuacct 2>/dev/null || exit 77\n"
		"./step-05 --network none --cpus 0.5 sh -c \"cd /sys/fs/cgroup; ls | grep cpu\n"
		"readlink cpu; readlink cpuacct; cat cpu/cpu.cfs_quota_us\"\n"
		"umount /mnt/cpu,cpuacct\n"
		"until sleep 0.2; grep -q \"^cpuacct[[:space:]]0\" /proc/cgroups; do\n"
		"mount -t cgroup -o cpu,cpuacct none /mnt/cpu,cpuacct; umount /mnt/cpu,cpuacct\n"
		"done'",
		NULL);

	(void)state;
	if (result->status == 77)
		skip_because("cpu and cpuacct cannot be mounted together here");
	assert_prints(result, "cpu\ncpu,cpuacct\ncpuacct\ncpu,cpuacct\ncpu,cpuacct\n50000\n");
}

static void two_containers_have_a_limit_each(void)
{
	assert_prints(
		script(SCRATCH
		       "f='cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max'\n"
		       "./step-05 --network none --volume $d:/mnt --pids-limit 11 sh -c \": "
		       ">/mnt/on\n"
		       "while [ ! -e /mnt/go ]; do sleep 0.1; done; $f\" 2>/dev/null &\n"
		       "while [ ! -e $d/on ]; do sleep 0.1; done\n"
		       "./step-05 --network none --pids-limit 22 sh -c \"$f\" 2>/dev/null || true\n"
		       "./step-05 --network none --pids-limit 22 probe forkbomb 50 || true\n"
		       ": >$d/go; wait",
		       NULL),
		"22\nforked 21\nfork EAGAIN\n11\n");
}

test_in_each_version(two_containers_have_a_limit_each, "pids")

	/*
	 * On the host, the limits are in the cgroup "container", two levels down from where the
	 * step is, and so are the processes.
	 */
	static void the_host_sees_limits_and_processes(void **state)
{
	const struct result *result;

	(void)state;
	need_controller("pids");
	result = script("./step-05 --network none --pids-limit 33 probe sleep 60 $1 & sleep 1\n"
			"c=$(find /sys/fs/cgroup -path '*/step-*/container/pids.max'); cat $c\n"
			"tr '\\0' ' ' </proc/$(cat ${c%/*}/cgroup.procs)/cmdline\n"
			"ls -d ${c%/container/*}/cgroup.procs >/dev/null; cat "
			"${c%/container/*}/cgroup.procs\n"
			"kill $!; wait || true",
			random_name());
	assert_success(result);
	assert_contains(result->out, "33\nprobe sleep 60 t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_cgroup_namespace_is_new),
		host_test(all_cgroups_are_the_root),
		host_test(it_is_read_only),
		host_test(only_its_own_processes_and_cgroups_are_seen),
		host_test(where_one_hierarchy_will_do_it_is_mounted_itself),
		host_test(hierarchies_of_v1_have_a_directory_each),
		host_test(two_controllers_in_one_hierarchy_have_links),
		host_test(two_containers_have_a_limit_each_in_v1),
		host_test(two_containers_have_a_limit_each_in_v2),
		host_test(the_host_sees_limits_and_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
