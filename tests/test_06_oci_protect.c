/* step-06-oci: attacks of a container on the host, by way of the runtime. */
#include "test_06_rootless.h"

/*
 * CVE-2019-5736. The container executes the runtime's program, which stays there because it reads a
 * FIFO. The attacker opens the program, kills the process, since a program that runs cannot be
 * written to, and writes.
 */
#define ATTACK                                                                                     \
	"mkdir -p rootfs/r/x; mkfifo rootfs/r/x/state.json; sum=$(sha256sum <$h/step-06-oci)\n"    \
	"cat >rootfs/attack <<'END'\n"                                                             \
	"pid=; until [ $pid ]; do for p in /proc/[0-9]*; do\n"                                     \
	"  if grep -q ^/proc/self/exe $p/cmdline; then pid=${p#/proc/}; fi; done; sleep 0.02; "    \
	"done\n"                                                                                   \
	"exec 9</proc/$pid/exe && kill -9 $pid\n"                                                  \
	"for i in 1 2 3 4 5 6 7 8 9 10; do\n"                                                      \
	"  if echo broken 2>/dev/null >/proc/self/fd/9; then echo written; exit; fi; sleep 0.02\n" \
	"done; echo broken >/proc/self/fd/9\n"                                                     \
	"END\n"                                                                                    \
	"args sh -c 'sh /attack 2>&1; sleep 1000'; oci create $id >out; oci start $id\n"

/* The container of the attack has no shared libraries of the host. */
static void need_static_program(void)
{
#ifdef __SANITIZE_ADDRESS__
	skip_because("with sanitizers the program is not static");
#endif
}

static void its_program_cannot_be_overwritten_by_exec(void **state)
{
	(void)state;
	need_static_program();
	assert_prints(oci_script(ATTACK "oci exec $id /proc/self/exe --root /r state x || true\n"
					"wait_for [ -s out ]; grep -o 'Read-only.*' out\n"
					"[ \"$(sha256sum <$h/step-06-oci)\" = \"$sum\" ]\n"),
		      "Read-only file system\n");
}

/*
 * A runtime that may not mount uses a sealed copy of its program in memory. In this test the first
 * two open_tree(2) fail.
 */
static void nor_where_it_could_not_be_mounted(void **state)
{
	(void)state;
	need_static_program();
	assert_prints(oci_script(ATTACK "strace -o calls -e trace=open_tree,memfd_create \\\n"
					"  -e inject=open_tree:error=EPERM:when=1..2 "
					"$h/step-06-oci --root $d/run \\\n"
					"  exec $id /proc/self/exe --root /r state x || true\n"
					"wait_for [ -s out ]; grep -o 'Operation not.*' out\n"
					"[ \"$(sha256sum <$h/step-06-oci)\" = \"$sum\" ]\n"
					"grep -o '^[a-z_]*' calls | sed '/memfd/q'\n"),
		      "Operation not permitted\nopen_tree\nopen_tree\nmemfd_create\n");
}

/*
 * A machine may forbid to execute files in memory, unless they are marked as executable or always;
 * in the second case no container begins.
 */
static void nor_where_memory_is_not_executed(void **state)
{
	(void)state;
	need_static_program();
	if (access("/proc/sys/vm/memfd_noexec", F_OK) < 0)
		skip_because("vm.memfd_noexec needs Linux 6.3");
	assert_prints(
		oci_script("args echo begun; for level in 1 2; do\n"
			   "unshare --pid --fork --mount-proc sh -c 'echo $0 "
			   ">/proc/sys/vm/memfd_noexec; exec "
			   "\"$@\"' $level strace -o calls -e trace=open_tree,memfd_create \\\n"
			   "  -e inject=open_tree:error=EPERM:when=1..2 \\\n"
			   "  $h/step-06-oci --root $d/run run $id-$level 2>err ||\n"
			   "  grep -o 'MFD_EXEC: EACCES.*lets nothing be executed' err\n"
			   "done; grep -cE 'MFD_EXEC|0x10' calls\n"),
		"begun\nMFD_EXEC: EACCES Permission denied; vm.memfd_noexec=2 lets nothing be "
		"executed\n1\n");
}

