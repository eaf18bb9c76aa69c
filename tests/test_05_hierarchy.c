/*
 * steps/05-cgroups/hierarchy.c: cgroups are found where they are mounted. A controller that is
 * missing, or may not be written to, is refused by name.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include "cgroup_version.h"
#include "cleanup.h"
#include "file.h"
#include "hierarchy.h"
#include "test_05.h"

static const struct {
	const char *v1, *v2; /* the names; NULL: that version has none */
	unsigned int set;
} controllers[] = {
	{ "memory", "memory", SET(CONTROLLER_MEMORY) },
	{ "cpu", "cpu", SET(CONTROLLER_CPU) },
	{ "cpuset", "cpuset", SET(CONTROLLER_CPUSET) },
	{ "pids", "pids", SET(CONTROLLER_PIDS) },
	{ "blkio", "io", SET(CONTROLLER_IO) },
	{ "cpuacct", NULL, SET(CONTROLLER_CPUACCT) },
	{ "devices", NULL, SET(CONTROLLER_DEVICES) },
	{ "freezer", NULL, SET(CONTROLLER_FREEZER) },
	{ "hugetlb", "hugetlb", SET(CONTROLLER_HUGETLB) },
	{ "rdma", "rdma", SET(CONTROLLER_RDMA) },
	{ "misc", "misc", SET(CONTROLLER_MISC) },
};

enum { NAMES = sizeof(controllers) / sizeof(controllers[0]) };

/* Makes a random list of names, of which some are those of controllers in that version. */
static unsigned int make_list(int version, const char *separator, char list[512])
{
	unsigned int set = 0;

	*list = '\0';
	for (unsigned int i = random_number(0, NAMES); i < 2 * NAMES; i += random_number(1, 3)) {
		const char *name =
			version == 1 ? controllers[i % NAMES].v1 : controllers[i % NAMES].v2;
		const char *other =
			version == 1 ? controllers[i % NAMES].v2 : controllers[i % NAMES].v1;

		strcat(list, *list ? separator : "");
		strcat(list, name ? name : other);
		if (name)
			set |= controllers[i % NAMES].set;
	}
	return set;
}

static void controllers_are_read_from_lists(void **state)
{
	char list[512];
	unsigned int set;

	(void)state;
	assert_int_equal(hierarchy_controllers(1, "rw,seclabel,blkio"), SET(CONTROLLER_IO));
	assert_int_equal(hierarchy_controllers(1, "rw,name=systemd"), 0);
	assert_int_equal(hierarchy_controllers(1, "io,cpus,cp,memoryx"), 0);
	assert_int_equal(hierarchy_controllers(2, "devices freezer cpuacct blkio"), 0);
	assert_int_equal(hierarchy_controllers(2, "\n"), 0);
	for (int i = 0; i < 5; i++) {
		set = make_list(1, ",", list);
		assert_int_equal(hierarchy_controllers(1, list), set);
		set = make_list(2, " ", list);
		strcat(list, "\n");
		assert_int_equal(hierarchy_controllers(2, list), set);
	}
}

static int open_cgroup(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* The topmost cgroup gives its controllers to one below it, and this one to one below. */
static void controllers_are_handed_down_in_v2(void **state)
{
	char names[128] = "", top[128], outer[256], inner[300];
	autofd int top_fd = -1, outer_fd = -1, inner_fd = -1;
	unsigned int wanted = 0;

	(void)state;
	for (int i = 0; i < NAMES; i++) {
		if (!controllers[i].v2 || !is_in_v2(controllers[i].v2))
			continue;
		wanted |= controllers[i].set;
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s\n",
			 controllers[i].v2);
	}
	if (!wanted)
		skip_because("cgroup v2 has no controller here");
	assert_int_equal(
		sscanf(run("awk", "$3 == \"cgroup2\" { print $2; exit }", "/proc/mounts")->out,
		       "%127s", top),
		1);
	snprintf(outer, sizeof(outer), "%s/test-step-%s", top, random_name());
	snprintf(inner, sizeof(inner), "%s/inner", outer);
	assert_success(run("mkdir", outer, inner));
	top_fd = open_cgroup(top);
	outer_fd = open_cgroup(outer);
	inner_fd = open_cgroup(inner);
	assert_int_equal(cgroup_v2.adopt(top_fd, outer_fd, wanted), 0);
	assert_int_equal(cgroup_v2.adopt(outer_fd, inner_fd, wanted), 0);
	assert_prints(
		script("for name in $1; do grep -ow $name $2/cgroup.controllers || true; done\n"
		       "rmdir $2 $3",
		       names, inner, outer),
		names);
}

/* Counts the hierarchies of each version that are found, by what their descriptors are. */
static void find(int count[3])
{
	struct hierarchy list[HIERARCHIES_MAX];
	int found = hierarchy_find(list, ~0U);

	check(found >= 0);
	count[1] = count[2] = 0;
	for (int i = 0; i < found; i++) {
		struct stat top, other;
		struct statfs system;

		check(fstat(list[i].top, &top) == 0 && fstatfs(list[i].top, &system) == 0);
		for (int j = 0; j < i; j++)
			check(fstat(list[j].top, &other) == 0 && !file_is_same(&top, &other));
		check(system.f_type ==
		      (list[i].version == 2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC));
		count[list[i].version]++;
	}
	for (int i = 0; i < found; i++)
		close(list[i].top);
}

