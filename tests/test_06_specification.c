/*
 * Demands of the OCI runtime specification that no other test shows. steps/06-full/specification.md
 * has the whole list.
 */
#include "semver.h"
#include "test_05.h"
#include "test_06_oci.h"

static void a_version_is_a_semantic_version(void **state)
{
	static const char *const valid[] = { "1.0.0",	    "1.3.0",	    "1.0.2-dev",
					     "1.0.0-rc5+x", "1.3.0+dev.01", "1.0.0-0a.1",
					     "10.20.30",    "1.0.0--" };
	static const char *const invalid[] = {
		"",	    "1",	 "1.3",	     "1.0.0.0",	   "v1.0.0",   " 1.0.0",
		"1.0.0 ",   "01.0.0",	 "1.00.0",   "1.-0.0",	   "1.0.0-",   "1.0.0+",
		"1.0.0-01", "1.0.0a",	 "1.0.0-a.", "1.0.0-a..b", "1.0.0-+x", "1.0.0-\xc3\xa9",
		"1..0",	    "1.0.0+a+b", "+1.0.0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
		if (!semver_is_valid(valid[i]))
			fail_msg("\"%s\" is a version", valid[i]);
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
		if (semver_is_valid(invalid[i]))
			fail_msg("\"%s\" is no version", invalid[i]);
	assert_told(oci_script("config '.ociVersion = \"1.0.0-\"'; no oci run $id\n"),
		    "ociVersion: must be a version, as in \"1.3.0\", not \"1.0.0-\"");
}

/* Each value is tried alone, since one message would name them all. */
static void values_that_the_specification_excludes_are_refused(void **state)
{
	static const struct {
		const char *change, *message;
	} cases[] = {
		{ ".linux.resources.memory = {swappiness: 101}",
		  "linux.resources.memory.swappiness: must be from 0 to 100" },
		{ ".linux.resources.blockIO = {weightDevice: [{major: 8, minor: 0}]}",
		  "linux.resources.blockIO.weightDevice[0]: needs weight or leafWeight" },
		{ ".linux.resources.rdma = {mlx5_1: {}}",
		  "linux.resources.rdma.mlx5_1: needs hcaHandles or hcaObjects" },
		{ ".mounts += [{destination: \"/x\", source: \"rootfs\", options: [\"bind\", "
		  "\"idmap\"]}]",
		  "mounts[6]: idmap needs uidMappings and gidMappings, or a user namespace" },
		{ ".mounts += [{destination: \"/x\", source: \"rootfs\", options: [\"rbind\", "
		  "\"ridmap\"]}]",
		  "mounts[6]: idmap needs uidMappings and gidMappings, or a user namespace" },
		{ ".linux.sysctl = {\"user.max_mnt_namespaces\": \"5\"}",
		  "linux.sysctl.user.max_mnt_namespaces: needs a namespace of the container's" },
		{ ".linux.namespaces |= map(select(.type != \"mount\"))",
		  "linux.namespaces: must have a mount namespace" },
		{ ".linux.namespaces[0].path = \"proc/1/ns/pid\"",
		  "linux.namespaces[0].path: must be an absolute path" },
		{ ".process.rlimits += .process.rlimits",
		  "process.rlimits[1].type: \"RLIMIT_NOFILE\" is there twice" },
		{ ".mounts += [{destination: \"/x\", source: \"rootfs\", options: [\"bind\"], "
		  "uidMappings: [{containerID: 0, hostID: 1, size: 1}]}]",
		  "mounts[6].uidMappings: go together with gidMappings" },
		{ ".annotations = {\"\": \"x\"}", "annotations: a key must not be empty" },
		{ ".linux.resources.cpu = {quota: 10000, burst: 20000}",
		  "linux.resources.cpu.burst" },
		{ ".linux.personality = {domain: \"LINUX\", flags: [\"X\"]}",
		  "linux.personality.flags: there are none so far" },
		{ ".linux.intelRdt = {schemata: [\"L3:0=1\", \"L2:0=1\\nMB:0=1\"]}",
		  "linux.intelRdt.schemata[1]: must be one line" },
		{ ".linux.rootfsPropagation = \"open\"",
		  "linux.rootfsPropagation: must be shared, slave, private or unbindable" },
		{ ".hostname = \"\\u0000\"", "config.json: line " },
		{ ".linux.devices = [{path: \"/etc/passwd\", type: \"c\", major: 1, minor: 3}]",
		  "mknodat passwd 1:3: EEXIST" },
		{ ".process.scheduler = {policy: \"SCHED_ISO\"}",
		  "process.scheduler: sched_setattr: EINVAL" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_told(oci_script("config \"$2\"; args true; no oci run $id; [ -z \"$(ls "
				       "run)\" ]\n",
				       cases[i].change),
			    cases[i].message);
}

static void values_that_it_allows_are_taken(void **state)
{
	static const char *const changes[] = {
		".annotations = {\"org.example\": \"\"} | .windows = {} | .vm = {} | .unknown = 1",
		USERS_OF_ITS_OWN
		" | .mounts += [{destination: \"/x\", source: \"rootfs\", options: [\"bind\", "
		"\"idmap\"]}]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct result *result = oci_script(
			"mkdir rootfs/x; config \"$2\"; args true; oci run $id\n", changes[i]);

		if (strstr(result->err, "this file system has no idmapped mounts"))
			skip_because("the file system here has no idmapped mounts");
		assert_success(result);
	}
}

static void what_is_not_utf_8_is_refused(void **state)
{
	(void)state;
	assert_told(oci_script("printf '{\"ociVersion\": \"1.0.0\", \"hostname\": \"\\377\"}' "
			       ">config.json; no oci run $id\n"),
		    "unable to decode byte 0xff");
}

static void what_is_not_set_stays(void **state)
{
	(void)state;
	assert_prints(oci_script("config '.process.consoleSize = {height: \"no number\"}'\n"
				 "args cat /proc/self/oom_score_adj; sh -c 'echo 77 "
				 ">/proc/self/oom_score_adj; exec \"$@\"' sh $h/step-06-oci --root "
				 "$d/run run $id\n"
				 "config '.process.oomScoreAdj = 0'; sh -c 'echo 77 "
				 ">/proc/self/oom_score_adj; exec \"$@\"' sh $h/step-06-oci --root "
				 "$d/run run $id\n"),
		      "77\n0\n");
}

static void the_default_file_systems_and_devices_are_there(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sh -c 'for i in /proc /sys /dev/pts /dev/shm; do "
			   "awk -v p=$i \"\\$2 == p { print \\$3 }\" /proc/mounts; done\n"
			   "for i in null zero full random urandom tty; do "
			   "stat -c %t:%T /dev/$i; done\n"
			   "for i in ptmx fd stdin stdout stderr; do readlink /dev/$i; done'\n"
			   "oci run $id\n"),
		"proc\nsysfs\ndevpts\ntmpfs\n1:3\n1:5\n1:7\n1:8\n1:9\n5:0\n"
		"pts/ptmx\n/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\n");
}

