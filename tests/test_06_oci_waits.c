/* step-06-oci: no verb waits for ever, whatever a container does or is done to it. */
#include "test_06_oci.h"

/*
 * `within SECONDS VERB...` ends the verb by SIGTERM after that time, and prints 137 if the verb
 * does not end some seconds later. `freeze PATH 1` or 0 writes to the freezer, as another program
 * would.
 */
#define WAITS                                                                                      \
	"within() { s=$1; shift; timeout -k 10 $s $h/step-06-oci --root $d/run \"$@\" 2>said ||\n" \
	" echo \"$1 $?\"; }\n"                                                                     \
	"top=/sys/fs/cgroup; [ ! -d $top/freezer ] || top=$top/freezer\n"                          \
	"freeze() { if [ -e $top/$1/cgroup.freeze ]; then echo $2 >$top/$1/cgroup.freeze; else\n"  \
	" [ $2 = 0 ] && set -- $1 THAWED || set -- $1 FROZEN\n"                                    \
	" echo $2 >$top/$1/freezer.state; fi; }\n"                                                 \
	"above=w$$-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')\n"                                  \
	"clean() { freeze $above 0; oci delete --force --regex . || true\n"                        \
	" for c in /sys/fs/cgroup/$above /sys/fs/cgroup/*/$above; do\n"                            \
	"  [ ! -d $c ] || rmdir $c; done; rm -rf --one-file-system $d; }\n"

static void a_hook_of_the_image_that_hangs_keeps_nobody(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			WAITS
			"config '.hooks.startContainer = [{path: \"/bin/sleep\", args: "
			"[\"sleep\", \"1000\"]}]'\n"
			"oci create $id; within 1 start $id; status $id; oci delete --force $id\n"
			"oci create $id; oci start $id 2>err & wait_for is $id running\n"
			"within 60 exec $id echo entered; within 60 update --pids-limit 50 $id\n"
			"within 60 pause $id; status $id; within 60 resume $id\n"
			"within 60 delete --force $id; wait $! || grep -o 'has died' err\n"),
		"start 124\nrunning\nentered\npaused\nhas died\n");
}

static void what_is_stopped_from_inside_keeps_nobody(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			WAITS
			"args sh -c 'while :; do for p in /proc/[0-9]*; do p=${p#/proc/}; [ $p = 1 "
			"] ||\n"
			"  kill -STOP $p; done; done 2>/dev/null'\n"
			"oci run -d $id\n"
			"oci exec $id sleep 1000 & wait_for sh -c '[ $(find run -name "
			"state.json | "
			"wc -l) = 1 ]'\n"
			"within 60 update --pids-limit 50 $id; status $id\n"
			"within 60 pause $id; within 60 resume $id; within 60 delete --force $id\n"
			"wait; ls run\n"),
		"running\n");
}

/* Another program froze the cgroup: its own file says so. */
static void what_is_frozen_from_outside_is_paused(void **state)
{
	(void)state;
	assert_prints(
		oci_script(WAITS
			   "args sleep 1000; oci run -d $id; freeze $id 1; wait_for is $id paused\n"
			   "within 60 exec $id true; within 1 exec --ignore-paused $id true\n"
			   "within 60 start $id; within 60 update --pids-limit 50 $id\n"
			   "freeze $id 0; wait_for is $id running; oci exec $id echo entered\n"
			   "oci pause $id; freeze $id 0; wait_for is $id running\n"
			   "freeze $id 1; wait_for is $id paused; oci resume $id; status $id\n"
			   "freeze $id 1; within 60 kill $id KILL; wait_for is $id stopped\n"
			   "oci delete $id; oci create $id; freeze $id 1; wait_for is $id paused\n"
			   "freeze $id 0; wait_for is $id created; freeze $id 1\n"
			   "within 60 delete --force $id; ls run\n"),
		"exec 255\nexec 124\nstart 1\nentered\nrunning\n");
}

static void below_a_frozen_one_nothing_begins(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			WAITS
			"trap clean EXIT; mkdir $top/$above; freeze $above 1\n"
			"config --arg path /$above/$id '.linux.cgroupsPath = $path'\n"
			"within 60 create $id; grep -o 'is frozen' said; within 60 run $id\n"
			"ls run; [ ! -d $top/$above/$id ] || echo left; freeze $above 0\n"
			"args sleep 1000; oci run -d $id; freeze $above 1; wait_for is $id paused\n"
			"within 60 resume $id; grep -o 'is frozen' said; within 60 exec $id true\n"
			"within 60 delete --force $id; ls run; [ ! -d $top/$above/$id ]\n"),
		"create 1\nis frozen\nrun 1\nresume 1\nis frozen\nexec 255\n");
}