/* Without root the runtime may not mount, so it uses the copy in memory. */
static void nor_by_root_of_a_users_container(void **state)
{
	(void)state;
	need_static_program();
	need_user_namespaces();
	assert_prints(rootless_script(ATTACK
				      "oci exec $id /proc/self/exe --root /r state x || true\n"
				      "wait_for [ -s out ]; grep -o 'Operation not.*' out\n"),
		      "Operation not permitted\n");
}

static void nor_as_the_first_process(void **state)
{
	(void)state;
	need_static_program();
	assert_prints(oci_script("mkdir -p rootfs/r/x; mkfifo rootfs/r/x/state.json\n"
				 "sum=$(sha256sum <$h/step-06-oci)\n"
				 "args /proc/self/exe --root /r state x; oci run -d $id\n"
				 "oci exec $id sh -c 'exec 9</proc/1/exe; echo broken "
				 ">/proc/self/fd/9' 2>&1 |\n"
				 "  grep -oE 'Read-only.*|Text file busy'\n"
				 "[ \"$(sha256sum <$h/step-06-oci)\" = \"$sum\" ]\n"),
		      "Read-only file system\n");
}

/*
 * step-06 does not need the mount. No process of the container may look at its init. A process with
 * CAP_SYS_PTRACE may, and finds a program that is in use, because the host side runs it, too.
 */
static void step_06_cannot_be_overwritten_as_long_as_a_container_lives(void **state)
{
	(void)state;
	assert_prints(
		script(SCRATCH
		       "cp step-06 $d; sum=$(sha256sum <$d/step-06)\n"
		       "for option in '' --cap-add=SYS_PTRACE; do\n"
		       "  $d/step-06 run --network none --init $option --rootfs rootfs/busybox \\\n"
		       "    /bin/sh -c '(echo broken >/proc/1/exe) 2>&1 | sed \"s/.*: //\"'\n"
		       "done; [ \"$(sha256sum <$d/step-06)\" = \"$sum\" ]\n",
		       NULL),
		"Permission denied\nText file busy\n");
}

static void nobody_in_there_may_look_at_it_before_it_is_the_command(void **state)
{
	(void)state;
	assert_prints(
		oci_script("oci create $id; oci exec $id readlink /proc/1/exe || echo denied\n"
			   "oci exec $id sh -c 'readlink /proc/1/fd/0 || echo denied'\n"),
		"denied\ndenied\n");
}

/*
 * A container with CAP_SYS_PTRACE may look at everything that a process in it has. So the process
 * of an exec begins with nothing of the host's: only the descriptors that lead to the runtime, and
 * neither the host's root nor its environment.
 */
static void what_enters_shows_nothing_of_the_host(void **state)
{
	(void)state;
	assert_prints(
		oci_script("config '(.process.capabilities[]) |= . + [\"CAP_SYS_PTRACE\"]'\n"
			   "args sh -c 'probe spy /tmp/stop SECRET >/tmp/found; sleep 1000'\n"
			   "oci run -d $id\n"
			   "for i in $(seq 100); do HOST=SECRET oci exec $id true | cat; done\n"
			   "touch rootfs/tmp/stop; wait_for grep -q done rootfs/tmp/found\n"
			   "cut -d' ' -f2- rootfs/tmp/found | sort -u\n"),
		"done\n");
}

/*
 * A container that is made in the PID namespace of such a container never shows the host's root or
 * descriptors.
 */
#define JOIN                                                                                       \
	"join() { config --argjson pid $(oci state $id | jq .pid) '(.linux.namespaces[] |\n"       \
	"  select(.type == \"pid\")).path = \"/proc/\\($pid)/ns/pid\"'; }\n"
