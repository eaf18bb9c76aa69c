/* config.json's process, namespaces and sysctl, as a container has them. */
#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "test_06_oci.h"

static void the_process_is_as_asked_for(void **state)
{
	(void)state;
	assert_prints(
		oci_script("config '.process.user = {uid: 1000, gid: 7, additionalGids: [5, 9], "
			   "umask: "
			   "63} | .process.env += [\"A=b c\"] | .process.oomScoreAdj = 321 | "
			   ".process.rlimits = [{type: \"RLIMIT_NOFILE\", soft: 99, hard: 100}] | "
			   ".process.noNewPrivileges = true'\n"
			   "inside 'id -u; id -g; id -G; umask; echo $A; cat "
			   "/proc/self/oom_score_adj; "
			   "ulimit -Sn; ulimit -Hn; grep NoNew /proc/self/status'\n"),
		"1000\n7\n7 5 9\n0077\nb c\n321\n99\n100\nNoNewPrivs:\t1\n");
}

static void the_directory_to_start_in_is_made_below_the_root(void **state)
{
	(void)state;
	assert_prints(oci_script("config '.process.cwd = \"/a/../../b/c\"'; config "
				 ".root.readonly=false; ln -s / rootfs/b\n"
				 "inside pwd; ls -d rootfs/c; ls -d /c 2>&- || echo none\n"),
		      "/c\nrootfs/c\nnone\n");
}

static void scheduling_is_as_asked_for(void **state)
{
	(void)state;
	assert_prints(
		oci_script("config '.process.scheduler = {policy: \"SCHED_BATCH\", nice: "
			   "7, flags: [\"SCHED_FLAG_RESET_ON_FORK\"]} | .process.ioPriority = "
			   "{class: \"IOPRIO_CLASS_IDLE\"}'\n"
			   "args awk '{ print $19, $41 }' /proc/self/stat; oci run $id\n"
			   "inside 'ionice -p $$'\n"),
		"7 3\nidle\n");
}

static void a_joining_process_has_cpus_of_its_own(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; oci run --detach $id\n"
			   "jq '.process | .args = [\"grep\", \"Cpus_allowed_list\", "
			   "\"/proc/self/status\"] | .execCPUAffinity = {initial: \"0\", final: "
			   "\"0\"} "
			   "| .oomScoreAdj = 77' config.json >p.json\n"
			   "oci exec --process p.json $id\n"
			   "jq '.args = [\"cat\", \"/proc/self/oom_score_adj\"]' p.json >q.json\n"
			   "oci exec --process q.json $id\n"),
		"Cpus_allowed_list:\t0\n77\n");
}

static void settings_of_namespaces(void **state)
{
	(void)state;
	assert_prints(
		oci_script("config '.linux.sysctl = {\"net.ipv4.ip_forward\": \"1\", "
			   "\"net/ipv4/ping_group_range\": \"3 4\", \"kernel.shmmax\": \"12345\", "
			   "\"fs.mqueue.msg_max\": \"11\", \"kernel.domainname\": \"d.x\"}'\n"
			   "inside 'cd /proc/sys; cat net/ipv4/ip_forward "
			   "net/ipv4/ping_group_range kernel/shmmax fs/mqueue/msg_max "
			   "kernel/domainname'\n"),
		"1\n3\t4\n12345\n11\nd.x\n");
}

static void settings_of_the_machine_are_refused(void **state)
{
	const struct result *result = oci_script(
		"config '.linux.sysctl = {\"kernel.core_pattern\": \"|/x\", \"vm.swappiness\": "
		"\"1\", "
		"\"net/../kernel/core_pattern\": \"x\", \"net.ipv4.ip_forward\": \"1\"} | "
		".linux.namespaces |= map(select(.type != \"network\"))'; no oci run $id\n");

	(void)state;
	assert_contains(result->err,
			"linux.sysctl.kernel.core_pattern: is not in a namespace, but "
			"the whole machine's");
	assert_contains(result->err, "linux.sysctl.vm.swappiness: is not in a namespace");
	assert_contains(result->err,
			"linux.sysctl.net/../kernel/core_pattern: is not in a namespace");
	assert_contains(result->err, "linux.sysctl.net.ipv4.ip_forward: needs a namespace");
}

