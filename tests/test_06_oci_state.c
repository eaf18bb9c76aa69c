/* step-06-oci: states that are damaged or secret, cgroups that cannot be seen, and the pid-file. */
#include "test_06_oci.h"

static void the_state_is_for_its_owner_alone(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; oci run -d $id; cd run\n"
				 "find . -mindepth 1 -printf '%m %y\\n' | sort -u\n"),
		      "600 f\n700 d\n");
}

static void one_that_is_damaged_hides_no_other(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"args sh -c 'sleep 2000 & sleep 1000'; oci run -d $id; oci run -d $id-2\n"
			"echo damaged >run/$id/state.json\n"
			"oci list -q 2>err | grep -c $id-2; grep -c \"state.json of $id:\" err\n"
			"no oci delete $id 2>err; pid=$(pgrep -f 'sleep 2000' -c)\n"
			"oci delete --force $id 2>/dev/null; ls run | grep -c .\n"
			"[ $(pgrep -f 'sleep 2000' -c) -lt $pid ]\n"
			"find /sys/fs/cgroup -name $id; oci delete --force $id-2\n"),
		"1\n1\n1\n");
}

/* The bundle's path has characters that a terminal would obey: ESC, C1's CSI, a newline. */
static void no_table_has_control_characters(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"odd=$(printf 'a\\033[31mb\\302\\233c\\nd'); mkdir \"$odd\"\n"
			"cp config.json \"$odd\"; cp -ax rootfs \"$odd\"; cd \"$odd\"\n"
			"jq '.process.args = [\"sleep\", \"1000\"]' $d/config.json >config.json\n"
			"oci run -d $id; cd $d; oci list >table; wc -l <table\n"
			"grep -o 'a?.*d' table; LC_ALL=C grep -c \"$(printf '[\\033\\233]')\" "
			"table || true\n"
			"mkdir bin; printf '#!/bin/sh\\nprintf \"PID CMD\\\\n%%s "
			"\\\\033[31mb\\\\n\" "
			"$(cat $d/pid)' >bin/ps; chmod 755 bin/ps\n"
			"oci state $id | jq .pid >pid; export d; PATH=$d/bin:$PATH oci ps $id |\n"
			"grep -o '.\\[31mb'\n"),
		"2\na?[31mb??c d\n0\n?[31mb\n");
}

static void a_call_that_fails_is_named(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"args sleep 1000; oci run -d $id\n"
			"try() { calls=$1; shift; strace -o /dev/null -e trace=${calls%%:*} \\\n"
			" -e inject=$calls $h/step-06-oci --root run \"$@\" 2>&1 || true; }\n"
			"try pidfd_open:error=ENOMEM kill $id 0 | grep -o 'pidfd_open\\|ENOMEM'\n"
			"mv run/$id/state.json run/$id/kept; mkdir run/$id/state.json\n"
			"no oci state $id 2>&1 | grep -o 'read state.json\\|EISDIR'\n"
			"rmdir run/$id/state.json; mv run/$id/kept run/$id/state.json\n"),
		"pidfd_open\nENOMEM\nread state.json\nEISDIR\n");
}

/*
 * A container whose process or state cannot be read for the moment has not ended and is not
 * damaged: nothing of it is removed.
 */
static void what_is_not_known_is_not_taken_for_an_end(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"args sleep 1000; oci run -d --pid-file pid $id; pid=$(cat pid)\n"
			"try() { path=$1 error=$2; shift 2; no strace -o calls -P $path \\\n"
			"  -e inject=openat,read:error=$error $h/step-06-oci --root run \"$@\" "
			">out 2>&1\n"
			"  grep -q INJECTED calls; grep -q $error out || cat out; kill -0 $pid; is "
			"$id "
			"running; }\n"
			"for path in /proc/$pid/stat /proc/sys/kernel/random/boot_id state.json; "
			"do\n"
			"  for error in EMFILE ENOMEM; do\n"
			"    try $path $error state $id; try $path $error delete $id\n"
			"    try $path $error delete --force $id; try $path $error kill $id KILL\n"
			"    try $path $error exec $id true; done; done; echo alive\n"
			"for error in EMFILE ENOMEM; do\n"
			"  no strace -o calls -P $d/run -e inject=openat:error=$error \\\n"
			"    $h/step-06-oci --root $d/run delete --force $id 2>&1 | grep -o "
			"$error\n"
			"  no strace -o calls -P state.json -e inject=/faccessat:error=$error \\\n"
			"    $h/step-06-oci --root run create $id 2>&1 | grep -o $error; is $id "
			"running; done\n"
			"strace -o calls -P /proc/$pid/stat -e inject=openat:error=ENOENT \\\n"
			"  $h/step-06-oci --root run state $id | jq -r .status\n"),
		"alive\nEMFILE\nEMFILE\nENOMEM\nENOMEM\nstopped\n");
}

