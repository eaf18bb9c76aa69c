#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_tree.h"
#include "cgroup_version.h"
#include "cleanup.h"
#include "device.h"
#include "fail.h"
#include "file.h"
#include "mount.h"

enum { KILL_TRIES = 100, TRY_MICROSECONDS = 1000 };

static int copy(int parent, int child, const char *name)
{
	autofree char *value = cgroup_read(parent, name);

	if (!value)
		return -1;
	value[strcspn(value, "\n")] = '\0';
	return cgroup_write(child, name, "%s", value);
}

/* A new cgroup of the controller cpuset has no CPU and no memory node, so no process can enter. */
static int adopt(int parent, int child, unsigned int controllers)
{
	if (!(controllers & SET(CONTROLLER_CPUSET)))
		return 0;
	if (copy(parent, child, "cpuset.cpus") < 0)
		return -1;
	return copy(parent, child, "cpuset.mems");
}

static int limit_devices(const struct devices *devices, const struct hierarchy *hierarchy)
{
	if (!(hierarchy->controllers & SET(CONTROLLER_DEVICES)))
		return 0;
	return device_write(devices, hierarchy->directory);
}

/* For a hierarchy with two controllers, "cpu,cpuacct", makes a link of each controller's name. */
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

static void kill_one(int pid, void *count)
{
	kill(pid, SIGKILL);
	++*(int *)count;
}

static int thaw_one(int directory, void *data)
{
	(void)data;
	cgroup_try_write(directory, "freezer.state", "THAWED");
	return 0;
}

/*
 * v1 has no file that kills all processes. So kill each process that is listed, until none is left.
 * Some processes fork faster than that; therefore, from the third round on, freeze the cgroup
 * during a round. (If the caller is one of the processes, the first round has killed it.) A frozen
 * process dies when its cgroup and those above are thawed.
 */
static int kill_all(int directory, int64_t deadline)
{
	const struct cgroup_visitor thawer = { .enter = thaw_one };
	bool is_freezer = cgroup_has(directory, "freezer.state");

	for (int i = 0; i < KILL_TRIES; i++) {
		int count = 0;

		if (is_freezer && i > 1) {
			cgroup_try_write(directory, "freezer.state", "FROZEN");
			usleep(TRY_MICROSECONDS);
		}
		if (cgroup_each_process(directory, kill_one, &count, deadline) < 0 ||
		    (is_freezer && cgroup_visit(directory, &thawer, deadline) < 0)) {
			thaw_one(directory, NULL);
			fail_forget();
			return -1;
		}
		if (!count)
			return 0;
		usleep(TRY_MICROSECONDS);
	}
	return 0;
}

/* Sums up "254:0 Read 4096", "254:0 Write 0", ..., and leaves out the last line, "Total 4096". */
static void count_io(int directory, struct cgroup_usage *usage)
{
	autofree char *text = file_read_at(directory, "blkio.throttle.io_service_bytes_recursive");
	char *rest = text;

	/* Since Linux 6.10 a device is counted, and listed, from its first rate on. */
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
	.limit_devices = limit_devices,
	.mount = mount_in,
	.kill = kill_all,
	.count = count,
};
