/* Step 05: devices, which can be used and which cannot. By BPF on v2, by files on v1. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "device.h"
#include "test_05.h"

/* Makes each node, opens it, and prints the results. */
#define OPEN_EACH                                                                                  \
	"for d in \"$@\"; do set -- $(probe device ${d%%:*} $(echo ${d#*:} | tr : ' ')); echo $d " \
	"$2 $4\n"                                                                                  \
	"done"

static void the_articles_list_is_allowed_and_nothing_else(void **state)
{
	(void)state;
	for (const char *const *view = views(); *view; view++)
		assert_prints(step_in(*view, "--read-only", "sh", "-c", OPEN_EACH, "sh", "c:1:3",
				      "c:1:5", "c:1:7", "c:1:8", "c:1:9", "c:10:229", "c:10:237",
				      "c:1:1", "c:1:11", "c:4:0", "b:7:0", "b:1:3"),
			      "c:1:3 ok ok\nc:1:5 ok ok\nc:1:7 ok ok\nc:1:8 ok ok\nc:1:9 ok ok\n"
			      "c:10:229 ok EPERM\nc:10:237 ok EPERM\nc:1:1 ok EPERM\n"
			      "c:1:11 ok EPERM\nc:4:0 ok EPERM\nb:7:0 ok EPERM\nb:1:3 ok EPERM\n");
}

/* The hole that this chapter closes: the step before opens any device. */
static void the_step_before_opens_more(void **state)
{
	(void)state;
	assert_contains(run("./step-04", "--network", "none", "--read-only", "probe", "device", "c",
			    "1", "11")
				->out,
			"open ok\n");
}

/*
 * The rules allow /dev/tty, /dev/ptmx, /dev/net/tun and the terminals. Opening them may still fail,
 * but not with EPERM.
 */
static void terminals_and_tunnels_are_allowed(void **state)
{
	(void)state;
	for (const char *const *view = views(); *view; view++) {
		const struct result *result =
			step_in(*view, "--read-only", "sh", "-c", OPEN_EACH, "sh", "c:5:0", "c:5:1",
				"c:5:2", "c:10:200", "c:136:0");

		assert_success(result);
		assert_null(strstr(result->out, "EPERM"));
	}
}

/* --device makes the node, with the owner and mode that it has on the host, and allows it. */
static void a_device_is_made_and_allowed(void **state)
{
	char wanted[512];

	(void)state;
	snprintf(wanted, sizeof(wanted), "ok\nok\n%.400smknod ok\nopen EPERM\n",
		 run_shell("build/probe stat /dev/kmsg | grep -v ^device")->out);
	assert_contains(wanted, "rdev 1:11\n");
	for (const char *const *view = views(); *view; view++)
		assert_prints(step_in(*view, "--read-only", "--device", "/dev/kmsg", "sh", "-c",
				      "probe open /dev/kmsg; probe open /dev/kmsg w\n"
				      "probe stat /dev/kmsg | grep -v ^device\n"
				      "probe device c 10 237; true"),
			      wanted);
}

static void it_has_the_owner_and_the_mode_of_the_hosts(void **state)
{
	(void)state;
	assert_success(
		run_shell("mknod /run/own c 1 11 && chown 5:6 /run/own && chmod 641 /run/own"));
	assert_prints(step_in(*views(), "--device", "/run/own:/dev/own", "stat", "-c", "%a %u %g",
			      "/dev/own"),
		      "641 5 6\n");
}

static void a_device_may_have_another_path_and_fewer_rights(void **state)
{
	(void)state;
	for (const char *const *view = views(); *view; view++) {
		assert_prints(step_in(*view, "--device", "/dev/kmsg:/dev/some/where:r", "sh", "-c",
				      "probe open /dev/some/where r; probe open /dev/some/where w; "
				      "probe open /dev/some/where rw; ls /dev/kmsg 2>&1 | wc -l"),
			      "ok\nEPERM\nEPERM\n1\n");
		assert_prints(step_in(*view, "--device", "/dev/kmsg:w", "sh", "-c",
				      "probe open /dev/kmsg r; probe open /dev/kmsg w; true"),
			      "EPERM\nok\n");
		assert_contains(
			step_in(*view, "--device", "/dev/kmsg:m", "probe", "stat", "/dev/kmsg")
				->out,
			"rdev 1:11\n");
	}
}

static void a_device_that_is_there_already_may_be_asked_for(void **state)
{
	(void)state;
	assert_prints(step("--device", "/dev/null", "--device", "/dev/zero:/dev/zero", "sh", "-c",
			   "echo x >/dev/null; head -c 2 </dev/zero | wc -c"),
		      "2\n");
	/* Another device that has the name is not replaced. */
	assert_refused(step("--device", "/dev/zero:/dev/null", "true"), 125,
		       "step-05: mknodat null 1:5: EEXIST");
}

static void a_device_can_be_given_by_a_link(void **state)
{
	(void)state;
	assert_prints(script(SCRATCH "ln -s /dev/kmsg $d/link; ./step-05 --network none --device "
				     "$d/link:/dev/it sh -c 'probe stat /dev/it | grep rdev'",
			     NULL),
		      "rdev 1:11\n");
}

