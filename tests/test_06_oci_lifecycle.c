/* step-06-oci: the states of a container's life, and the verbs that lead from one to the next. */
#include "test_06_oci.h"

static void it_goes_through_all_states(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000\n"
				 "oci create --bundle $d --pid-file $d/pid $id; status $id\n"
				 "[ $(oci state $id | jq .pid) = $(cat $d/pid) ]\n"
				 "oci start $id; status $id\n"
				 "oci pause $id; status $id\n"
				 "oci resume $id; status $id\n"
				 "oci kill $id KILL; wait_for is $id stopped; status $id\n"
				 "[ $(oci state $id | jq .pid) = 0 ]\n"
				 "oci delete $id; no oci state $id 2>/dev/null; ls $d/run\n"),
		      "created\nrunning\npaused\nrunning\nstopped\n");
}

static void created_it_waits_and_has_executed_nothing(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"args sh -c 'echo ran >/ran; echo out'\n"
			"oci create $id >out; sleep 0.3; status $id; ls rootfs/ran 2>&1 | wc -l\n"
			"grep State: /proc/$(oci state $id | jq .pid)/status | cut -f2\n"
			"cat out; oci start $id; wait_for is $id stopped; cat out rootfs/ran\n"),
		"created\n1\nS (sleeping)\nout\nran\n");
}

static void the_runtime_may_be_killed_meanwhile(void **state)
{
	(void)state;
	/* The runtime and its child are killed after so many microseconds. */
	assert_prints(oci_script("args sleep 1000\n"
				 "for us in 0 500 1000 1500 2000 2500 3000 4000 6000; do\n"
				 "  oci create $id 2>/dev/null & sleep $(echo $us | sed "
				 "'s/^/0000000/; s/.*\\(.\\)\\(......\\)$/\\1.\\2/')\n"
				 "  kill -9 $(pgrep -P $! ) $! 2>/dev/null || true; wait $! "
				 "2>/dev/null || true\n"
				 "  oci delete --force $id\n"
				 "done\n"
				 "oci create $id; status $id; oci delete $id\n"
				 "ls $d/run; find /sys/fs/cgroup -name \"$id\" 2>/dev/null || "
				 "true; pgrep -af "
				 "\"$id\" || true\n"),
		      "created\n");
}

static void killed_before_its_state_is_written_it_leaves_no_process(void **state)
{
	(void)state;
	assert_prints(
		oci_script("gone() { ! pgrep -f \"create $id\" >/dev/null; }\n"
			   "strace -fo /dev/null -e inject=renameat:signal=KILL:when=1 \\\n"
			   "  $h/step-06-oci --root $d/run create $id 2>/dev/null || echo $?\n"
			   "wait_for gone; ls -m $d/run/$id\n"
			   "oci create $id; status $id\n"),
		"137\nconfig.json, go, result, state.new\ncreated\n");
}

/*
 * The descriptor of the network namespace is in the socket before the failure, and nobody has read
 * it.
 */
static void a_failure_is_told_also_if_it_comes_before_our_word(void **state)
{
	(void)state;
	assert_prints(oci_script("strace -fo /dev/null -e inject=renameat:delay_enter=400000 \\\n"
				 "  -e inject=fsmount:error=EPERM:delay_enter=200000:when=1 \\\n"
				 "  $h/step-06-oci --root $d/run run $id 2>&1 | cut -d\";\" -f1; "
				 "ls $d/run\n"),
		      "step-06-oci: fsmount proc: EPERM Operation not permitted\n");
}

static void the_configuration_may_come_from_a_pipe_or_descriptor(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; mkfifo pipe; cat config.json >pipe &\n"
				 "oci run -d --config pipe $id; oci exec $id echo in it\n"
				 "args sh -c 'echo of it; ls /proc/self/fd | wc -l'\n"
				 "oci run --config /dev/fd/9 $id-2 9<config.json\n"),
		      "in it\nof it\n4\n");
}

static void run_is_create_start_and_delete(void **state)
{
	const struct result *result = oci_script("args sh -c 'echo $$; hostname; exit 7'\n"
						 "oci run $id || echo status $?; ls $d/run\n");

	(void)state;
	assert_prints(result, "1\ntesting\nstatus 7\n");
}