/*
 * Counts the hierarchies by awk. A hierarchy may be mounted more than once, so mounts with the same
 * options count once.
 */
static int count_mounts(const char *condition)
{
	char script[256];

	snprintf(script, sizeof(script),
		 "awk '%s { seen[$4] } END { print length(seen) }' /proc/self/mounts", condition);
	return atoi(run_shell(script)->out);
}

#define V1 "$3 == \"cgroup\" && $4 ~ /memory|cpu|pids|blkio|devices|freezer/"

static void all_that_are_mounted_are_found(void **state)
{
	int count[3];

	(void)state;
	find(count);
	assert_int_equal(count[1], count_mounts(V1));
	assert_int_equal(count[2], count_mounts("$3 == \"cgroup2\"") > 0);
}

/*
 * A tmpfs covers all of /sys/fs/cgroup, and has files named like those of a cgroup. mountinfo still
 * lists the covered mounts.
 */
static void cover(const char *argument)
{
	int count[3];

	(void)argument;
	check(mount("none", "/sys/fs/cgroup", "tmpfs", 0, NULL) == 0);
	find(count);
	check(count[1] == 0 && count[2] == 0);
	check(run("sh", "-c",
		  "cd /sys/fs/cgroup && mkdir memory unified && "
		  "touch cgroup.procs memory/cgroup.procs unified/cgroup.procs")
		      ->status == 0);
	find(count);
	check(count[1] == 0 && count[2] == 0);
}

static void what_is_covered_is_not_taken(void **state)
{
	(void)state;
	in_own_mounts(cover, NULL);
}

/* The same hierarchies in a second place count once. */
static void mount_again(const char *argument)
{
	int before[3], count[3];

	(void)argument;
	find(before);
	check(mount("none", "/mnt", "tmpfs", 0, NULL) == 0);
	check(mount("/sys/fs/cgroup", "/mnt", NULL, MS_BIND | MS_REC, NULL) == 0);
	find(count);
	check(before[1] == count[1] && before[2] == count[2]);
	/* If they are mounted nowhere else, they are found in the second place. */
	check(mount("none", "/sys/fs/cgroup", "tmpfs", 0, NULL) == 0);
	find(count);
	check(before[1] == count[1] && before[2] == count[2]);
}

static void another_place_will_do(void **state)
{
	(void)state;
	in_own_mounts(mount_again, NULL);
}

/* All hierarchies are read-only, as in a container. */
static void check_read_only(const char *argument)
{
	(void)argument;
	check(run_shell("awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/self/mounts |\n"
			"while read m; do mount -o remount,bind,ro $m; done")
		      ->status == 0);
	check(strcmp(step("true")->err,
		     "step-05: warning: no cgroup hierarchy may be written to: all "
		     "devices can be used\n") == 0);
	check(strcmp(step("--pids-limit", "9", "true")->err,
		     "step-05: pids-limit: no cgroup hierarchy here has the controller pids and "
		     "may be written to; `make doctor` tells what there is\n") == 0);
}

static void what_is_read_only_is_not_taken(void **state)
{
	(void)state;
	in_own_mounts(check_read_only, NULL);
}

/* A user was given a cgroup further down, and is below it. hierarchy_find() finds that cgroup. */
static void delegate(const char *mountpoint)
{
	struct hierarchy list[HIERARCHIES_MAX];
	const char *own = own_cgroup(mountpoint, "pids");
	char path[200], script[2048];
	struct stat given, top;
	bool same = false;
	int count;

	snprintf(path, sizeof(path), "%s/test-step-%s", mountpoint, random_name());
	snprintf(script, sizeof(script),
		 "mkdir -p %s/given/own && chown 65534 %s/given/cgroup.procs %s/given && "
		 "echo %d >%s/given/own/cgroup.procs",
		 path, path, path, getpid(), path);
	check(system(script) == 0);
	snprintf(script, sizeof(script), "%s/given", path);
	check(stat(script, &given) == 0);
	check(seteuid(65534) == 0);
	count = hierarchy_find(list, ~0U);
	check(seteuid(0) == 0);
	check(count >= 0);
	for (int i = 0; i < count; i++) {
		check(fstat(list[i].top, &top) == 0);
		same = same || file_is_same(&top, &given);
	}
	snprintf(script, sizeof(script),
		 "echo %d >%s/cgroup.procs; echo $$ >%s/cgroup.procs; rmdir %s/given/own %s/given "
		 "%s",
		 getpid(), own, own, path, path, path);
	check(system(script) == 0);
	check(same);
}

static void a_user_gets_what_was_delegated(void **state)
{
	const struct result *result =
		run_shell("awk '$3 == \"cgroup2\" || $3 == \"cgroup\" && $4 ~ /pids/ { print $2 }' "
			  "/proc/self/mounts");
	char mountpoint[128], *line, *next = strdup(result->out);
	char *all = next;

	(void)state;
	while ((line = strsep(&next, "\n")) && *line) {
		snprintf(mountpoint, sizeof(mountpoint), "%s", line);
		in_own_mounts(delegate, mountpoint);
	}
	free(all);
}

