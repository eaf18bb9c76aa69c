/* step-06-oci: options that engines and service managers use. */
#include "test_06_oci.h"

/*
 * `receiver N` receives N pidfds on the socket `p`. For each it prints the text and kills the
 * process.
 */
#define RECEIVER                                                                                   \
	"cat >receiver.py <<'END'\n"                                                               \
	"import array, signal, socket, sys\n"                                                      \
	"server = socket.socket(socket.AF_UNIX); server.bind('p'); server.listen(0)\n"             \
	"for i in range(int(sys.argv[1])):\n"                                                      \
	"    way, _ = server.accept(); text, extra, _, _ = way.recvmsg(100, 1000)\n"               \
	"    fd = array.array('i', extra[0][2])[0]\n"                                              \
	"    pid = open('/proc/self/fdinfo/%d' % fd).read().split('Pid:')[1].split()[0]\n"         \
	"    print(text.decode(), open('/proc/' + pid + '/comm').read().strip(), flush=True)\n"    \
	"    signal.pidfd_send_signal(fd, signal.SIGKILL)\n"                                       \
	"END\n"                                                                                    \
	"receiver() { rm -f p; timeout 60 python3 receiver.py $1 >told & receiver=$!\n"            \
	"  wait_for [ -S p ]; sleep 0.1; }\n"

static void a_pidfd_of_the_process_is_sent(void **state)
{
	(void)state;
	assert_prints(oci_script(RECEIVER
				 "args sleep 1000; receiver 2; oci create --pidfd-socket p $id\n"
				 "wait_for is $id stopped; oci delete $id\n"
				 "oci run --pidfd-socket $d/p $id || echo $?; cat told\n"
				 "oci run --detach $id; receiver 1\n"
				 "oci exec --pidfd-socket p $id sleep 1000 || echo $?; cat told; "
				 "status $id\n"),
		      "137\nstandard step-06-oci\nstandard sleep\n137\nsetns sleep\nrunning\n");
}

static void without_a_receiver_nothing_is_left(void **state)
{
	(void)state;
	/* A receiver whose queue is full does not hold the runtime for ever. */
	assert_prints(
		oci_script("args sleep 1000; no oci run --pidfd-socket p $id 2>&1; ls run\n"
			   "timeout 60 python3 -c 'import socket, time\n"
			   "s = socket.socket(socket.AF_UNIX); s.bind(\"p\"); s.listen(0)\n"
			   "c = socket.socket(socket.AF_UNIX); c.connect(\"p\")\n"
			   "open(\"ready\", \"w\"); time.sleep(60)' & silent=$!\n"
			   "wait_for [ -e ready ]\n"
			   "$h/step-06-oci --root $d/run create --pidfd-socket p $id 2>err & "
			   "create=$!\n"
			   "wait_for sh -c \"ls -l /proc/$create/fd | grep -q signalfd\"\n"
			   "kill -TERM $create; wait $create || echo $?; kill $silent; ls run\n"
			   "grep -o 'ended by a signal' err\n"),
		"step-06-oci: connect to --pidfd-socket p: ENOENT No such file or directory\n"
		"1\nended by a signal\n");
}

static void a_terminals_socket_may_have_a_long_path(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"long=$d/$(head -c 200 /dev/zero | tr '\\0' x); mkdir $long\n"
			"timeout 60 python3 -c 'import array, os, socket, sys\n"
			"s = socket.socket(socket.AF_UNIX); os.chdir(sys.argv[1]); s.bind(\"c\")\n"
			"s.listen(0); way, _ = s.accept(); _, extra, _, _ = way.recvmsg(9, 99)\n"
			"master = array.array(\"i\", extra[0][2])[0]\n"
			"print(os.read(master, 100).decode().strip())' $long >told & receiver=$!\n"
			"wait_for [ -S $long/c ]; sleep 0.1; config '.process.terminal = true'\n"
			"args echo shown; oci run --detach --console-socket $long/c $id\n"
			"wait $receiver; cat told\n"),
		"shown\n");
}