static void run_detached_leaves_it_running(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000\n"
			   "oci run --detach --pid-file pid $id; status $id; kill -0 $(cat pid)\n"
			   "oci run --keep $id 2>&1 | grep -o 'already exists'\n"
			   "no oci delete $id 2>/dev/null; status $id; oci delete --force $id\n"
			   "no kill -0 $(cat pid) 2>/dev/null\n"),
		"running\nalready exists\nrunning\n");
}

/*
 * Before the command is executed, parts of the host are visible in the container's namespaces and
 * root.
 */
static void run_tells_of_it_when_the_command_is_executed(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args cat /proc/self/comm\n"
			   "strace -f -o calls -e trace=pivot_root -e "
			   "inject=pivot_root:delay_enter=1000000 "
			   "\\\n"
			   "  $h/step-06-oci --root $d/run run --pid-file pid $id >out & run=$!\n"
			   "wait_for is $id creating; ls pid 2>/dev/null || true\n"
			   "no oci exec --ignore-paused $id true 2>&1 | grep -o 'is creating'\n"
			   "wait $run; cat out; grep -c '^[0-9]*$' pid\n"),
		"is creating\ncat\n1\n");
}

static void what_fails_leaves_nothing(void **state)
{
	(void)state;
	assert_prints(
		oci_script("try() { no oci create --pid-file pid $id 2>>err; ls $d/run; no [ -e "
			   "pid ]\n"
			   "  find /sys/fs/cgroup -name \"*$id*\" 2>/dev/null || true; grep -c "
			   "$d/rootfs "
			   "/proc/self/mountinfo || true; }\n"
			   "cp config.json good\n"
			   "args nothing-of-this-name; try; cp good config.json\n"
			   "config '.process.cwd = \"/etc/passwd\"'; try; cp good config.json\n"
			   "config '.root.path = \"nowhere\"'; try; cp good config.json\n"
			   "config '.process.rlimits[0].type = \"RLIMIT_X\"'; try; cp good "
			   "config.json\n"
			   "config '.hooks.createRuntime = [{path: \"/bin/false\"}]'; try; cp good "
			   "config.json\n"
			   "echo '{' >config.json; try\n"
			   "wc -l <err\n"),
		"0\n0\n0\n0\n0\n0\n6\n");
}

static void messages_are_those_that_engines_look_for(void **state)
{
	(void)state;
	assert_prints(
		oci_script("say() { no oci --log log --log-format json \"$@\" 2>err; tail -1 log | "
			   "jq -r .msg; }\n"
			   "args nope; say create $id\nargs /nope; say create $id\n"
			   "args /etc/passwd; say run $id\nargs /etc; say run $id\n"
			   "say state none; say kill none; say delete none; say start none\n"
			   "args true; oci run --keep $id; say kill $id | grep -o 'container not "
			   "running'\n"
			   "oci delete --force none; echo $?; oci kill --all $id; say start $id | "
			   "sed s/$id/ID/\n"
			   "jq -r '.level + \" \" + (.time | test(\"^2.*T.*Z$\") | tostring)' log "
			   "| sort -u\n"),
		"exec: \"nope\": executable file not found in $PATH\n"
		"exec: \"/nope\": stat /nope: no such file or directory\n"
		"exec: \"/etc/passwd\": permission denied\n"
		"exec: \"/etc\": is a directory: permission denied\n"
		"container \"none\" does not exist\ncontainer \"none\" does not exist\n"
		"container \"none\" does not exist\ncontainer \"none\" does not exist\n"
		"container not running\n0\ncannot start: container not running (ID is stopped)\n"
		"error true\n");
}

static void a_created_container_can_be_deleted(void **state)
{
	(void)state;
	assert_prints(oci_script("gone() { ! kill -0 $1 2>/dev/null; }\n"
				 "oci create $id; pid=$(oci state $id | jq .pid); oci delete $id\n"
				 "wait_for gone $pid; ls run\n"),
		      "");
}

static void a_paused_container_can_be_deleted(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; oci run -d $id; oci pause $id\n"
				 "no oci start $id 2>/dev/null; oci delete --force $id\n"
				 "oci run -d $id; oci pause $id; oci kill $id KILL\n"
				 "wait_for is $id stopped; oci delete $id; ls run\n"),
		      "");
}

static void a_pid_that_was_reused_is_not_mistaken(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; oci run -d $id; pid=$(oci state $id | jq .pid)\n"
				 "sleep 1000 & other=$!\n"
				 "jq -c \".pid = $other\" run/$id/state.json >new; mv new "
				 "run/$id/state.json\n"
				 "status $id; no oci kill $id KILL 2>/dev/null; oci delete $id\n"
				 "kill -0 $other; kill $other; wait_for [ ! -e /proc/$pid ]\n"),
		      "stopped\n");
}

