/*
 * step-06-oci: the choice of the cgroup manager (--systemd-cgroup, --cgroup-manager), where systemd
 * does not run.
 */
#include "test_06_oci.h"

/* In a script that begins with AWAY, `away COMMAND...` runs where there is no systemd. */
#define AWAY                                                                                       \
	"away() { unshare --mount --propagation private sh -c 'mount -t tmpfs none /run; "         \
	"mkdir -p /run/$0; exec \"$@\"' \"$@\"; }\n"                                               \
	"o=\"$h/step-06-oci --root $d/run --systemd-cgroup\"\n"

#define away_script(text) oci_script(AWAY text)

static void where_it_does_not_answer_that_is_said(void **state)
{
	(void)state;
	assert_prints(
		away_script(
			"try() { no away $1 $o create $id 2>&1 | sed 's/^.*oci: //'; ls run; }\n"
			"try none; try systemd/system | sed 's/:.*bus:/: .../; s/[^ "
			"]*scope/U/g'\n"),
		"systemd does not run here; do without: --cgroup-manager cgroupfs\n"
		"systemd: ... No such file or directory; see `systemctl status U`, or do without: "
		"--cgroup-manager cgroupfs\n");
}

static void what_it_cannot_be_asked_is_refused(void **state)
{
	(void)state;
	assert_prints(
		away_script(
			"try() { no away systemd/system $o create $id 2>&1 | sed 's/^.*oci: //'; "
			"}\n"
			"for path in /a/b a:b a:b:c:d a:b:; do\n"
			"  config --arg path $path '.linux.cgroupsPath = $path'; try; done\n"
			"config '.linux.cgroupsPath = \"a.slice:b:c\" |\n"
			"  .annotations = {\"org.systemd.property.X1\": \"1\"}'; try\n"
			"config '.annotations = {\"org.systemd.property.Xyz\": \"one\"}'; try\n"),
		"linux.cgroupsPath: with systemd must be \"SLICE:PREFIX:NAME\", as in "
		"\"system.slice:docker:1234\", not \"/a/b\"\n"
		"linux.cgroupsPath: with systemd must be \"SLICE:PREFIX:NAME\", as in "
		"\"system.slice:docker:1234\", not \"a:b\"\n"
		"linux.cgroupsPath: with systemd must be \"SLICE:PREFIX:NAME\", as in "
		"\"system.slice:docker:1234\", not \"a:b:c:d\"\n"
		"linux.cgroupsPath: with systemd must be \"SLICE:PREFIX:NAME\", as in "
		"\"system.slice:docker:1234\", not \"a:b:\"\n"
		"annotations.org.systemd.property.X1: must end in the name of a property\n"
		"annotations.org.systemd.property.Xyz: must be a value as in \"uint64 5\", "
		"\"'text'\", \"true\" or \"['a', 'b']\", not \"one\"\n");
}

static void disabled_it_stays_in_our_cgroup(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"oci() { $h/step-06-oci --cgroup-manager disabled --root $d/run \"$@\"; }\n"
			"args sleep 1000; config '.linux.cgroupsPath = \"/not/made\" | "
			"del(.linux.resources)'\n"
			"oci run -d $id; diff /proc/self/cgroup /proc/$(oci state $id | jq "
			".pid)/cgroup\n"
			"oci exec $id sh -c 'echo in'; find /sys/fs/cgroup -path '*/not/made'\n"
			"oci kill --all $id KILL; wait_for is $id stopped; oci delete $id\n"
			"config '.linux.resources.pids.limit = 5'\n"
			"no oci run $id 2>&1 | grep -o 'pids.limit: no limit is kept'; ls run\n"),
		"in\npids.limit: no limit is kept\n");
}

/*
 * Without a cgroup no limit of linux.resources can be kept: each is refused by its name. `none`,
 * `ro`: no hierarchy is mounted, or none can be written to.
 */
static void what_no_cgroup_keeps_is_refused_by_name(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"args sh -c 'mknod /tmp/x b 7 0; echo started'\n"
			"say() { no \"$@\" 2>&1 | grep -o 'linux.resources.[^:]*:' || echo \"no "
			"message: $*\"; }\n"
			"hidden() { unshare --mount --propagation private sh -euc 'for t in $(sed "
			"-n \"s/.* \\(.*\\) cgroup2* .*/\\1/p\" "
			"/proc/self/mounts); do $0 $t; done; exec \"$@\"' \"$@\"; }\n"
			"readonly='mount -o remount,bind,ro'\n"
			"all() { say hidden umount $h/step-06-oci --root $d/run run $id\n"
			"  say hidden \"$readonly\" $h/step-06-oci --root $d/run run $id\n"
			"  say $h/step-06-oci --cgroup-manager disabled --root $d/run run $id; }\n"
			"for r in 'devices = [{allow: false, access: \"rwm\"}]' 'devices = "
			"[{allow: true}, {allow: false, type: \"b\", major: 8}]' 'pids.limit = 5' "
			"'memory.limit = 90000000' "
			"'cpu.shares = 5' 'hugepageLimits = [{pageSize: \"2MB\", limit: 0}]' "
			"'blockIO.weight = 100' 'unified = {\"pids.max\": \"5\"}' "
			"'network.classID = 5' 'rdma.x.hcaHandles = 5'; do\n"
			"  config \".linux.resources = {} | .linux.resources.$r\"; all | sort | "
			"uniq -c | sed 's/^ *//'; done\n"
			"config '.linux.resources = {devices: [{allow: false}, {allow: true, "
			"access: \"rwm\"}]}'\n"
			"hidden umount $h/step-06-oci --root $d/run run $id 2>&1\n"),
		"3 linux.resources.devices:\n3 linux.resources.devices:\n3 "
		"linux.resources.pids.limit:\n3 linux.resources.memory.limit:\n"
		"3 linux.resources.cpu.shares:\n3 linux.resources.hugepageLimits:\n3 "
		"linux.resources.blockIO.weight:\n3 linux.resources.unified.pids.max:\n"
		"3 linux.resources.network.classID:\n3 linux.resources.rdma:\nstep-06-oci: "
		"warning: there is no cgroup for the container: it can use all devices\nstarted\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(where_it_does_not_answer_that_is_said),
		host_test(what_it_cannot_be_asked_is_refused),
		host_test(disabled_it_stays_in_our_cgroup),
		host_test(what_no_cgroup_keeps_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
