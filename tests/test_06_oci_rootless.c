/* step-06-oci without root: what works for a user, and the messages for what does not. */
#include <errno.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "test_06_rootless.h"

static void a_bundle_of_his_own_runs(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(rootless_script("args sh -c 'id -u; id -g; hostname; cat /proc/self/uid_map "
				      "/proc/self/gid_map | tr -s \" \"; stat -c %u:%g /; exit 3'\n"
				      "no oci run $id; oci list -q\n"),
		      "0\n0\ntesting\n 0 54321 1\n 0 54322 1\n0:0\n");
}

static void its_life_is_as_any_others(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script("args sh -c 'echo on; sleep 1000; true'\n"
				"oci create $id >out; status $id; ls xdg/step-06 | grep -c $id\n"
				"oci exec $id sh -c 'id -u; cat /proc/1/comm'\n"
				"oci start $id; wait_for [ -s out ]; cat out\n"
				"oci exec $id sh -c 'hostname; cat /proc/1/comm'\n"
				"oci exec $id sh -c 'exit 9' || echo $?\n"
				"oci ps --format json $id | jq length\n"
				"oci list --format json | jq -r '.[].owner'\n"
				"oci kill --all $id KILL; wait_for is $id stopped\n"
				"oci ps --format json $id; oci delete $id; ls xdg/step-06\n"),
		"created\n1\n0\nstep-06-oci\non\ntesting\nsh\n9\n2\n54321\n[]\n");
}

static void he_may_have_a_terminal(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(rootless_script("args sleep 1000; oci run -d $id; mkfifo keyboard\n"
				      "script -qec \"$as env XDG_RUNTIME_DIR=$d/xdg $h/step-06-oci "
				      "exec -t $id \\\n"
				      "  sh -c 'tty; stat -c %u /dev/pts/0'\" /dev/null <>keyboard "
				      "| tr -d '\\r'\n"),
		      "/dev/pts/0\n0\n");
}

/* Without a directory of the user's own, the default is root's, which the user cannot write to. */
static void where_the_states_are_he_is_told(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script("args true; oci --root $d/xdg/other run $id; ls xdg\n"
				"no $as env -u XDG_RUNTIME_DIR $h/step-06-oci run $id 2>&1\n"),
		"other\nstep-06-oci: mkdir /run/step-06: EACCES Permission denied; without root "
		"set "
		"XDG_RUNTIME_DIR, where a user's states are, or take --root\n");
}

static void more_ids_are_newuidmaps_to_give(void **state)
{
	(void)state;
	need_user_namespaces();
	if (run("test", "-u", "/usr/bin/newuidmap")->status != 0)
		skip_because("newuidmap (package uidmap) is not installed");
	assert_prints(
		rootless_script(
			IDS
			"config '.linux.uidMappings += [{containerID: 1, hostID: 200000, size: "
			"1000}] | .linux.gidMappings += [{containerID: 1, hostID: 200000, size: "
			"1000}] | .process.user = {uid: 33, gid: 34, additionalGids: [7]} |\n"
			"  .mounts[2].options += [\"gid=5\"]'\n"
			"args sh -c 'id -u; id -G; stat -c %g /dev/pts; sleep 1000; true'\n"
			"no oci run $id 2>&1\n"
			"unshare --mount sh -euc \"$cover\"'\nexec \"$@\"' $d $as $h/step-06-oci "
			"\\\n"
			"  --root $d/xdg/step-06 run -d $id >out\n"
			"wait_for grep -qx 0 out; cat out\n"
			"oci exec $id id -u; oci exec -u 0 $id id -u\n"),
		"step-06-oci: newuidmap: Cannot determine your user name.\n33\n34 7\n0\n33\n0\n");
}

