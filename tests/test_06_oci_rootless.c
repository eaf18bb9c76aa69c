/* step-06-oci without root: what a user can have, and what not, by name. */
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

/* Without a directory of his own there is root's, which is not his. */
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
		"step-06-oci: /usr/bin/newuidmap does not give us the ids 200000 to 200999: see "
		"subuid(5)\n33\n34 7\n0\n33\n0\n");
}

static void what_he_cannot_have_is_named(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		rootless_script("args true; cp config.json saved\n"
				"without() { config \"$1\"; no oci run $id 2>&1 | sed \"s|$d/||\"\n"
				"  cp saved config.json; }\n"
				"without '.process.user.additionalGids = [7]'\n"
				"without '.process.user.uid = 7'\n"
				"without '.mounts[2].options += [\"gid=5\"]'\n"
				"without '.linux.resources.memory.limit = 67108864'\n"
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
	assert_prints(rootless_script(
			      "config '.linux.namespaces |= map(select(.type != \"pid\")) |\n"
			      "  .mounts[0] = {destination: \"/proc\", source: \"/proc\", options: "
			      "[\"rbind\"]} | del(.linux.maskedPaths, .linux.readonlyPaths)'\n"
			      "args sleep 1000; oci run -d $id\n"
			      "no oci kill --all $id KILL 2>&1 | sed s/$id/ID/; status $id\n"
			      "no oci ps --format json $id 2>&1 | sed s/$id/ID/\n"
			      "oci kill $id KILL; wait_for is $id stopped\n"),
		      "step-06-oci: container ID has no cgroup and no PID namespace of its own, by "
		      "which its processes could be known\n"
		      "running\n"
		      "step-06-oci: container ID has no cgroup and no PID namespace of its own, by "
		      "which its processes could be known\n");
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

/* As below Podman: root of a user namespace, whose containers need none of their own. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_bundle_of_his_own_runs),
		host_test(its_life_is_as_any_others),
		host_test(he_may_have_a_terminal),
		host_test(where_the_states_are_he_is_told),
		host_test(more_ids_are_newuidmaps_to_give),
		host_test(what_he_cannot_have_is_named),
		host_test(without_a_cgroup_nobody_else_is_signalled),
		host_test(the_hosts_network_comes_with_the_hosts_sys),
		host_test(root_of_a_user_namespace_is_a_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