static void what_is_no_device_is_refused(void **state)
{
	static const struct {
		const char *value, *message;
	} bad[] = {
		{ "", "stat : ENOENT No such file or directory\n" },
		{ "/dev/none",
		  "stat /dev/none: ENOENT No such file or directory; is it there, "
		  "under this name, and its driver loaded?\n" },
		{ "/etc/passwd", "--device /etc/passwd: is not a device\n" },
		{ "/dev", "--device /dev: is not a device\n" },
	};
	static const char *const form[] = {
		"/dev/null:",
		"/dev/null:/dev/",
		"/dev/null:/etc/null",
		"/dev/null:null",
		"/dev/null:/dev/../null",
		"/dev/null:/dev/x/..",
		"/dev/null:/dev/x:",
		"/dev/null:/dev/x:rwx",
		"/dev/null:/dev/x:r:w",
		"/dev/null:/dev/x:R",
		"/dev/null:/dev/x/../../etc/x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(step("--device", bad[i].value, "true"), 125, bad[i].message);
	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++)
		assert_refused(step("--device", form[i], "true"), 125,
			       ": must be PATH[:PATH][:rwm], with a PATH inside below /dev\n");
}

/* Without cgroups no device can be denied. A warning says so. */
static void without_cgroups_all_devices_are_there_and_it_is_said(void **state)
{
	const struct result *result =
		step_in("none", "--read-only", "probe", "device", "c", "1", "11");

	(void)state;
	assert_string_equal(result->out, "mknod ok\nopen ok\n");
	assert_string_equal(result->err,
			    "step-05: warning: no cgroup hierarchy may be written to: all "
			    "devices can be used\n");
}

/* ---- The module ---- */

static int open_device(unsigned int major, unsigned int minor, int flags)
{
	char path[64];
	int fd, error;

	snprintf(path, sizeof(path), "/mnt/%s", random_name());
	check(mknod(path, S_IFCHR | 0600, makedev(major, minor)) == 0);
	fd = open(path, flags | O_CLOEXEC);
	error = errno;
	unlink(path);
	if (fd >= 0)
		close(fd);
	errno = error;
	return fd < 0 ? -1 : 0;
}

/* Checks in a new cgroup that later rules count more, on both versions. */
static void check_rules(const char *mountpoint)
{
	struct devices devices = { 0 };
	const char *own = own_cgroup(mountpoint, "devices");
	char path[160], inner[600];
	int directory;

	snprintf(path, sizeof(path), "%s/test-step-%s", mountpoint, random_name());
	check(mkdir(path, 0755) == 0);
	check(mount("none", "/mnt", "tmpfs", 0, NULL) == 0); /* for nodes */
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check(device_add_rule(&devices, (struct device_rule){ false, 'a', -1, -1, "rwm" }) == 0);
	check(device_add_rule(&devices, (struct device_rule){ true, 'c', 1, -1, "rwm" }) == 0);
	check(device_add_rule(&devices, (struct device_rule){ true, 'c', -1, -1, "m" }) == 0);
	check(device_add_rule(&devices, (struct device_rule){ false, 'c', 1, 5, "w" }) == 0);
	if (strstr(mountpoint, "devices"))
		check(device_write(&devices, directory) == 0);
	else
		check(device_attach(&devices, directory) == 0);
	snprintf(inner, sizeof(inner), "echo %d >%s/cgroup.procs", getpid(), path);
	check(system(inner) == 0);
	check(open_device(1, 3, O_RDWR) == 0);
	check(open_device(1, 5, O_RDONLY) == 0);
	if (!strstr(mountpoint, "devices")) {
		check(open_device(1, 5, O_RDWR) == -1 && errno == EPERM);
		check(open_device(1, 5, O_WRONLY) == -1 && errno == EPERM);
	}
	check(open_device(5, 2, O_RDWR) == -1 && errno == EPERM);
	snprintf(inner, sizeof(inner), "echo %d >%s/cgroup.procs", getpid(), own);
	check(system(inner) == 0);
	check(rmdir(path) == 0);
}

/* Checks the rules in the hierarchies that the condition of awk names. */
static void check_rules_where(const char *condition)
{
	char script[128], mountpoint[128];
	const char *line;

	snprintf(script, sizeof(script), "awk '%s { print $2 }' /proc/mounts", condition);
	line = run_shell(script)->out;
	if (!*line)
		skip_because("no such hierarchy is mounted here");
	for (; sscanf(line, "%127s", mountpoint) == 1; line = strchr(line, '\n') + 1)
		in_own_mounts(check_rules, mountpoint);
}

static void later_rules_count_more_in_v1(void **state)
{
	(void)state;
	check_rules_where("$3 == \"cgroup\" && $4 ~ /devices/");
}

static void later_rules_count_more_in_v2(void **state)
{
	(void)state;
	check_rules_where("$3 == \"cgroup2\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_articles_list_is_allowed_and_nothing_else),
		host_test(the_step_before_opens_more),
		host_test(terminals_and_tunnels_are_allowed),
		host_test(a_device_is_made_and_allowed),
		host_test(it_has_the_owner_and_the_mode_of_the_hosts),
		host_test(a_device_may_have_another_path_and_fewer_rights),
		host_test(a_device_that_is_there_already_may_be_asked_for),
		host_test(a_device_can_be_given_by_a_link),
		host_test(what_is_no_device_is_refused),
		host_test(without_cgroups_all_devices_are_there_and_it_is_said),
		host_test(later_rules_count_more_in_v1),
		host_test(later_rules_count_more_in_v2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