static void a_log_that_cannot_be_opened_is_told(void **state)
{
	(void)state;
	assert_prints(oci_script("no oci --log /nonexistent/log run $id 2>&1; ls -d run || true\n"
				 "no oci --log $d list 2>&1 | sed s,$d,D,\n"),
		      "step-06-oci: open --log /nonexistent/log: ENOENT No such file or "
		      "directory\n"
		      "step-06-oci: open --log D: EISDIR Is a directory\n");
}

static void checkpoints_are_refused_by_name(void **state)
{
	(void)state;
	assert_prints(oci_script("no oci checkpoint --image-path x $id 2>&1\n"
				 "no oci restore $id 2>&1\n"),
		      "step-06-oci: checkpoint: is not supported: it would need CRIU\n"
		      "step-06-oci: restore: is not supported: it would need CRIU\n");
}

/* The lists are from runC's man pages and sources. */
static void every_option_of_runc_is_known(void **state)
{
	static const char *const lists[][2] = {
		{ "", "debug log log-format root systemd-cgroup rootless criu version" },
		{ "create",
		  "bundle console-socket pidfd-socket pid-file no-pivot no-new-keyring "
		  "preserve-fds" },
		{ "run",
		  "bundle console-socket pidfd-socket detach keep pid-file no-subreaper no-pivot "
		  "no-new-keyring preserve-fds" },
		{ "exec",
		  "console-socket pidfd-socket cwd env tty user additional-gids process detach "
		  "pid-file process-label apparmor no-new-privs cap no-subreaper preserve-fds "
		  "cgroup ignore-paused" },
		{ "update",
		  "resources blkio-weight cpu-period cpu-quota cpu-burst cpu-rt-period "
		  "cpu-rt-runtime cpu-share cpuset-cpus cpuset-mems kernel-memory "
		  "kernel-memory-tcp memory memory-reservation memory-swap pids-limit cpu-idle "
		  "l3-cache-schema mem-bw-schema" },
		{ "kill", "all" },
		{ "delete", "force" },
		{ "events", "stats interval" },
		{ "list", "format quiet" },
		{ "ps", "format" },
		{ "spec", "bundle rootless" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		assert_prints(oci_script("for i in $3; do oci $2 --help | grep -qe \"--$i[ =]\" || "
					 "echo \"$2: $i\"; done\n",
					 lists[i][0], lists[i][1]),
			      "");
	assert_prints(oci_script("oci help | head -1; oci h update | head -1; oci --rootless=auto "
				 "--criu /x list -q\n"
				 "args sleep 100; oci run -d --no-subreaper $id; oci exec "
				 "--no-subreaper $id true\n"
				 "oci update --kernel-memory 9m $id 2>&1 | grep -o 'memory.kernel: "
				 "ignored'\n"),
		      "Usage: step-06-oci [options] VERB [options] ...\n"
		      "Usage: step-06-oci [options] update [options] ID\n"
		      "memory.kernel: ignored\n");
}

static void users_without_maps_get_free_ids(void **state)
{
	(void)state;
	/* The root directory belongs to the container's root, and exec finds the same users. */
	assert_prints(
		oci_script("chmod 755 $d; config '.linux.namespaces += [{type: \"user\"}]'\n"
			   "args sh -c 'id -u; touch /x; sleep 1000'; oci run --detach $id >out\n"
			   "wait_for [ -e rootfs/x ]; cat out; stat -c %u rootfs/x\n"
			   "oci exec $id sh -c 'id -u; stat -c %u /x'\n"
			   "p=$(oci state $id | jq .pid); [ $(stat -c %u /proc/$p) != 0 ]\n"
			   "config '.linux.uidMappings = [{containerID: 0, hostID: 1, size: 1}]'\n"
			   "no oci run $id-2 2>&1 | grep -o 'linux.uidMappings: .* gidMappings'\n"),
		"0\n0\n0\n0\nlinux.uidMappings: a new user namespace needs uidMappings and "
		"gidMappings\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_pidfd_of_the_process_is_sent),
		host_test(without_a_receiver_nothing_is_left),
		host_test(a_terminals_socket_may_have_a_long_path),
		host_test(a_log_that_cannot_be_opened_is_told),
		host_test(checkpoints_are_refused_by_name),
		host_test(every_option_of_runc_is_known),
		host_test(users_without_maps_get_free_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
