/* step-06-oci: the root file system, until it is entered, and how. */
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
				 "  rm -rf rootfs/$place; ln -s /tmp rootfs/$place\n"
				 "  no oci run $id 2>&1 | grep -o 'filesystem.*directory'\n"
				 "  rm rootfs/$place; mkdir rootfs/$place; done; oci run $id\n"),
		      "filesystem \"proc\" must be mounted on ordinary directory\n"
		      "filesystem \"sysfs\" must be mounted on ordinary directory\n");
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

/* In a user namespace of its own, a process may mount what is not hidden from it already. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(hooks_find_it_by_its_path),
		host_test(proc_is_not_mounted_where_a_link_leads),
		host_test(a_tmpfs_is_read_only_when_all_in_it_is_made),
		host_test(without_pivot_root_the_hosts_proc_is_out_of_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
