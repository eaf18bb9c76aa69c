#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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
#include "narrate.h"

enum { TRIES = 1000, TRY_MICROSECONDS = 1000 };

static int copy(int parent, int child, const char *name)
{
	autofree char *value = cgroup_read(parent, name);

	if (!value)
		return -1;
	value[strcspn(value, "\n")] = '\0';
	return cgroup_write(child, name, "%s", value);
}

/* Of the controllers, cpuset alone begins with nothing: no CPU and no memory to run on. */
static int adopt(int parent, int child, unsigned int controllers)
{
	/* TODO 4: where the controller is cpuset, copy cpuset.cpus and cpuset.mems: copy(). */
	(void)copy;
	(void)parent;
	(void)child;
	(void)controllers;
	return 0;
}

/* Swap is counted here with the memory. The kernel wants this limit to be no less than the other.
 */
static int limit_swap(const struct cgroup *cgroup, int directory)
{
	if (!cgroup->memory_swap && !cgroup_has(directory, "memory.memsw.limit_in_bytes"))
		return 0; /* swap is not counted, and nobody asked for it */
	return cgroup_write(directory, "memory.memsw.limit_in_bytes", "%jd",
			    cgroup->memory_swap ? cgroup->memory_swap
						: 2 * (int64_t)cgroup->memory);
}

static int limit_memory(const struct cgroup *cgroup, int directory)
{
	if (cgroup->memory) {
		/* TODO 5: write the limit: cgroup_write(). The file is memory.limit_in_bytes. */
		if (limit_swap(cgroup, directory) < 0)
			return -1;
	}
	if (cgroup->memory_reservation &&
	    cgroup_write(directory, "memory.soft_limit_in_bytes", "%ju",
			 cgroup->memory_reservation) < 0)
		return -1;
	if (cgroup->swappiness >= 0)
		return cgroup_write(directory, "memory.swappiness", "%d", cgroup->swappiness);
	return 0;
}

static int limit_cpu(const struct cgroup *cgroup, int directory)
{
	if (cgroup->cpu_shares &&
	    cgroup_write_both(directory, "cpu.shares", cgroup->cpu_shares) < 0)
		return -1;
	/* TODO 6: cpu.cfs_period_us, if there is one, then cpu.cfs_quota_us: microseconds each. */
	return 0;
}

static int limit_io(const struct cgroup *cgroup, int directory)
{
	static const char *const files[] = {
		[RATE_READ_BPS] = "blkio.throttle.read_bps_device",
		[RATE_WRITE_BPS] = "blkio.throttle.write_bps_device",
		[RATE_READ_IOPS] = "blkio.throttle.read_iops_device",
		[RATE_WRITE_IOPS] = "blkio.throttle.write_iops_device",
	};

	for (size_t i = 0; i < cgroup->rate_count; i++) {
		const struct cgroup_rate *rate = &cgroup->rates[i];

		if (cgroup_write(directory, files[rate->kind], "%u:%u %ju", major(rate->device),
				 minor(rate->device), rate->rate) < 0)
			return -1;
	}
	return 0;
}

static int limit_devices(const struct cgroup *cgroup, int directory)
{
	return device_write(&cgroup->devices, directory);
}

static int limit(const struct cgroup *cgroup, const struct hierarchy *hierarchy)
{
	static int (*const limits[CONTROLLERS])(const struct cgroup *, int) = {
		[CONTROLLER_MEMORY] = limit_memory,
		[CONTROLLER_CPU] = limit_cpu,
		[CONTROLLER_CPUSET] = cgroup_limit_cpuset,
		[CONTROLLER_PIDS] = cgroup_limit_pids,
		[CONTROLLER_IO] = limit_io,
		[CONTROLLER_DEVICES] = limit_devices,
	};

	for (size_t i = 0; i < CONTROLLERS; i++)
		if (hierarchy->controllers & SET(i) && limits[i] &&
		    limits[i](cgroup, hierarchy->directory) < 0)
			return -1;
	return 0;
}

/* Where a hierarchy has two controllers, "cpu,cpuacct", each has a link of its name to it. */
static int link_each(const struct hierarchy *hierarchy, int root)
{
	autofd int directory = file_open_in_root(root, "/sys/fs/cgroup", O_PATH);

	if (directory < 0)
		return fail("openat2 /sys/fs/cgroup in the root file system");
	for (int i = 0; i < CONTROLLERS; i++)
		if (hierarchy->controllers & SET(i) &&
		    symlinkat(hierarchy->name, directory,
			      hierarchy_controller(1, (enum controller)i)) < 0)
			return fail("symlinkat %s", hierarchy->name);
	return 0;
}

