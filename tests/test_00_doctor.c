/* `make doctor`: each step does what doctor says of it, on all sorts of machines. */
#include <stdlib.h>

#include "cleanup.h"
#include "harness.h"

/*
 * Compares what doctor says with what the steps do (tests/doctor.sh). `where` is the beginning of a
 * shell command; a program and its arguments are appended to it. The command has a directory $d.
 */
static void assert_agrees(const char *where, const char *part)
{
	autofree char *script = NULL;
	const struct result *result;

	assert_true(asprintf(&script,
			     "export d=$(mktemp -d); %s tests/doctor.sh\n"
			     "status=$?; rm -rf $d; exit $status",
			     where) > 0);
	result = run_shell(script);
	if (result->status == 77)
		skip_because("who is not root cannot reach the workbook");
	if (result->status != 0)
		fail_msg("%s: doctor is wrong: %s%s", where, result->out, result->err);
	assert_contains(result->err, part);
}

/* As assert_agrees(), in a new mount namespace and after the script `change`. */
static void assert_agrees_after(const char *change, const char *part)
{
	autofree char *where = NULL;

	assert_true(asprintf(&where,
			     "unshare --mount --propagation private sh -c '%s && exec \"$@\"' sh",
			     change) > 0);
	assert_agrees(where, part);
}

static void it_agrees_here(void **state)
{
	(void)state;
	assert_agrees("", "step-01  ");
}

static void it_sees_which_capabilities_are_missing(void **state)
{
	(void)state;
	assert_agrees("setpriv --bounding-set=-sys_admin", "step-01  cannot run: root has no");
	assert_agrees("setpriv --bounding-set=-mknod",
		      "step-03  cannot run: root has no CAP_MKNOD");
	assert_agrees("setpriv --bounding-set=-net_admin", "step-04  cannot run: root has no");
	assert_agrees("setpriv --bounding-set=-audit_write", "step-06  cannot run: root lacks");
	assert_agrees("setpriv --bounding-set=-sys_chroot", "step-03  runs without --chroot");
}

static void it_sees_what_a_user_namespace_forbids(void **state)
{
	(void)state;
	assert_agrees("unshare --user --map-root-user", "step-03  cannot run: you are in a user ");
	assert_agrees("unshare --user --map-root-user sh -c 'echo 0 "
		      ">/proc/sys/user/max_uts_namespaces; exec \"$@\"' sh",
		      "step-01  cannot run: no new uts namespaces");
	assert_agrees("unshare --user --map-root-user sh -c 'echo 0 "
		      ">/proc/sys/user/max_pid_namespaces; exec \"$@\"' sh",
		      "step-02  cannot run: no new pid namespaces");
}

static void it_sees_that_root_is_needed(void **state)
{
	(void)state;
	assert_agrees("setpriv --reuid=65534 --regid=65534 --clear-groups",
		      "step-01  cannot run: ");
}

static void it_sees_a_chroot(void **state)
{
	(void)state;
	assert_agrees_after("mkdir -p $d/root/proc && for i in /*; do "
			    "test -d $i -a $i != /proc -a $i != /tmp && mkdir -p $d/root$i && "
			    "mount --rbind $i $d/root$i; done; mount -t proc proc $d/root/proc; "
			    "mkdir -p $d/root$d $d/root$PWD && mount --bind $d $d/root$d && "
			    "mount --rbind $PWD $d/root$PWD; "
			    "set -- chroot $d/root env -C $PWD \"$@\"",
			    "step-02  cannot run: you are in a chroot");
}

static void it_sees_what_a_bridge_lacks(void **state)
{
	static const char needs[] = "step-04  needs --network none";

	(void)state;
	assert_agrees_after("mount -t tmpfs -o ro none /run", needs);
	assert_agrees_after("mount --bind -o ro /proc/sys /proc/sys", needs);
	assert_agrees_after("mount --bind /dev/null /usr/sbin/nft", needs);
}

#define ONLY_V2                                                                                    \
	"mount --bind $(findmnt -n -t cgroup2 -o TARGET | tail -n 1) /mnt && "                     \
	"mount -t tmpfs none /sys/fs/cgroup && mount --move /mnt /sys/fs/cgroup"

static void it_sees_which_cgroups_there_are(void **state)
{
	(void)state;
	assert_agrees_after("mount -t tmpfs none /sys/fs/cgroup",
			    "step-05  runs without any limit: no cgroup can be written to");
	/* A bind mount is used, since a new mount of cgroup2 would change the host's options. */
	assert_agrees_after(ONLY_V2, "cgroup v2 at /sys/fs/cgroup: ");
	assert_agrees_after(ONLY_V2 " && mount -o remount,bind,ro /sys/fs/cgroup",
			    "step-05  runs without any limit: no cgroup can be written to");
}

/* doctor only prints: it writes no file, loads no module and changes no setting. */
static void it_changes_nothing(void **state)
{
	const struct result *result;

	(void)state;
	result = run_shell("before=$(cat /proc/modules 2>/dev/null); common/doctor.sh >/dev/null\n"
			   "test \"$before\" = \"$(cat /proc/modules 2>/dev/null)\"");
	assert_int_equal(result->status, 0);
	assert_string_equal(result->err, "");
}

static void it_sees_what_killed_steps_have_left(void **state)
{
	(void)state;
	assert_string_equal(
		run_shell("d=/run/steps-net-$$; lease=$d/st0a580000-24=10.88.0.2; mkdir $d; touch "
			  "$lease\n"
			  "told() { common/doctor.sh | grep -c \"step has left $lease,\"; }\n"
			  "told; exec 9<$lease; flock 9; told; rm -r $d; told")
			->out,
		"1\n0\n0\n");
}

static void it_says_what_to_build_with(void **state)
{
	(void)state;
	assert_contains(run_shell("common/doctor.sh")->out, "all is here to build the steps");
	assert_contains(run_shell("unshare --mount sh -c 'mount -t tmpfs none "
				  "/usr/include/libnl3; common/doctor.sh'")
				->out,
			"missing to build the steps: netlink/netlink.h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(it_agrees_here),
		host_test(it_sees_which_capabilities_are_missing),
		host_test(it_sees_what_a_user_namespace_forbids),
		host_test(it_sees_that_root_is_needed),
		host_test(it_sees_a_chroot),
		host_test(it_sees_what_a_bridge_lacks),
		host_test(it_sees_which_cgroups_there_are),
		host_test(it_changes_nothing),
		host_test(it_sees_what_killed_steps_have_left),
		host_test(it_says_what_to_build_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
