#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_version.h"
#include "cleanup.h"
#include "device.h"
#include "fail.h"
#include "file.h"
#include "mount.h"

/*
 * True if the cgroup has processes: then it may not give controllers to its children. Only the
 * root, which has no file cgroup.type, may have both. The kernel checks this as well, but for some
 * controllers only after the cgroups below have become unfit for processes ("domain invalid").
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
	/* Write only what is missing: where processes are below, a change takes long. */
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

/* Without root the container has no more rights to devices than the step, and may not use BPF. */
static int limit_devices(const struct devices *devices, const struct hierarchy *hierarchy)
{
	if (devices->rule_count == 0 || geteuid() != 0)
		return 0;
	return device_attach(devices, hierarchy->directory);
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

static int kill_all(int directory, int64_t deadline)
{
	(void)deadline;
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
	.limit_devices = limit_devices,
	.mount = mount_in,
	.kill = kill_all,
	.count = count,
};