/* The first process has all rights until the command, whatever its user is. */
static void a_map_without_root_is_enough(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script(
			"config '.linux.uidMappings[0].containerID = 1000 |\n"
			"  .linux.gidMappings[0].containerID = 1001'\n"
			"args sh -c 'id -u; id -g; cat /proc/self/uid_map | tr -s \" \"; stat "
			"-c %u:%g /; sleep 1000; true'\n"
			"no oci run $id 2>&1\n"
			"config '.process.user = {uid: 1000, gid: 1001}'\n"
			"oci run -d $id >out; wait_for grep -q : out; cat out\n"
			"oci exec $id id -u; no oci exec -u 0 $id true 2>&1\n"),
		"step-06-oci: setresgid 0: EINVAL Invalid argument; the user namespace does "
		"not have this group\n"
		"1000\n1001\n 1000 54321 1\n1000:1001\n1000\n"
		"step-06-oci: setresuid 0: EINVAL Invalid argument; the user namespace does "
		"not have this user\n");
}

/* XDG_RUNTIME_DIR names another user's directory: su(1) keeps the variable. */
static void another_users_directory_is_named(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script("args true; oci list -q; mkdir -m 700 xdg/step-06 && chown 54321 "
				"xdg/step-06\n"
				"for verb in list 'state x' 'run x'; do\n"
				"  no setpriv --reuid 54329 --regid 54322 --clear-groups env \\\n"
				"    XDG_RUNTIME_DIR=$d/xdg $h/step-06-oci $verb 2>&1 | grep -o "
				"'XDG.*(after'\n"
				"done\n"),
		"XDG_RUNTIME_DIR belongs to user 54321, not to you (after\n"
		"XDG_RUNTIME_DIR belongs to user 54321, not to you (after\n"
		"XDG_RUNTIME_DIR belongs to user 54321, not to you (after\n");
}

static void a_fifo_needs_no_root(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script("config '.linux.devices = [{path: \"/dev/pipe\", type: \"p\"}]'\n"
				"args sh -c 'test -p /dev/pipe && test -c /dev/null && echo both'\n"
				"oci run $id\n"),
		"both\n");
}

static void a_cgroup_that_cannot_be_had_is_told(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script("args true; config '.linux.cgroupsPath = \"/mine\"'\n"
				"oci run $id 2>&1\n"
				"config '.linux.resources.pids.limit = 9'; no oci run $id 2>&1\n"),
		"step-06-oci: warning: linux.cgroupsPath: /mine: no cgroup may be made here, so "
		"the "
		"container stays in the one of its caller\n"
		"step-06-oci: linux.resources.pids.limit: no cgroup hierarchy here has the "
		"controller pids and may be written to\n");
}

static void what_he_cannot_have_is_named(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script(
			"args true; cp config.json saved\n"
			"without() { config \"$1\"; no oci run $id 2>&1 | sed \"s|$d/||\"\n"
			"  cp saved config.json; }\n"
			"without '.process.user.additionalGids = [7]'\n"
			"without '.process.user.uid = 7'\n"
			"without '.mounts[2].options += [\"gid=5\"]'\n"
			"without '.linux.resources.memory.limit = 67108864'\n"
			"without '.linux.sysctl = {\"net.ipv4.ping_group_range\": \"0 9\"}'\n"
			"without '.linux.devices = [{path: \"/dev/foo\", type: \"c\", major: "
			"77, minor: 3}]'\n"
			"without '.mounts += [{destination: \"/m\", source: \"/tmp\",\n"
			"  options: [\"rbind\", \"idmap\"]}]'\n"
			"without '.mounts += [{destination: \"/m\", source: \"/\",\n"
			"  options: [\"bind\"]}]'\n"
			"without '.linux.namespaces |= map(select(.type != \"ipc\"))'\n"
			"without '.linux.namespaces += [{type: \"time\"}]'\n"
			"without '.linux.namespaces |= map(select(.type != \"user\")) |\n"
			"  del(.linux.uidMappings, .linux.gidMappings)'\n"
			"ls xdg/step-06\n"),
		"step-06-oci: further groups cannot be had: the user namespace was made without "
		"root and without newgidmap(1)\n"
		"step-06-oci: setresuid 7: EINVAL Invalid argument; the user namespace does not "
		"have this user\n"
		"step-06-oci: config.json: mounts[2].options[5]: gid=5 is not in "
		"linux.gidMappings\n"
		"step-06-oci: linux.resources.memory.limit: no cgroup hierarchy here has the "
		"controller memory and may be written to\n"
		"step-06-oci: write /proc/sys/net/ipv4/ping_group_range 0 9: EINVAL Invalid "
		"argument; FIRST LAST, two groups that the container's user namespace has\n"
		"step-06-oci: device /dev/foo: no device can be made in a user namespace, "
		"and the host has no char device 77:3, neither as /dev/foo nor as "
		"/dev/char/77:3\n"
		"step-06-oci: mount_setattr MOUNT_ATTR_IDMAP of /tmp: EPERM Operation not "
		"permitted; only root of the machine may give other owners to its file systems\n"
		"step-06-oci: open_tree /: EINVAL Invalid argument; in a user namespace it "
		"comes with all that is mounted below it: rbind, not bind\n"
		"step-06-oci: fsconfig mqueue create: EPERM Operation not permitted; needs an IPC "
		"namespace of the container's own\n"
		"step-06-oci: unshare CLONE_NEWTIME: EPERM Operation not permitted; a new time "
		"namespace needs root: use sudo\n"
		"step-06-oci: config.json: linux.namespaces: must have a user namespace, for you "
		"are not root; `spec --rootless` writes one\n");
}