static void a_missing_controller_is_refused_by_name(void **state)
{
	char disk[64], rate[80];
	const struct {
		const char *option, *value, *name, *controller;
	} limits[] = {
		{ "--memory", "64m", "memory", "memory" },
		{ "--memory-reservation", "64m", "memory-reservation", "memory" },
		{ "--memory-swappiness", "10", "memory-swappiness", "memory" },
		{ "--cpus", "0.5", "cpus", "cpu" },
		{ "--cpu-shares", "512", "cpu-shares", "cpu" },
		{ "--cpuset-cpus", "0", "cpuset-cpus", "cpuset" },
		{ "--cpuset-mems", "0", "cpuset-mems", "cpuset" },
		{ "--pids-limit", "9", "pids-limit", "pids" },
		{ "--device-read-bps", rate, "rates of devices", "blkio" },
	};

	(void)state;
	snprintf(disk, sizeof(disk), "/tmp/%s", random_name());
	snprintf(rate, sizeof(rate), "%s:1m", disk);
	assert_int_equal(mknod(disk, S_IFBLK | 0600, makedev(7, 0)), 0);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		char wanted[256];

		snprintf(wanted, sizeof(wanted),
			 "step-05: %s: no cgroup hierarchy here has the controller %s and may be "
			 "written to; `make doctor` tells what there is\n",
			 limits[i].name, limits[i].controller);
		assert_refused(step_in("none", limits[i].option, limits[i].value, "true"), 125,
			       wanted);
	}
	unlink(disk);
}

/* A cgroup that has processes gives no controllers to its children. Only the real root may. */
static void processes_in_the_topmost_cgroup_are_told(void **state)
{
	const struct result *result;

	(void)state;
	if (!is_in_v2("pids"))
		skip_because("the controller pids is not in v2 here");
	result = script(
		"t=/sys/fs/cgroup/test-step-$1; own=$(sed s/0::// /proc/self/cgroup)\n"
		"echo +pids >/sys/fs/cgroup/cgroup.subtree_control; mkdir $t\n"
		"echo $$ >$t/cgroup.procs\n"
		"unshare --cgroup --mount sh -c 'umount /sys/fs/cgroup\n"
		"mount -t cgroup2 none /sys/fs/cgroup; ./step-05 --network none true; echo $?\n"
		"./step-05 --network none --pids-limit 9 true; echo $?\n"
		"./step-05 --network none true; echo $?' || true\n"
		"echo $$ >/sys/fs/cgroup$own/cgroup.procs; rmdir $t",
		random_name());
	assert_success(result);
	assert_string_equal(result->out, "0\n125\n0\n");
	assert_string_equal(
		result->err,
		"step-05: write cgroup.subtree_control: EBUSY Device or resource busy; "
		"processes are in this cgroup, not in one below it: nobody else may be where "
		"limits begin\n");
}

/* A broken hierarchy is not reported as a missing one. */
static void a_hierarchy_that_fails_is_told_with_its_errno(void **state)
{
	const struct result *result =
		script("c=$(awk '$3 ~ /^cgroup2?$/ && ($3 == \"cgroup2\" || $4 ~ /memory/) { print "
		       "$2; exit }' "
		       "/proc/self/mounts)\n"
		       "[ \"$c\" ] || exit 77\n"
		       "broken() { strace -E ASAN_OPTIONS=detect_leaks=0 -f -qq -o /dev/null -P $c "
		       "-e trace=$1 -e "
		       "inject=$1:error=$2 \\\n"
		       "  ./step-05 --network none --memory 64m true 2>&1 | sed \"s,$c,C,\"; }\n"
		       "broken openat EIO; broken openat ENOMEM; broken openat ELOOP\n"
		       "broken fstatfs EIO; broken faccessat2 EIO\n",
		       "");

	(void)state;
	if (result->status == 77)
		skip_because("no cgroup hierarchy with memory is mounted here");
	assert_string_equal(result->err, "");
	assert_string_equal(result->out,
			    "step-05: open C: EIO Input/output error\n"
			    "step-05: open C: ENOMEM Cannot allocate memory\n"
			    "step-05: open C: ELOOP Too many levels of symbolic links\n"
			    "step-05: fstatfs C: EIO Input/output error\n"
			    "step-05: faccessat cgroup.procs: EIO Input/output error\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(controllers_are_read_from_lists),
		host_test(controllers_are_handed_down_in_v2),
		host_test(all_that_are_mounted_are_found),
		host_test(what_is_covered_is_not_taken),
		host_test(another_place_will_do),
		host_test(what_is_read_only_is_not_taken),
		host_test(a_user_gets_what_was_delegated),
		host_test(a_missing_controller_is_refused_by_name),
		host_test(processes_in_the_topmost_cgroup_are_told),
		host_test(a_hierarchy_that_fails_is_told_with_its_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