static void clocks_and_the_kind_of_machine(void **state)
{
	(void)state;
	assert_prints(
		oci_script("config '.linux.namespaces += [{type: \"time\"}] | .linux.timeOffsets = "
			   "{boottime: {secs: 1000000000}, monotonic: {secs: -1, nanosecs: 5}} | "
			   ".linux.personality = {domain: \"LINUX32\"}'\n"
			   "inside 'cut -c 1-2 /proc/uptime; uname -m | grep -c 86_64; tr -s \" \" "
			   "</proc/self/timens_offsets'\n"),
		"10\n0\nmonotonic -1 5\nboottime 1000000000 0\n");
}

static void namespaces_of_another_are_joined(void **state)
{
	(void)state;
	/*
	 * All namespaces of a container except mount and cgroup are joined; then its user namespace
	 * as well.
	 */
	assert_prints(
		oci_script(
			"config '.linux.namespaces += [{type: \"time\"}]'; cp config.json plain\n"
			"args sleep 1000; oci run --detach $id; p=$(oci state $id | jq .pid)\n"
			"config --arg p /proc/$p/ns/ '.linux.namespaces |= map(if (.type | "
			"IN(\"mount\", \"cgroup\")) then . else .path = $p + ({network: "
			"\"net\"}[.type] "
			"// .type) end) | del(.hostname)'\n"
			"args sh -c 'for i in /proc/self/ns/*; do readlink $i; done'; oci run "
			"$id-2 >theirs\n"
			"readlink /proc/$p/ns/* >ours\n"
			"for i in cgroup ipc mnt net pid time uts; do "
			"[ $(grep ^$i: ours | head -1) = $(grep ^$i: theirs | head -1) ] && echo "
			"$i; done || true\n"),
		"ipc\nnet\npid\ntime\nuts\n");
}

static void users_of_its_own(void **state)
{
	(void)state;
	assert_prints(
		oci_script("config '" USERS_OF_ITS_OWN "'\n"
			   "mkdir v rootfs/v; chown 100007:100008 v\n"
			   "config --arg d $d/v '.mounts += [{destination: \"/v\", type: \"bind\", "
			   "source: $d, options: [\"rbind\"]}]'\n"
			   "inside 'id -u; tr -s \" \" </proc/self/uid_map; stat -c \"%u %g\" /v; "
			   "head -c "
			   "3 /dev/zero | od -An -tx1; echo x >/dev/null && echo null'\n"),
		"0\n 0 100000 65536\n7 8\n 00 00 00\nnull\n");
}

/*
 * In a user namespace the runtime could not make the nodes; the host need not have such a device.
 */
static void devices_are_made_for_users_of_its_own(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"config '" USERS_OF_ITS_OWN "'\n"
			"chmod 755 $d; config '.linux.devices = [{path: \"/dev/a/b\", type: \"c\", "
			"major: 1, minor: 5, uid: 10, gid: 11, fileMode: 416},\n"
			"  {path: \"/dev/ram//\", type: \"b\", major: 1, minor: 5}]'\n"
			"inside 'stat -c \"%F %t:%T %u:%g %a\" /dev/a/b /dev/ram /dev/null; head "
			"-c 2 "
			"/dev/a/b | od -An -tx1; mknod /dev/c c 1 5 || true' 2>&1\n"),
		"character special file 1:5 10:11 640\nblock special file 1:5 0:0 666\n"
		"character special file 1:3 0:0 666\n 00 00\n"
		"mknod: /dev/c: Operation not permitted\n");
}

static void users_of_another_are_joined(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"config '" USERS_OF_ITS_OWN "'\n"
			"args sleep 1000; oci run --detach $id; p=$(oci state $id | jq .pid)\n"
			"config --arg p /proc/$p/ns/ '.linux.namespaces |= map(if (.type | "
			"IN(\"user\", \"network\")) then .path = $p + ({network: \"net\"}[.type] "
			"// "
			".type) else . end) | del(.linux.uidMappings, .linux.gidMappings)'\n"
			"args sh -c 'id -u; tr -s \" \" </proc/self/uid_map; echo $$; ls /dev/pts; "
			"readlink /proc/self/ns/user; readlink /proc/self/ns/net'; oci run $id-2 "
			">theirs\n"
			"head -4 theirs; tail -2 theirs >last; readlink /proc/$p/ns/user "
			"/proc/$p/ns/net | cmp - last\n"),
		"0\n 0 100000 65536\n1\nptmx\n");
}