#define IN_ITS_PIDS                                                                                \
	JOIN "config '(.process.capabilities[]) |= . + [\"CAP_SYS_PTRACE\"]'\n"                    \
	     "args sh -c 'probe spy /tmp/stop SECRET >/tmp/found; sleep 1000'\n"                   \
	     "oci run -d $id\n"                                                                    \
	     "found() { touch rootfs/tmp/stop; wait_for grep -q done rootfs/tmp/found\n"           \
	     "  cut -d' ' -f2- rootfs/tmp/found | sort -u; }\n"

static void what_is_made_in_its_pid_namespace_shows_nothing_either(void **state)
{
	(void)state;
	assert_prints(oci_script(IN_ITS_PIDS
				 "args true; join\n"
				 "for i in $(seq 15); do HOST=SECRET oci run $id-2 | cat; done\n"
				 "for i in $(seq 15); do HOST=SECRET oci create $id-2 >/dev/null\n"
				 "  oci delete --force $id-2; done; found\n"),
		      "done\n");
}

static void nor_do_its_hooks_and_what_fails(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			IN_ITS_PIDS
			"printf '#!/bin/sh\\n[ -e /proc/$(jq .pid)/ns/net ]\\n' >hook; chmod +x "
			"hook\n"
			"for kind in prestart createRuntime createContainer; do\n"
			"  config --arg kind $kind --arg path $d/hook '.hooks[$kind] = [{$path}]'\n"
			"done; args nope; join\n"
			"for i in $(seq 4); do no oci create $id-2 2>/dev/null; done; ls run | "
			"sed s/$id/ID/\n"
			"args true; for i in $(seq 4); do oci run $id-2; done; found\n"),
		"ID\ndone\n");
}

static void and_it_is_a_container_like_others(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			JOIN
			"args sleep 1000; oci run -d $id; ns=$(readlink /proc/$(oci state $id | jq "
			".pid)/ns/pid)\n"
			"args sleep 2000; join; oci create --pid-file pid $id-2; pid=$(cat pid)\n"
			"[ $pid = $(oci state $id-2 | jq .pid) ]; [ $ns = $(readlink "
			"/proc/$pid/ns/pid) ]\n"
			"status $id-2; oci start $id-2; status $id-2; oci pause $id-2; status "
			"$id-2\n"
			"oci resume $id-2; oci exec $id-2 sh -c 'tr \"\\0\" \" \" "
			"</proc/1/cmdline'\n"
			"oci kill $id-2 KILL; wait_for is $id-2 stopped; oci delete $id-2; status "
			"$id\n"
			"config '(.mounts[] | select(.destination == \"/dev\")).options += "
			"[\"ro\"]\n"
			"  | .hooks.startContainer = [{path: \"/hook\"}] | .process.oomScoreAdj = "
			"7'\n"
			"printf '#!/bin/sh\\ncat >/state\\n' >rootfs/hook; chmod +x rootfs/hook\n"
			"args sh -c 'grep -c \"pid\\\":$$,\" /state; touch /dev/x; cat "
			"/proc/self/oom_score_adj' 2>&1\n"
			"oci run $id-2 2>&1\n"
			"printf '#!/bin/sh\\nexit 3\\n' >rootfs/hook; no oci run $id-2 2>&1 | "
			"grep -o 'status 3'\n"
			"find /sys/fs/cgroup -name $id-2; ls run | grep -c .\n"),
		"created\nrunning\npaused\nsleep 1000 running\n1\n"
		"touch: /dev/x: Read-only file system\n7\nstatus 3\n1\n");
}

/* The container's files may be links to the runtime's open descriptors. */
static void what_is_read_in_there_is_not_the_hosts(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; oci run -d $id; args env\n"
				 "echo root:x:0:0:root:/leaked:/bin/sh >run/passwd\n"
				 "for fd in $(seq 3 40); do\n"
				 "  ln -sfn /proc/self/fd/$fd/passwd rootfs/etc/passwd\n"
				 "  oci exec $id env; oci run $id-2\n"
				 "done | grep HOME | sort -u\n"),
		      "HOME=/\n");
}