/*
 * Another program moves processes of the container to a frozen cgroup of its own: on v1 they would
 * not die before they are thawed. `catch PID...` moves them; the namespaces are the container's. On
 * v2, nothing leads to a child that is in neither its cgroup nor its PID namespace.
 */
static void neither_does_a_freezer_that_is_not_the_containers(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			WAITS
			"trap clean EXIT; mkdir $top/$above; freeze $above 1\n"
			"catch() { for p; do echo $p >$top/$above/cgroup.procs; done; }\n"
			"children() { cat /proc/$1/task/$1/children; }\n"
			"empty() { [ -z \"$(cat $top/$above/cgroup.procs)\" ]; }\n"
			"args sh -c 'sleep 1000 & wait'\n"
			"shared='[.[]|select(.type!=\"pid\")]'; for namespaces in . $shared; do\n"
			" config \".linux.namespaces |= $namespaces\"\n"
			" for caught in first child; do\n"
			"  [ $namespaces$caught$top != \"$shared\"child/sys/fs/cgroup ] || "
			"continue\n"
			"  for verb in 'delete --force' 'kill' 'kill --all'; do\n"
			"   oci run -d --pid-file pid $id; first=$(cat pid)\n"
			"   wait_for sh -c \"[ \\$(wc -w </proc/$first/task/$first/children) = 1 "
			"]\"\n"
			"   [ $caught = child ] || catch $first\n"
			"   [ $caught = first ] || catch $(children $first)\n"
			"   case $verb in delete*) within 60 $verb $id; ls run ;;\n"
			"   *) within 60 $verb $id KILL; wait_for is $id stopped; oci delete $id; "
			"esac\n"
			"   wait_for empty\n"
			"  done\n"
			" done\n"
			"done\n"),
		"");
}

/* A hook on the host ends with the verb that runs it. */
static void neither_does_a_hook_of_the_host(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			WAITS
			"config '.hooks.createRuntime = [{path: \"/bin/sleep\", args: "
			"[\"sleep\", \"1000\"]}]'\n"
			"$h/step-06-oci --root $d/run create $id 2>err & wait_for is $id creating\n"
			"within 60 start $id; within 60 exec $id true; within 60 delete $id\n"
			"within 60 delete --force $id; ls run\n"
			"kill $!; wait $! || grep -o 'ended by a signal' err\n"
			"within 1 run $id; ls run\n"),
		"start 1\nexec 255\ndelete 1\nended by a signal\nrun 124\n");
}

/* A file system in user space does not answer: a process that waits for it cannot be killed. */
static void neither_does_a_file_that_is_never_read(void **state)
{
	(void)state;
	if (access("/dev/fuse", F_OK) < 0 || run_shell("grep -qw fuse /proc/filesystems")->status)
		skip_because("there is no FUSE");
	assert_prints(
		oci_script(
			WAITS
			"mkdir f; touch rootfs/etc/passwd\n"
			"python3 $h/tests/data/fuse_hangs.py f passwd hang >log & fuse=$!\n"
			"trap 'kill $fuse 2>/dev/null || true; umount -l $d/f; oci delete --force "
			"--regex . || true; rm -rf --one-file-system $d' EXIT\n"
			"wait_for grep -q ready log\n"
			"config '.process.env = [\"PATH=/bin\"] | .mounts += [{destination: "
			"\"/etc/passwd\", type: \"bind\", source: \"f/passwd\", options: "
			"[\"bind\"]}]'\n"
			"args sleep 1000; oci run -d $id; touch hang\n"
			"within 2 exec $id true; within 2 create $id-2\n"
			"within 60 update --pids-limit 50 $id; status $id; grep -cx read log\n"
			/*
			 * The verbs wait for processes that cannot be killed before the server of
			 * the FUSE file system ends.
			 */
			"within 1 run $id-3 & run=$!; within 100 delete --force $id & sleep 3\n"
			"kill $fuse; wait $run; wait $!; within 100 delete --force --regex .; ls "
			"run\n"),
		"exec 124\ncreate 124\nrunning\n2\nrun 124\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_hook_of_the_image_that_hangs_keeps_nobody),
		host_test(what_is_stopped_from_inside_keeps_nobody),
		host_test(what_is_frozen_from_outside_is_paused),
		host_test(below_a_frozen_one_nothing_begins),
		host_test(neither_does_a_freezer_that_is_not_the_containers),
		host_test(neither_does_a_hook_of_the_host),
		host_test(neither_does_a_file_that_is_never_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