static void two_at_once_do_not_disturb_one_another(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000\n"
				 "for i in 1 2 3 4 5 6; do oci create $id 2>/dev/null && echo made "
				 "& done; wait\n"
				 "for i in 1 2 3 4; do oci start $id 2>/dev/null && echo started & "
				 "done; wait\n"
				 "for i in 1 2 3 4; do oci delete --force $id || echo bad & done; "
				 "wait; ls run\n"),
		      "made\nstarted\n");
}

static void ids_are_names_and_no_paths(void **state)
{
	(void)state;
	assert_prints(oci_script("for bad in ../x . .. a/b 'a b' ''; do\n"
				 "  no oci create \"$bad\" 2>&1 | cut -d: -f2 | cut -c2-13; done\n"
				 "oci create a_B+1-2.3; oci list -q\n"),
		      "container ID\ncontainer ID\ncontainer ID\ncontainer ID\ncontainer ID\n"
		      "container ID\na_B+1-2.3\n");
}

static void what_it_does_not_know_is_refused(void **state)
{
	(void)state;
	assert_refused(run("./step-06-oci", "frob"), 1, "frob: unknown verb");
	assert_refused(run("./step-06-oci", "create", "--frob", "x"), 1, "unknown option --frob");
	assert_refused(run("./step-06-oci", "create"), 1, "create: takes ID");
	assert_refused(run("./step-06-oci", "--cgroup-manager", "x", "list"), 1,
		       "must be cgroupfs, systemd or disabled");
	assert_refused(run("./step-06-oci", "--log-format", "xml", "list"), 1, "text or json");
}

static void signals_have_names_and_numbers(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sh -c 'trap \"echo usr1\" USR1; trap \"echo hup\" HUP;\n"
			   "  trap \"echo term; exit 0\" TERM; echo ready; while :; do sleep 0.05; "
			   "done'\n"
			   "oci create $id >out; oci start $id; wait_for grep -q ready out\n"
			   "oci kill $id USR1; wait_for grep -q usr1 out\n"
			   "oci kill $id SIGHUP; wait_for grep -q hup out\n"
			   "no oci kill $id NOSUCH 2>/dev/null\n"
			   "oci kill $id 15; wait_for is $id stopped; cat out\n"),
		"ready\nusr1\nhup\nterm\n");
}

static void what_the_bundle_says_later_is_not_for_it(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; config '.process.env += [\"A=first\"] | "
			   ".hooks.poststop =\n"
			   "  [{path: \"/bin/echo\", args: [\"echo\", \"first\"]}]'\n"
			   "oci create $id; stat -c %a run/$id/config.json\n"
			   "config '.process.env += [\"A=later\"] | .process.args = [\"true\"] |\n"
			   "  .hooks.poststop[0].args[1] = \"later\"'; oci start $id\n"
			   "oci exec $id sh -c 'echo $A'; echo '{' >config.json; oci exec $id cat "
			   "/proc/1/comm\n"
			   "rm config.json; oci delete --force $id; ls run\n"),
		"600\nfirst\nsleep\nfirst\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(it_goes_through_all_states),
		host_test(created_it_waits_and_has_executed_nothing),
		host_test(the_runtime_may_be_killed_meanwhile),
		host_test(killed_before_its_state_is_written_it_leaves_no_process),
		host_test(a_failure_is_told_also_if_it_comes_before_our_word),
		host_test(the_configuration_may_come_from_a_pipe_or_descriptor),
		host_test(run_is_create_start_and_delete),
		host_test(run_detached_leaves_it_running),
		host_test(run_tells_of_it_when_the_command_is_executed),
		host_test(what_fails_leaves_nothing),
		host_test(messages_are_those_that_engines_look_for),
		host_test(a_created_container_can_be_deleted),
		host_test(a_paused_container_can_be_deleted),
		host_test(a_pid_that_was_reused_is_not_mistaken),
		host_test(two_at_once_do_not_disturb_one_another),
		cmocka_unit_test(ids_are_names_and_no_paths),
		cmocka_unit_test(what_it_does_not_know_is_refused),
		host_test(signals_have_names_and_numbers),
		host_test(what_the_bundle_says_later_is_not_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