/* NOTIFY needs a listener; bind, remount and idmap are not options of a new file system. */
static void all_that_features_tells_is_taken(void **state)
{
	const struct result *result = oci_script(
		"oci features >f; set -- umask alarm pause getpgrp vhangup acct sync setfsuid "
		"setfsgid\n"
		"config --slurpfile f f '$f[0] as $f | .process.capabilities.bounding = "
		"$f.linux.capabilities |\n"
		"  .linux.namespaces = ($f.linux.namespaces | map({type: .})) | "
		".linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |\n"
		"  .linux.gidMappings = .linux.uidMappings |\n"
		"  .hooks = ($f.hooks | map({key: ., value: [{path: \"/bin/true\"}]}) | "
		"from_entries) |\n"
		"  .mounts += [{destination: \"/tmp\", type: \"tmpfs\", source: \"t\", options: "
		"($f.mountOptions - [\"bind\", \"rbind\", \"remount\", \"idmap\", "
		"\"ridmap\"])}] |\n"
		"  .linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", syscalls:\n"
		"    ([($f.linux.seccomp.actions - [\"SCMP_ACT_NOTIFY\"]), $ARGS.positional] | "
		"transpose | map(select(.[0]) | {names: [.[1]], action: .[0]})\n"
		"    + [$f.linux.seccomp.operators[] | {names: [\"personality\"], action: "
		"\"SCMP_ACT_ALLOW\", args: [{index: 0, value: 1, valueTwo: 1, op: .}]}])}' "
		"--args \"$@\"\n"
		"args echo taken; oci run $id; config '.ociVersion = $f[0].ociVersionMin' "
		"--slurpfile f f\n"
		"oci run $id; config '.ociVersion = $f[0].ociVersionMax' --slurpfile f f\n"
		"oci run $id\n");

	(void)state;
	assert_prints(result, "taken\ntaken\ntaken\n");
	assert_string_equal(result->err, "");
}

