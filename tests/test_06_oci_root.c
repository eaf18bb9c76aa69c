/* step-06-oci: the container's root file system, and how it is entered. */
#include "test_06_oci.h"

static void hooks_find_it_by_its_path(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"echo from the host >file; echo -n >rootfs/place; args cat /place /made\n"
			"cat >from-outside <<'END'\n"
			"pid=$(jq .pid) && nsenter --mount --target $pid mount --bind $1/file "
			"$1/rootfs/place\n"
			"END\n"
			"config --arg d $d '.hooks.createRuntime = [{path: \"/bin/sh\",\n"
			"  args: [\"sh\", $d + \"/from-outside\", $d], env: "
			"[\"PATH=/usr/bin:/bin\"]}] |\n"
			"  .hooks.createContainer = [{path: \"/bin/sh\",\n"
			"  args: [\"sh\", \"-c\", \"echo by a hook >made\"]}]'\n"
			"oci run $id; cat rootfs/place rootfs/made\n"),
		"from the host\nby a hook\nby a hook\n");
}

static void proc_is_not_mounted_where_a_link_leads(void **state)
{
	(void)state;
	assert_prints(oci_script("args true; for place in proc sys; do\n"
				 "  rm -rf rootfs/$place; ln -s $d rootfs/$place\n"
				 "  no oci run $id 2>&1 | grep -o 'filesystem.*directory'\n"
				 "  rm rootfs/$place; mkdir rootfs/$place; done; oci run $id\n"),
		      "filesystem \"proc\" must be mounted on ordinary directory\n"
		      "filesystem \"sysfs\" must be mounted on ordinary directory\n");
}

/*
 * Links of the image lead to a directory that is on the host, and in the container by the same
 * name. /dev and all in it belong to the container, never to the host.
 */
#define OUTSIDE                                                                                    \
	"mkdir -m 711 out; touch out/null out/kept; mkdir out/pts; ls -lR --full-time out "        \
	">before\n"                                                                                \
	"unchanged() { ls -lR --full-time out | cmp - before && ! grep -q \" $d/out\" "            \
	"/proc/self/mounts; }\n"                                                                   \
	"up=../../../../../../../../../..\n"                                                       \
	"user() { config '.linux.namespaces |= map(select(.type != \"user\")) + [{type: "          \
	"\"user\"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}] |\n"         \
	"  .linux.gidMappings = .linux.uidMappings'; }\n"                                          \
	"link() { rm -rf rootfs$1 rootfs$d; mkdir -p rootfs${1%/*}; ln -s $2 rootfs$1; }\n"

static void a_dev_that_leads_outside_fills_nothing_there(void **state)
{
	(void)state;
	/*
	 * There are three cases: a tmpfs on /dev; no tmpfs, and nodes that are made; no tmpfs, and
	 * bind mounts.
	 */
	assert_prints(
		oci_script(OUTSIDE
			   "args sh -c 'cd /dev && ls -d null fd pts && echo x >null'\n"
			   "for kind in tmpfs none user; do for to in $d/out $up$d/out; do\n"
			   "[ $kind = tmpfs ] || config 'del(.mounts[] | select(.destination == "
			   "\"/dev\"))'\n"
			   "[ $kind != user ] || user\n"
			   "link /dev $to; oci run $id | tr '\\n' ' '; unchanged && echo $kind\n"
			   "done; done\n"),
		"fd null pts tmpfs\nfd null pts tmpfs\nfd null pts none\nfd null pts none\n"
		"fd null pts user\nfd null pts user\n");
}

static void a_link_in_dev_that_leads_outside_fills_nothing_there(void **state)
{
	(void)state;
	assert_prints(
		oci_script(OUTSIDE
			   "config 'del(.mounts[] | select(.destination == \"/dev\")) |\n"
			   "  .process.terminal = true'\n"
			   "args true; cp config.json plain; for kind in root user; do\n"
			   "[ $kind = root ] || user; rm -rf rootfs/dev\n"
			   "for name in pts fd shm mqueue console stdin ptmx null; do\n"
			   "for to in $d/out $up$d/out $d/out/kept $d/out/new; do\n"
			   "link /dev/$name $to; script -qefc \"$h/step-06-oci --root $d/run run "
			   "$id\" /dev/null </dev/null >said 2>&1 || true\n"
			   "unchanged || echo $name $to; done; rm rootfs/dev/$name; done; done\n"
			   "tr -d '\\r' <said | grep -o '.dev.null in.*'\n"),
		"/dev/null in the container is not the null device\n");
}