static void without_a_cgroup_nobody_else_is_signalled(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script(
			"config '.linux.namespaces |= map(select(.type != \"pid\")) |\n"
			"  .mounts[0] = {destination: \"/proc\", source: \"/proc\", options: "
			"[\"rbind\"]} | del(.linux.maskedPaths, .linux.readonlyPaths)'\n"
			"args sleep 1000; oci run -d $id\n"
			"no oci kill --all $id KILL 2>&1 | sed s/$id/ID/; status $id\n"
			"no oci ps --format json $id 2>&1 | sed s/$id/ID/\n"
			"oci kill $id KILL 2>&1 | sed s/$id/ID/; wait_for is $id stopped\n"),
		"step-06-oci: container ID has no cgroup and no PID namespace of its own, by "
		"which its processes could be known\n"
		"running\n"
		"step-06-oci: container ID has no cgroup and no PID namespace of its own, by "
		"which its processes could be known\n"
		"step-06-oci: warning: kill: only the first process of ID is killed: it has no "
		"cgroup, by which the others could be known\n");
}

static void the_hosts_network_comes_with_the_hosts_sys(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script("config '.linux.namespaces |= map(select(.type != \"network\"))'\n"
				"args sh -c 'ls /sys/class/net; touch /sys/kernel/x 2>/dev/null || "
				"echo no'\n"
				"oci run $id >out; (ls /sys/class/net; echo no) | diff - out\n"),
		"");
}

/* Podman calls the runtime as root of a user namespace, whose containers need none of their own. */
static void root_of_a_user_namespace_is_a_user(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script(
			"config '.linux.namespaces |= map(select(.type != \"user\")) |\n"
			"  del(.linux.uidMappings, .linux.gidMappings) |\n"
			"  .linux.resources.devices = [{allow: false, access: \"rwm\"}]'\n"
			"args sh -c 'id -u; test -c /dev/null; hostname'\n"
			"for mounts in --mount --uts; do\n"
			"  user unshare --user --map-root-user $mounts $h/step-06-oci run $id\n"
			"done; ls xdg\n"),
		"0\ntesting\n0\ntesting\nstep-06\n");
}