/* The caller's session has other cgroups mounted, or none. */
static void what_cannot_see_the_cgroup_does_not_succeed(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sh -c 'sleep 1000 & sleep 1000'; oci run -d $id\n"
			   "apart() { unshare --mount sh -c 'mount -t tmpfs none /sys/fs/cgroup; "
			   "exec \"$@\"' \\\n"
			   "  sh $h/step-06-oci --root $d/run \"$@\" 2>err || grep -o 'cannot be "
			   "seen' err; }\n"
			   "wait_for sh -c \"[ \\$($h/step-06-oci --root $d/run ps -f json $id | "
			   "jq length) = 2 ]\"\n"
			   "apart ps --format json $id | jq length\n"
			   "apart exec $id echo outside; apart pause $id; apart update "
			   "--pids-limit 9 $id\n"
			   "apart kill --all $id KILL; wait_for is $id stopped; oci delete $id\n"
			   "oci run -d $id; apart delete --force $id; oci delete --force $id\n"
			   "find /sys/fs/cgroup -name $id; ls run\n"),
		"2\ncannot be seen\ncannot be seen\ncannot be seen\ncannot be seen\n");
}

/*
 * A container has ended, and another owner has made a cgroup with its path: nothing in that cgroup
 * is killed or removed. The same holds in a session where the path leads to another cgroup.
 */
static void a_strangers_cgroup_with_its_path_is_left_alone(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"config '.linux.namespaces |= map(select(.type != \"pid\"))'\n"
			"args true; ended() { oci run -d $id; wait_for is $id stopped; }\n"
			"settle() { sleep 1000 & stranger=$!; for place; do mkdir -p $place\n"
			"  echo $stranger 2>/dev/null >$place/cgroup.procs || true; done; }\n"
			"gone() { rmdir \"$@\" 2>/dev/null || true; for place; do [ ! -d $place ] "
			"|| return 1; done; }\n"
			"there() { kill -0 $stranger; for place; do [ -d $place ]; done; }\n"
			"places() { find /sys/fs/cgroup -name $id -type d; }\n"
			"ended; all=$(places); rmdir $all; settle $all\n"
			"no oci kill --all $id KILL 2>&1 | grep -o 'ESTALE\\|another one'\n"
			"no oci kill $id KILL 2>&1 | grep -o ESTALE\n"
			"no oci ps $id 2>&1 | grep -o ESTALE; there $all\n"
			"oci delete $id 2>&1 | grep -o 'is left'; there $all; ls run\n"
			"kill $stranger; wait $stranger || true; wait_for gone $all\n"
			"ended; rmdir $all; settle $all; oci delete --force $id 2>&1 | grep -o 'is "
			"left'\n"
			"there $all; kill $stranger; wait $stranger || true; wait_for gone $all\n"
			"ended; view=$(for place in $all; do echo ${place%/*}/view/$id; done); "
			"settle "
			"$view\n"
			"export tops=$(for place in $all; do echo ${place%/*}; done)\n"
			"unshare --mount sh -c 'for top in $tops; do mount --bind $top/view $top; "
			"done\n"
			"  exec \"$@\"' sh $h/step-06-oci --root $d/run delete --force $id 2>&1 |\n"
			"  grep -o 'is left'\n"
			"there $view; kill $stranger; wait $stranger || true\n"
			"wait_for gone $all $view; rmdir $(for place in $view; do echo "
			"${place%/*}; done)\n"
			"places\n"),
		"another one\nESTALE\nESTALE\nESTALE\nis left\nis left\nis left\n");
}

static void without_a_pid_namespace_kill_ends_all(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"config '.linux.namespaces |= map(select(.type != \"pid\"))'\n"
			"args sh -c 'sleep 1000 & sleep 1000'; oci run -d $id\n"
			"has() { [ $(oci ps --format json $id | jq length) = $1 ]; }\n"
			"wait_for has 2; oci kill $id KILL; wait_for has 0; status $id\n"
			"no oci kill $id KILL 2>&1 | grep -o 'not running'; oci delete $id\n"
			"args sh -c 'sleep 1000 & true'; oci run -d $id; wait_for is $id stopped\n"
			"wait_for has 1; no oci kill $id TERM 2>/dev/null; oci kill $id KILL\n"
			"wait_for has 0\n"),
		"stopped\nnot running\n");
}

static void only_what_was_written_is_removed(void **state)
{
	(void)state;
	assert_prints(
		oci_script("echo mine >pid; echo others >target; ln -s target pid.new\n"
			   "args nope; no oci create --pid-file pid $id 2>/dev/null; cat pid\n"
			   "no oci run --pid-file pid $id 2>/dev/null; cat pid\n"
			   "args sleep 1000; oci run -d --pid-file pid $id; cat target\n"
			   "[ $(cat pid) = $(oci state $id | jq .pid) ]; stat -c %a pid\n"
			   "no oci create --pid-file pid $id 2>/dev/null; grep -c . pid\n"
			   "ln -sfn target pid; oci exec -d --pid-file pid $id true; cat target\n"
			   "ls | grep -c pid\n"),
		"mine\nmine\nothers\n644\n1\nothers\n2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_state_is_for_its_owner_alone),
		host_test(one_that_is_damaged_hides_no_other),
		host_test(no_table_has_control_characters),
		host_test(a_call_that_fails_is_named),
		host_test(what_is_not_known_is_not_taken_for_an_end),
		host_test(what_cannot_see_the_cgroup_does_not_succeed),
		host_test(a_strangers_cgroup_with_its_path_is_left_alone),
		host_test(without_a_pid_namespace_kill_ends_all),
		host_test(only_what_was_written_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