static void a_tmpfs_is_read_only_when_all_in_it_is_made(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"config '.process.terminal = true | .mounts |= map(if .destination == "
			"\"/dev\" then .options += [\"ro\"] else . end) |\n"
			"  .mounts += [{destination: \"/dev/later\", type: \"tmpfs\", options: "
			"[\"ro\"]},\n"
			"  {destination: \"/dev/later/x\", type: \"tmpfs\"}]'\n"
			"cat >rootfs/show <<'END'\n"
			"awk '$2 ~ /dev(.later.*)?$/ { print $2, substr($4, 1, 2) }' /proc/mounts\n"
			"test -t 0 && ls -1 /dev/console /dev/null; touch /dev/x\n"
			"END\n"
			"args sh -c 'sh /show >/out 2>&1'\n"
			"script -qefc \"$h/step-06-oci --root $d/run run $id\" /dev/null "
			"</dev/null >/dev/null || cat rootfs/out\n"),
		"/dev ro\n/dev/later ro\n/dev/later/x rw\n/dev/console\n/dev/null\n"
		"touch: /dev/x: Read-only file system\n");
}

static void the_root_is_a_path_too(void **state)
{
	(void)state;
	/*
	 * The root is read-only by its own name, and by a name that leads to it; hooks can write to
	 * it.
	 */
	assert_prints(oci_script("ln -s / rootfs/top; for path in / /top /proc/..; do\n"
				 "config --arg path $path '.linux.readonlyPaths = [$path] |\n"
				 "  .hooks.createContainer = [{path: \"/bin/sh\", args:\n"
				 "  [\"sh\", \"-c\", \"touch made\"]}]'\n"
				 "args sh -c 'touch /x; touch /dev/shm/x && echo ok'\n"
				 "oci run $id 2>&1; rm rootfs/made; done\n"),
		      "touch: /x: Read-only file system\nok\n"
		      "touch: /x: Read-only file system\nok\n"
		      "touch: /x: Read-only file system\nok\n");
	assert_prints(oci_script("ln -s . rootfs/top; args true; for path in / /top /dev/../; do\n"
				 "config --arg path $path '.linux.maskedPaths = [$path]'\n"
				 "no oci run $id 2>&1 | grep -o 'masked path.*'; done\n"),
		      "masked path /: is the root, which cannot be masked\n"
		      "masked path /top: is the root, which cannot be masked\n"
		      "masked path /dev/../: is the root, which cannot be masked\n");
}

/* In a new user namespace a process may mount only what is already visible to it. */
static void without_pivot_root_the_hosts_proc_is_out_of_reach(void **state)
{
	(void)state;
	assert_prints(
		oci_script("try() { args unshare \"$@\"; oci run --no-pivot $id 2>&1 || echo "
			   "failed; }\n"
			   "try -r id -u\n"
			   "try -mrpf sh -c 'mount -t proc proc /mnt && cat /mnt/interrupts'\n"
			   "try -mrn sh -c 'mount -t sysfs sysfs /mnt && ls /mnt'\n"),
		"0\nmount: permission denied (are you root?)\nfailed\n"
		"mount: permission denied (are you root?)\nfailed\n");
}

/* A mount in the host's /proc is unmounted with it. */
static void without_pivot_root_the_hosts_proc_may_have_mounts(void **state)
{
	(void)state;
	assert_prints(
		oci_script("beside() { unshare --mount --propagation private sh -c 'mount --bind "
			   "/proc/sys /proc/sys; mount -t tmpfs none /proc/irq; exec \"$@\"' sh "
			   "\"$@\"; }\n"
			   "args echo ok; beside $h/step-06-oci --root $d/run run --no-pivot $id\n"
			   "beside $h/step-06 run --network none --chroot /bin/echo ok\n"),
		"ok\nok\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(hooks_find_it_by_its_path),
		host_test(proc_is_not_mounted_where_a_link_leads),
		host_test(a_dev_that_leads_outside_fills_nothing_there),
		host_test(a_link_in_dev_that_leads_outside_fills_nothing_there),
		host_test(a_tmpfs_is_read_only_when_all_in_it_is_made),
		host_test(the_root_is_a_path_too),
		host_test(without_pivot_root_the_hosts_proc_is_out_of_reach),
		host_test(without_pivot_root_the_hosts_proc_may_have_mounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