/* For machines with v1: first the user has been given no cgroups, then some. */
static void its_cgroups_of_v1_are_seen(void **state)
{
	(void)state;
	need_user_namespaces();
	if (run_shell("awk '$3 == \"cgroup\"' /proc/mounts | grep -w pids | grep -qw pids && "
		      "awk '$3 == \"cgroup\"' /proc/mounts | grep -qw freezer")
		    ->status)
		skip_because("there is no cgroup v1 with the controllers pids and freezer");
	assert_prints(
		rootless_script(
			"config '.linux.namespaces |= (map(select(.type != \"cgroup\")) + [{type: "
			"\"cgroup\"}]) | .mounts |= (map(select(.destination != "
			"\"/sys/fs/cgroup\")) + [{destination: \"/sys/fs/cgroup\", type: "
			"\"cgroup\", source: \"cgroup\", options: [\"rw\"]}])'\n"
			"args sh -c 'cd /sys/fs/cgroup; for c in pids freezer; do ls $c/tasks; "
			"mkdir $c/x; echo $$ >$c/cgroup.procs; done 2>&1 | sed s/.*://; awk "
			"\"/ cgroup .*pids/ { print \\$4 }\" /proc/self/mountinfo'\n"
			"oci run $id; echo given:\n"
			"all() { awk '$3 ~ /^cgroup/ { print $2 }' /proc/self/mounts; }\n"
			"trap 'for m in $(all); do echo 0 >$m/leaf/cgroup.procs; rmdir $m/$id-u; "
			"done; rm -rf --one-file-system $d' EXIT\n"
			"for m in $(all); do mkdir $m/$id-u; [ ! -e $m/$id-u/cpuset.cpus ] || for "
			"f in "
			"cpus "
			"mems; do cat $m/cpuset.$f >$m/$id-u/cpuset.$f; done; chown -R 54321 "
			"$m/$id-u\n"
			"echo 0 >$m/$id-u/cgroup.procs; done; args sh -c 'cd /sys/fs/cgroup; mkdir "
			"pids/x freezer/x; ls -d */x; grep -o pids.* /proc/self/cgroup'\n"
			"oci run $id\n"),
		"pids/tasks\n Read-only file system\n Read-only file system\nfreezer/tasks\n "
		"Read-only file system\n Read-only file "
		"system\n/\ngiven:\nfreezer/x\npids/x\npids:/\n");
}

/*
 * Runs in a process of its own, whose user already has as many keys as are allowed. The kernel
 * counts the keys of a user in all test runs of the machine, so this user is a random one.
 */
static int run_without_room_for_keys(void)
{
	const struct result *result;
	const unsigned int number = random_number(100000, 1000000000);
	char name[32], user[16];
	int count = 0;

	snprintf(user, sizeof(user), "%u", number);
	if (seteuid(number) < 0 || syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return 77;
	do {
		snprintf(name, sizeof(name), "key %d", count++);
	} while (count < 100000 &&
		 syscall(SYS_add_key, "user", name, "x", 1, KEY_SPEC_SESSION_KEYRING) >= 0);
	if (errno != EDQUOT || seteuid(0) < 0)
		return 77;
	result = oci_script("uid=$2\n" ROOTLESS "args echo begun; no oci run $id 2>&1 |\n"
			    "grep -o 'EDQUOT.*maxkeys allows'; oci run --no-new-keyring $id\n",
			    user);
	dprintf(2, "%s%s", result->out, result->err);
	return strcmp(result->out,
		      "EDQUOT Disk quota exceeded; the user has as many keys as "
		      "/proc/sys/kernel/keys/maxkeys allows\nbegun\n") != 0;
}

static void without_room_for_a_keyring_the_limit_is_named(void **state)
{
	int status;

	(void)state;
	need_user_namespaces();
	status = run_function(run_without_room_for_keys);
	if (status == 77)
		skip_because("this kernel keeps no keys, or as many as one likes");
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_bundle_of_his_own_runs),
		host_test(its_life_is_as_any_others),
		host_test(he_may_have_a_terminal),
		host_test(where_the_states_are_he_is_told),
		host_test(more_ids_are_newuidmaps_to_give),
		host_test(a_map_without_root_is_enough),
		host_test(another_users_directory_is_named),
		host_test(a_fifo_needs_no_root),
		host_test(a_cgroup_that_cannot_be_had_is_told),
		host_test(what_he_cannot_have_is_named),
		host_test(without_a_cgroup_nobody_else_is_signalled),
		host_test(the_hosts_network_comes_with_the_hosts_sys),
		host_test(root_of_a_user_namespace_is_a_user),
		host_test(its_cgroups_of_v1_are_seen),
		host_test(without_room_for_a_keyring_the_limit_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