/*
 * On v1 the kernel refuses the limit. On v2 it would kill processes, so the runtime checks first.
 */
static void a_limit_below_what_is_used_is_refused(void **state)
{
	(void)state;
	need_controller("memory");
	assert_prints(
		oci_script("args sleep 1000; oci run -d $id\n"
			   "echo '{\"memory\": {\"limit\": 4096, \"checkBeforeUpdate\": true}}' |\n"
			   "  no oci update --resources - $id; status $id\n"),
		"running\n");
}

static void a_user_namespace_has_sysctls_of_its_own(void **state)
{
	(void)state;
	assert_prints(
		oci_script("config '" USERS_OF_ITS_OWN
			   " | .linux.sysctl = {\"user.max_mnt_namespaces\": "
			   "\"5\"}'\n"
			   "args cat /proc/sys/user/max_mnt_namespaces; before=$(cat "
			   "/proc/sys/user/max_mnt_namespaces)\n"
			   "oci run $id; [ $(cat /proc/sys/user/max_mnt_namespaces) = $before ]\n"),
		"5\n");
}

static void what_cannot_be_granted_is_a_warning(void **state)
{
	const struct result *result =
		oci_script("config '.process.capabilities |= map_values(. + [\"CAP_SYS_TIME\"])'\n"
			   "args grep CapBnd /proc/self/status; lower() { setpriv --bounding-set "
			   "-sys_time \\\n"
			   "  $h/step-06-oci --root $d/run \"$@\"; }\n"
			   "lower run $id; args sleep 100; lower run -d $id 2>/dev/null\n"
			   "lower exec $id grep CapBnd /proc/self/status\n");

	(void)state;
	assert_prints(result, "CapBnd:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\n");
	assert_string_equal(result->err,
			    "step-06-oci: warning: process.capabilities: CAP_SYS_TIME: not held by "
			    "the runtime, so left out\n"
			    "step-06-oci: warning: process.capabilities: CAP_SYS_TIME: not held by "
			    "the runtime, so left out\n");
}

/* A process has all capabilities in a new user namespace, whatever the runtime holds. */
static void what_linux_has_not_any_more_is_a_warning(void **state)
{
	const struct result *result = oci_script(
		"config '.linux.resources.memory = {useHierarchy: false, kernel: 100000000}'\n"
		"args true; oci run $id\n");

	(void)state;
	assert_success(result);
	assert_string_equal(
		result->err,
		"step-06-oci: warning: memory.useHierarchy: ignored, for since Linux 5.11 it is "
		"always true\n"
		"step-06-oci: warning: memory.kernel: ignored, for Linux counts it as memory, and "
		"has no limit for it\n");
}

static void a_user_namespace_has_all_capabilities(void **state)
{
	const struct result *result = oci_script(
		"config '" USERS_OF_ITS_OWN " | .process.capabilities |= map_values(. + "
		"[\"CAP_SYS_TIME\"])'\n"
		"args grep CapEff /proc/self/status; setpriv --bounding-set -sys_time \\\n"
		"  $h/step-06-oci --root $d/run run $id\n");

	(void)state;
	assert_prints(result, "CapEff:\t00000000aa0425fb\n");
	assert_string_equal(result->err, "");
}

