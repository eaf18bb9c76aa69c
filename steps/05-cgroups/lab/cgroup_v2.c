#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cgroup_version.h"
#include "cleanup.h"
#include "device.h"
#include "fail.h"
#include "file.h"
#include "mount.h"

enum { FREEZE_MILLISECONDS = 10000 };

/*
 * The logarithm to the base 2, digit by digit, for squaring a number doubles it. libm has it too,
 * but to load libm would cost every start 0.1 ms.
 */
static double logarithm(double number)
{
	double result = 0, digit = 0.5;

	while (number >= 2) {
		number /= 2;
		result++;
	}
	for (int digits = 0; digits < 50; digits++, digit /= 2) {
		number *= number;
		if (number < 2)
			continue;
		number /= 2;
		result += digit;
	}
	return result;
}

/*
 * The default of v1 is 1024 shares, that of v2 a weight of 100; and the ends are to be the ends.
 * Through these three points goes a parabola, over logarithms, that runC 1.3.2 and crun 1.23 agree
 * on. The weight is rounded up: it is the least whose logarithm is not below the parabola.
 */
uint64_t cgroup_weight(uint64_t shares)
{
	double l = logarithm((double)shares);
	double exponent = (l * l + 125 * l) / 612 - 7.0 / 34;
	uint64_t low = 1, high = 10000;

	while (low < high) {
		uint64_t middle = (low + high) / 2;

		if (logarithm((double)middle) / logarithm(10) < exponent - 1e-12)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Whether it may not give controllers to its children, since processes are in it: the root alone,
 * which has no type, may have both. The kernel refuses it too, but for some controllers only when
 * all that is below has already become unfit for processes ("domain invalid").
 */
static bool has_processes(int directory)
{
	autofree char *processes = NULL;

	if (!cgroup_has(directory, "cgroup.type"))
		return false;
	processes = file_read_at(directory, "cgroup.procs");
	return processes && *processes;
}

/* A controller works in the children of a cgroup when that cgroup's subtree_control names it. */
static int adopt(int parent, int child, unsigned int controllers)
{
	autofree char *enabled = NULL;
	char change[128] = "";
	unsigned int missing;

	(void)child;
	if (!controllers)
		return 0;
	enabled = cgroup_read(parent, "cgroup.subtree_control");
	if (!enabled)
		return -1;
	/* Only what is missing: to change it takes long where processes are below. */
	missing = controllers & ~hierarchy_controllers(2, enabled);
	if (missing && has_processes(parent)) {
		errno = EBUSY;
		return fail("write cgroup.subtree_control");
	}
	/* TODO 4: write "+NAME +NAME" to cgroup.subtree_control, for all that are missing:
	 * hierarchy_controller(2, i) is the name of one. */
	(void)change;
	return 0;
}

static int limit_swap(const struct cgroup *cgroup, int directory)
{
	uint64_t both = (uint64_t)cgroup->memory_swap;

	if (!cgroup->memory_swap && !cgroup_has(directory, "memory.swap.max"))
		return 0; /* a kernel without swap: what nobody asked for need not be limited */
	if (!cgroup->memory_swap)
		both = 2 * cgroup->memory;
	if (cgroup->memory_swap < 0)
		return cgroup_write(directory, "memory.swap.max", "max");
	return cgroup_write(directory, "memory.swap.max", "%ju", both - cgroup->memory);
}

static int limit_memory(const struct cgroup *cgroup, int directory)
{
	if (cgroup->swappiness >= 0)
		return fail_input("memory-swappiness: cgroup v2 has none; memory-swap limits swap");
	if (cgroup->memory) {
		/* TODO 5: write the limit: cgroup_write(). The file is memory.max. */
		if (limit_swap(cgroup, directory) < 0)
			return -1;
	}
	if (cgroup->memory_reservation)
		return cgroup_write_both(directory, "memory.low", cgroup->memory_reservation);
	return 0;
}

static int limit_cpu(const struct cgroup *cgroup, int directory)
{
	if (cgroup->cpu_shares &&
	    cgroup_write_both(directory, "cpu.weight", cgroup_weight(cgroup->cpu_shares)) < 0)
		return -1;
	/* TODO 6: "QUOTA PERIOD" in cpu.max, microseconds each; a period of 0 stands for 100000. */
	return 0;
}

int cgroup_limit_cpuset(const struct cgroup *cgroup, int directory)
{
	/* TODO 7: cpuset.cpus and cpuset.mems, both for both versions. */
	(void)cgroup;
	(void)directory;
	return 0;
}

int cgroup_limit_pids(const struct cgroup *cgroup, int directory)
{
	/* TODO 7: pids.max, where "max" stands for no limit; for 0 nothing was asked. */
	(void)cgroup;
	(void)directory;
	return 0;
}

/* A list may name what is there but not for us; then v2 takes all that is, and says nothing. */
static int check_list(int directory, const char *name, const char *effective_name)
{
	autofree char *wanted = cgroup_read(directory, name);
	autofree char *effective = cgroup_read(directory, effective_name);

	if (!wanted || !effective)
		return -1;
	wanted[strcspn(wanted, "\n")] = effective[strcspn(effective, "\n")] = '\0';
	if (*wanted && strcmp(wanted, effective) != 0)
		return fail_input("%s %s: of these, %s can be had", name, wanted, effective);
	return 0;
}

static int limit_cpuset(const struct cgroup *cgroup, int directory)
{
	if (cgroup_limit_cpuset(cgroup, directory) < 0)
		return -1;
	if (cgroup->cpuset_cpus &&
	    check_list(directory, "cpuset.cpus", "cpuset.cpus.effective") < 0)
		return -1;
	if (cgroup->cpuset_mems)
		return check_list(directory, "cpuset.mems", "cpuset.mems.effective");
	return 0;
}

static int limit_io(const struct cgroup *cgroup, int directory)
{
	static const char *const keys[] = {
		[RATE_READ_BPS] = "rbps",
		[RATE_WRITE_BPS] = "wbps",
		[RATE_READ_IOPS] = "riops",
		[RATE_WRITE_IOPS] = "wiops",
	};

	for (size_t i = 0; i < cgroup->rate_count; i++) {
		const struct cgroup_rate *rate = &cgroup->rates[i];

		if (cgroup_write(directory, "io.max", "%u:%u %s=%ju", major(rate->device),
				 minor(rate->device), keys[rate->kind], rate->rate) < 0)
			return -1;
	}
	return 0;
}

static int limit(const struct cgroup *cgroup, const struct hierarchy *hierarchy)
{
	static int (*const limits[])(const struct cgroup *, int) = {
		[CONTROLLER_MEMORY] = limit_memory, [CONTROLLER_CPU] = limit_cpu,
		[CONTROLLER_CPUSET] = limit_cpuset, [CONTROLLER_PIDS] = cgroup_limit_pids,
		[CONTROLLER_IO] = limit_io,
	};

	/* Whoever removes it need not go down without end. */
	if (hierarchy->lock >= 0 &&
	    cgroup_write(hierarchy->directory, "../cgroup.max.depth", "100") < 0)
		return -1;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (hierarchy->controllers & SET(i) && limits[i](cgroup, hierarchy->directory) < 0)
			return -1;
	/* Without root it has no more rights to devices than we have anyway; and BPF is root's. */
	if (cgroup->devices.rule_count == 0 || geteuid() != 0)
		return 0;
	return device_attach(&cgroup->devices, hierarchy->directory);
}

static int mount_in(const struct hierarchy *hierarchy, int root, bool alone)
{
	autofd int mount = mount_create(
		"cgroup2",
		MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, NULL);

	(void)hierarchy;
	return mount < 0
		? -1
		: mount_attach(mount, root, alone ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified",
			       S_IFDIR);
}

/* The kernel says in cgroup.events when all are frozen, and wakes whoever polls the file. */
static int freeze(int directory, bool frozen)
{
	autofd int events = openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd changed = { .fd = events, .events = POLLPRI };
	char text[128];
	ssize_t length;
	int ready;

	if (events < 0)
		return fail("open cgroup.events");
	if (cgroup_write(directory, "cgroup.freeze", "%d", frozen) < 0)
		return -1;
	/*
	 * TODO 8: that was the order; now wait until it is carried out. Read `events` from the
	 * beginning, pread(2), until it says "frozen 1", or "frozen 0". Between two tries poll(2)
	 * waits for a change, `changed`, at most FREEZE_MILLISECONDS.
	 */
	(void)text;
	(void)length;
	(void)ready;
	(void)changed;
	return fail_input("cgroup.freeze: the processes cannot be frozen");
}

static int kill_all(int directory)
{
	return cgroup_try_write(directory, "cgroup.kill", "1");
}

/* Sums up io.stat: "254:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0", a device a line. */
static void count_io(int directory, struct cgroup_usage *usage)
{
	autofree char *text = file_read_at(directory, "io.stat");
	char *rest = text;

	if (!text)
		return;
	usage->bytes_read = usage->bytes_written = 0;
	for (char *word; (word = strsep(&rest, " \n"));) {
		if (strncmp(word, "rbytes=", 7) == 0)
			usage->bytes_read += strtoull(word + 7, NULL, 10);
		if (strncmp(word, "wbytes=", 7) == 0)
			usage->bytes_written += strtoull(word + 7, NULL, 10);
	}
}

static void count(const struct hierarchy *hierarchy, struct cgroup_usage *usage)
{
	int directory = hierarchy->directory;

	usage->cpu = cgroup_read_number(directory, "cpu.stat", "usage_usec");
	usage->cpu_user = cgroup_read_number(directory, "cpu.stat", "user_usec");
	usage->cpu_system = cgroup_read_number(directory, "cpu.stat", "system_usec");
	if (hierarchy->controllers & SET(CONTROLLER_MEMORY)) {
		usage->memory_peak = cgroup_read_number(directory, "memory.peak", NULL);
		usage->killed = cgroup_read_number(directory, "memory.events", "oom_kill");
	}
	if (hierarchy->controllers & SET(CONTROLLER_PIDS))
		usage->pids_peak = cgroup_read_number(directory, "pids.peak", NULL);
	if (hierarchy->controllers & SET(CONTROLLER_IO))
		count_io(directory, usage);
}

const struct cgroup_version cgroup_v2 = {
	.adopt = adopt,
	.limit = limit,
	.mount = mount_in,
	.freeze = freeze,
	.kill = kill_all,
	.count = count,
};
