/* step-06-oci: who makes the cgroups (--systemd-cgroup, --cgroup-manager), where systemd does not
 * run. */
#include "test_06_oci.h"

/* A script begins with this: `away COMMAND...` runs where there is no systemd. */
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
			"args sleep 1000; config '.linux.cgroupsPath = \"/not/made\"'\n"
			"oci run -d $id; diff /proc/self/cgroup /proc/$(oci state $id | jq "
			".pid)/cgroup\n"
			"oci exec $id sh -c 'echo in'; find /sys/fs/cgroup -path '*/not/made'\n"
			"oci kill --all $id KILL; wait_for is $id stopped; oci delete $id\n"
			"config '.linux.resources.pids.limit = 5'\n"
			"no oci run $id 2>&1 | grep -o 'pids.limit: no limit is kept'; ls run\n"),
		"in\npids.limit: no limit is kept\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(where_it_does_not_answer_that_is_said),
		host_test(what_it_cannot_be_asked_is_refused),
		host_test(disabled_it_stays_in_our_cgroup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