static void what_is_no_such_namespace_is_told(void **state)
{
	(void)state;
	assert_told(oci_script("config '.linux.namespaces |= map(if .type == \"network\" then "
			       ".path = \"/proc/self/ns/uts\" else . end)'; no oci run $id\n"),
		    "linux.namespaces: /proc/self/ns/uts is no network namespace");
	assert_told(oci_script("config '.linux.namespaces |= map(if .type == \"network\" then "
			       ".path = \"/nonexistent\" else . end)'; no oci run $id\n"),
		    "open /nonexistent: ENOENT");
}

/* Runs in a process of its own, whose session keyring has a key. */
static int look_for_the_key(void)
{
	const char *key = random_name();
	const struct result *result;
	long number;

	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return 77;
	number = syscall(SYS_add_key, "user", key, "x", 1, KEY_SPEC_SESSION_KEYRING);
	/* With these permissions only a process with the key in one of its keyrings can see it. */
	if (number < 0 || syscall(SYS_keyctl, KEYCTL_SETPERM, number, 0x3f000000) < 0)
		return 77;
	result = oci_script("config 'del(.linux.maskedPaths)'\n"
			    "args sh -c \"grep -c $2 /proc/keys || true\"; oci run $id\n"
			    "oci run --no-new-keyring $id\n",
			    key);
	printf("%s%s", result->out, result->err);
	return strcmp(result->out, "0\n1\n") != 0;
}

static void the_keyring_is_its_own(void **state)
{
	int status = run_function(look_for_the_key);

	(void)state;
	if (status == 77)
		skip_because("this kernel keeps no keys");
	assert_int_equal(status, 0);
}

#ifdef __SANITIZE_ADDRESS__
#define LITTLE_MEMORY "" /* the sanitizer maps terabytes */
#else
#define LITTLE_MEMORY "ulimit -v 1000000; "
#endif

/* Sparse files, a device without an end, and text after a NUL. */
static void huge_files_are_refused(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; oci run -d $id; cp config.json right\n"
			   "small() { (" LITTLE_MEMORY "no \"$@\" 2>&1 | sed \"s|$d/||; s/byte "
			   "[0-9]*/byte N/; s/.*oci: "
			   "//\"); "
			   "}\n"
			   "truncate -s 3G config.json; small oci run $id-2\n"
			   "ln -sf /dev/zero config.json; small oci run $id-2; rm config.json\n"
			   "{ cat right; printf '\\0more'; } >config.json; small oci run $id-2\n"
			   "truncate -s 3G huge; small oci exec --process huge $id\n"
			   "small oci update --resources huge $id\n"
			   "small oci update --resources - $id </dev/zero\n"
			   "small oci run --config <huge /dev/stdin $id-2\n"),
		"config.json: has more than 33554432 bytes\n"
		"config.json: has more than 33554432 bytes\n"
		"config.json: byte N is NUL, which JSON does not have\n"
		"huge: has more than 33554432 bytes\n"
		"huge: has more than 33554432 bytes\n"
		"standard input: has more than 33554432 bytes\n"
		"/dev/stdin: has more than 33554432 bytes\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_process_is_as_asked_for),
		host_test(the_directory_to_start_in_is_made_below_the_root),
		host_test(scheduling_is_as_asked_for),
		host_test(a_joining_process_has_cpus_of_its_own),
		host_test(settings_of_namespaces),
		host_test(settings_of_the_machine_are_refused),
		host_test(clocks_and_the_kind_of_machine),
		host_test(namespaces_of_another_are_joined),
		host_test(users_of_its_own),
		host_test(devices_are_made_for_users_of_its_own),
		host_test(users_of_another_are_joined),
		host_test(what_is_no_such_namespace_is_told),
		host_test(the_keyring_is_its_own),
		host_test(huge_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