static int mount_in(const struct hierarchy *hierarchy, int root, bool alone)
{
	autofd int mount = mount_create("cgroup",
					MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
						MOUNT_ATTR_NOEXEC,
					hierarchy->name);
	char target[128];

	(void)alone;
	snprintf(target, sizeof(target), "/sys/fs/cgroup/%s", hierarchy->name);
	if (mount < 0)
		return -1;
	if (mount_attach(mount, root, target, S_IFDIR) < 0)
		return -1;
	return strchr(hierarchy->name, ',') ? link_each(hierarchy, root) : 0;
}

/* A process that is just being made may escape for a moment: FREEZING; then it is asked again. */
static int freeze(int directory, bool frozen)
{
	/*
	 * TODO 8: write FROZEN or THAWED to freezer.state, and read it; as long as it says
	 * something else (FREEZING), again.
	 */
	(void)directory;
	(void)frozen;
	return fail_input("freezer.state: the processes cannot be frozen");
}

/* There is no one file for it: whoever is listed is killed, until nobody is. */
static int kill_all(int directory)
{
	for (int i = 0; i < TRIES; i++) {
		autofree char *list = file_read_at(directory, "cgroup.procs");
		char *rest = list;

		if (!list)
			return -1;
		if (!*list)
			return 0;
		for (const char *line; (line = strsep(&rest, "\n"));)
			if (atoi(line) > 0) /* 0: of a PID namespace that is none of ours */
				kill(atoi(line), SIGKILL);
		cgroup_try_write(directory, "freezer.state", "THAWED"); /* a frozen one dies then */
		usleep(TRY_MICROSECONDS);
	}
	return 0;
}

/* Sums up "254:0 Read 4096", "254:0 Write 0", ..., and leaves out the last line, "Total 4096". */
static void count_io(int directory, struct cgroup_usage *usage)
{
	autofree char *text = file_read_at(directory, "blkio.throttle.io_service_bytes_recursive");
	char *rest = text;

	/* Since Linux 6.10 a device is counted from its first rate on; then it is in the list. */
	if (!text || strchr(text, ':') == NULL)
		return;
	usage->bytes_read = usage->bytes_written = 0;
	for (char *line; (line = strsep(&rest, "\n"));) {
		char kind[16];
		uintmax_t bytes;

		if (sscanf(line, "%*u:%*u %15s %ju", kind, &bytes) != 2)
			continue;
		if (strcmp(kind, "Read") == 0)
			usage->bytes_read += bytes;
		if (strcmp(kind, "Write") == 0)
			usage->bytes_written += bytes;
	}
}

static uint64_t microseconds(uint64_t nanoseconds)
{
	return nanoseconds == CGROUP_UNKNOWN ? CGROUP_UNKNOWN : nanoseconds / 1000;
}

static void count(const struct hierarchy *hierarchy, struct cgroup_usage *usage)
{
	int directory = hierarchy->directory;

	if (hierarchy->controllers & SET(CONTROLLER_MEMORY)) {
		usage->memory_peak =
			cgroup_read_number(directory, "memory.max_usage_in_bytes", NULL);
		usage->killed = cgroup_read_number(directory, "memory.oom_control", "oom_kill");
	}
	if (hierarchy->controllers & SET(CONTROLLER_CPUACCT)) {
		usage->cpu = microseconds(cgroup_read_number(directory, "cpuacct.usage", NULL));
		usage->cpu_user =
			microseconds(cgroup_read_number(directory, "cpuacct.usage_user", NULL));
		usage->cpu_system =
			microseconds(cgroup_read_number(directory, "cpuacct.usage_sys", NULL));
	}
	if (hierarchy->controllers & SET(CONTROLLER_PIDS))
		usage->pids_peak = cgroup_read_number(directory, "pids.peak", NULL);
	if (hierarchy->controllers & SET(CONTROLLER_IO))
		count_io(directory, usage);
}

const struct cgroup_version cgroup_v1 = {
	.adopt = adopt,
	.limit = limit,
	.mount = mount_in,
	.freeze = freeze,
	.kill = kill_all,
	.count = count,
};