static void descriptors_of_the_caller_are_not_inherited(void **state)
{
	(void)state;
	assert_prints(
		oci_script("exec 7</ 8<config.json; args ls /proc/self/fd; oci run $id\n"
			   "args sleep 1000; oci run -d $id; oci exec $id ls /proc/self/fd\n"),
		"0\n1\n2\n3\n0\n1\n2\n3\n");
}

static void those_that_are_asked_for_are(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"echo three >3; echo four >4; echo five >5\n"
			"args sh -c 'cat <&5'\n"
			"no oci run --preserve-fds 2 $id 3<3 4<4 5<5 2>/dev/null\n"
			"args sh -c 'cat <&3; cat <&4'; oci run --preserve-fds 2 $id 3<3 4<4 5<5\n"
			"args sleep 1000; oci run -d $id\n"
			"oci exec --preserve-fds 1 $id cat /proc/self/fd/3 3<3\n"),
		"three\nfour\nthree\n");
}

/* systemd passes its sockets to a service from descriptor 3 on. */
static void so_are_sockets_that_systemd_gives(void **state)
{
	(void)state;
	assert_prints(
		oci_script("for i in 3 4 5; do echo $i >$i; done\n"
			   "as_service() { pid=$1; shift; sh -c 'exec env LISTEN_FDS=2 "
			   "LISTEN_PID='$pid' "
			   "LISTEN_FDNAMES=a:b \"$@\"' \\\n"
			   "  sh $h/step-06-oci --root $d/run run \"$@\" $id 3<3 4<4 5<5; }\n"
			   "args sh -c 'echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES\n"
			   "  for i in 3 4 5; do test ! -f /proc/self/fd/$i || cat <&$i; done'\n"
			   "as_service '$$'; as_service '$$' --preserve-fds=1\n"
			   "echo not for us:; as_service '$PPID'; as_service '$PPID' "
			   "--preserve-fds=1\n"
			   "echo no pid:; LISTEN_FDS=1 oci run $id 3<3 4<4\n"
			   "config '.linux.namespaces |= map(select(.type != \"pid\"))'\n"
			   "args sh -c '[ $LISTEN_PID = $$ ]'; as_service '$$'\n"),
		"2 1 a:b\n3\n4\n2 1 a:b\n3\n4\n5\nnot for us:\n\n\n3\nno pid:\n1 1\n3\n");
}

static void no_descriptor_leads_out_as_the_working_directory(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; oci run -d $id; exec 7</\n"
			   "for fd in $(seq 3 2 37); do\n"
			   "  oci exec --cwd /proc/self/fd/$fd $id sh -c 'pwd; ls' && echo in $fd\n"
			   "done 2>/dev/null; oci delete --force $id\n"
			   "for fd in $(seq 3 2 37); do\n"
			   "  config \".process.cwd = \\\"/proc/self/fd/$fd\\\"\"\n"
			   "  args ls; oci run $id && echo in $fd\n"
			   "done 2>/dev/null\ntrue\n"),
		"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(its_program_cannot_be_overwritten_by_exec),
		host_test(nor_where_it_could_not_be_mounted),
		host_test(nor_where_memory_is_not_executed),
		host_test(nor_by_root_of_a_users_container),
		host_test(nor_as_the_first_process),
		host_test(step_06_cannot_be_overwritten_as_long_as_a_container_lives),
		host_test(nobody_in_there_may_look_at_it_before_it_is_the_command),
		host_test(what_enters_shows_nothing_of_the_host),
		host_test(what_is_made_in_its_pid_namespace_shows_nothing_either),
		host_test(nor_do_its_hooks_and_what_fails),
		host_test(and_it_is_a_container_like_others),
		host_test(what_is_read_in_there_is_not_the_hosts),
		host_test(descriptors_of_the_caller_are_not_inherited),
		host_test(those_that_are_asked_for_are),
		host_test(so_are_sockets_that_systemd_gives),
		host_test(no_descriptor_leads_out_as_the_working_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