static void without_a_process_it_is_created_and_not_started(void **state)
{
	(void)state;
	assert_prints(
		oci_script("config 'del(.process)'; oci create $id; status $id\n"
			   "no oci start $id 2>&1; status $id; no oci run x 2>&1\n"
			   "echo '{\"cwd\": \"/\", \"args\": [\"/bin/hostname\"]}' >process\n"
			   "oci exec --process process $id; oci delete --force $id; ls run\n"),
		"created\nstep-06-oci: cannot start: the configuration has no process\n"
		"created\nstep-06-oci: process: must be there, with the command to execute\n"
		"testing\n");
}

/* Programs of another byte order cannot run here, so there is nothing to filter. */
static void architectures_of_another_byte_order_are_taken(void **state)
{
	(void)state;
	assert_prints(oci_script("args sh -c 'probe syscall 95 0 || true'\n" /* umask */
				 "for i in $(oci features | jq -r '.linux.seccomp.archs[]'); do\n"
				 "  config --arg a $i '.linux.seccomp = {defaultAction: "
				 "\"SCMP_ACT_ALLOW\", architectures: [$a], syscalls: [{names: "
				 "[\"umask\"], action: \"SCMP_ACT_ERRNO\"}]}'\n"
				 "  oci run $id; done | sort -u\n"),
		      "EPERM\n");
}

static void operations_need_what_they_are_about(void **state)
{
	(void)state;
	assert_prints(
		oci_script("for i in state create start kill delete; do no oci $i 2>&1; done\n"
			   "for i in state start kill delete; do no oci $i none 2>&1; done\n"
			   "no oci create --bundle / none 2>&1\n"),
		"step-06-oci: state: takes ID\nstep-06-oci: create: takes ID\n"
		"step-06-oci: start: takes ID\nstep-06-oci: kill: takes ID [SIGNAL]\n"
		"step-06-oci: delete: takes ID\n"
		"step-06-oci: container \"none\" does not exist\n"
		"step-06-oci: container \"none\" does not exist\n"
		"step-06-oci: container \"none\" does not exist\n"
		"step-06-oci: container \"none\" does not exist\n"
		"step-06-oci: open //config.json: ENOENT No such file or directory\n");
}

static void what_is_started_is_not_started_again(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 100; oci create $id; no oci create $id 2>/dev/null\n"
			   "oci start $id; pid=$(oci state $id | jq .pid)\n"
			   "no oci start $id 2>&1 | sed \"s/$id/ID/\"; no oci delete $id 2>&1 | "
			   "sed \"s/$id/ID/\"\n"
			   "status $id; [ $(oci state $id | jq .pid) = $pid ]; oci kill $id KILL\n"
			   "wait_for is $id stopped; for i in start kill; do no oci $i $id 2>&1 | "
			   "sed \"s/$id/ID/\"; done\n"
			   "status $id; oci delete $id; oci create $id; status $id\n"),
		"step-06-oci: cannot start: container ID is running\n"
		"step-06-oci: cannot delete: container ID is running\nrunning\n"
		"step-06-oci: cannot start: container not running (ID is stopped)\n"
		"step-06-oci: cannot kill: container not running (ID is stopped)\n"
		"stopped\ncreated\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_version_is_a_semantic_version),
		host_test(values_that_the_specification_excludes_are_refused),
		host_test(values_that_it_allows_are_taken),
		host_test(what_is_not_utf_8_is_refused),
		host_test(what_is_not_set_stays),
		host_test(the_default_file_systems_and_devices_are_there),
		host_test(all_that_features_tells_is_taken),
		host_test(a_limit_below_what_is_used_is_refused),
		host_test(a_user_namespace_has_sysctls_of_its_own),
		host_test(what_cannot_be_granted_is_a_warning),
		host_test(what_linux_has_not_any_more_is_a_warning),
		host_test(a_user_namespace_has_all_capabilities),
		host_test(without_a_process_it_is_created_and_not_started),
		host_test(architectures_of_another_byte_order_are_taken),
		host_test(operations_need_what_they_are_about),
		host_test(what_is_started_is_not_started_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
