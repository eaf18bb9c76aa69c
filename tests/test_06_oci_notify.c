/*
 * step-06-oci: a container that tells the service manager that it is ready. The manager has started
 * the runtime.
 */
#include "test_06_oci.h"

/*
 * Starts a manager with its socket at $d/m, which writes its messages to $d/told. The container
 * says that it is ready when it has a file /go.
 */
#define MANAGER                                                                                    \
	"cat >manager.py <<'END'\n"                                                                \
	"import socket\n"                                                                          \
	"s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind('m'); s.settimeout(20)\n"    \
	"open('told', 'w').write(s.recv(4096).decode() + '\\n')\n"                                 \
	"END\n"                                                                                    \
	"python3 manager.py & manager=$!; wait_for [ -S m ]; export NOTIFY_SOCKET=$d/m\n"          \
	"args sh -c 'until [ -e /go ]; do sleep 0.02; done\n"                                      \
	"  probe datagram $NOTIFY_SOCKET STATUS=nearly; probe datagram $NOTIFY_SOCKET \"X=1\n"     \
	"READY=1\"; sleep 1000'\n"

static void start_waits_until_it_is_ready(void **state)
{
	(void)state;
	assert_prints(
		oci_script(MANAGER
			   "is_said() { [ \"$(cat said)\" = \"ok\nok\" ]; }\n"
			   "oci create $id >said; oci start $id & start=$!\n"
			   "wait_for is $id running; sleep 0.2; kill -0 $start; no [ -s told ]\n"
			   "timeout 20 $h/step-06-oci --root run exec $id touch /go\n"
			   "wait $start; wait_for [ -s told ]; wait_for is_said; cat told said\n"
			   "status $id\n"),
		"READY=1\nok\nok\nrunning\n");
}

static void run_does_with_or_without_detaching(void **state)
{
	(void)state;
	assert_prints(oci_script(MANAGER
				 "touch rootfs/go; oci run -d $id >/dev/null; wait_for [ -s told "
				 "]; cat told\n"
				 "oci delete --force $id; rm told m\n"
				 "python3 manager.py & wait_for [ -S m ]\n"
				 "oci run $id >/dev/null & run=$!; wait_for [ -s told ]; cat "
				 "told; status $id\n"
				 "oci kill $id KILL; wait $run || echo $?; ls run\n"),
		      "READY=1\nREADY=1\nrunning\n137\n");
}

static void any_user_in_any_namespace_can_say_it(void **state)
{
	(void)state;
	assert_prints(oci_script(MANAGER
				 "touch rootfs/go; config '.process.user = {uid: 7, gid: 7} |\n"
				 "  " USERS_OF_ITS_OWN "'; chmod 755 $d\n"
				 "oci run -d $id >/dev/null; wait_for [ -s told ]; cat told\n"),
		      "READY=1\n");
}

static void one_that_ends_before_is_not_waited_for(void **state)
{
	(void)state;
	assert_prints(oci_script(MANAGER
				 "args sh -c 'echo $NOTIFY_SOCKET | sed s,.*/m,m,'\n"
				 "oci create $id; oci start $id; wait_for is $id stopped\n"
				 "oci delete $id; oci run $id; oci run -d $id; kill $manager\n"
				 "no [ -s told ]\n"),
		      "m/notify\nm/notify\nm/notify\n");
}

/* The address of a socket has at most 107 bytes. */
static void paths_may_be_long(void **state)
{
	(void)state;
	assert_prints(
		oci_script("long=$(printf %0120d 0)/$(printf %0120d 1); mkdir -p $long; cd $long\n"
			   "cat >manager.py <<'END'\n"
			   "import array, os, socket\n"
			   "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind('m')\n"
			   "c = socket.socket(socket.AF_UNIX); c.bind('c'); c.listen()\n"
			   "s.settimeout(20); c.settimeout(20); fd = array.array('i')\n"
			   "fd.frombytes(c.accept()[0].recvmsg(99, 99)[1][0][2])\n"
			   "print(os.isatty(fd[0]), s.recv(4096).decode())\n"
			   "END\n"
			   "python3 manager.py & wait_for [ -S c ]; export NOTIFY_SOCKET=$PWD/m; "
			   "cd $d\n"
			   "config '.process.terminal = true'\n"
			   "args sh -c 'cd ${NOTIFY_SOCKET%/*}; probe datagram notify READY=1; "
			   "sleep 9'\n"
			   "root=$d/$long/run; oci() { $h/step-06-oci --root $root \"$@\"; }\n"
			   "oci create --console-socket $d/$long/c $id; oci start $id\n"
			   "wait $!; oci delete --force $id; root=$d/run\n"),
		"True READY=1\n");
}

/* The container's socket needs a path of its own beside the manager's, which may have 107 bytes. */
static void a_managers_path_of_any_length_will_do(void **state)
{
	(void)state;
	assert_prints(
		oci_script(MANAGER
			   "kill $manager; touch rootfs/go; for length in 100 101 105 106 107; do\n"
			   "rm -f told m; name=$(printf %0$((length - 1 - ${#d}))d 0)\n"
			   "sed \"s,'m',b'$d/$name',\" manager.py >long.py; python3 long.py &\n"
			   "wait_for [ -S $name ]; export NOTIFY_SOCKET=$d/$name\n"
			   "oci run -d $id >/dev/null; wait_for [ -s told ]; echo "
			   "${#NOTIFY_SOCKET} $(cat told); oci delete --force $id; done\n"),
		"100 READY=1\n101 READY=1\n105 READY=1\n106 READY=1\n107 READY=1\n");
}

/* The directory is in the host's state of the container, on /run. */
static void its_directory_cannot_be_written_to(void **state)
{
	(void)state;
	assert_prints(oci_script(MANAGER
				 "args sh -c 'cd ${NOTIFY_SOCKET%/*}; touch x; mkdir y\n"
				 "  rm -f notify; dd if=/dev/zero of=z bs=1M count=30\n"
				 "  probe datagram $NOTIFY_SOCKET READY=1' 2>/dev/null\n"
				 "oci run $id 2>err; wait_for [ -s told ]; cat told; find run\n"
				 "grep -c 'Read-only file system' err\n"),
		      "ok\nREADY=1\nrun\n4\n");
}

/* A container that may mount can write to this directory; `delete` removes what was made there. */
static void what_is_made_there_is_removed(void **state)
{
	(void)state;
	assert_prints(
		oci_script(MANAGER
			   "config '.process.capabilities[] += [\"CAP_SYS_ADMIN\"]'\n"
			   "args sh -c 'cd ${NOTIFY_SOCKET%/*} && mount -o remount,bind,rw . &&\n"
			   "  cd $PWD && mkdir keep held && touch keep/x held/x a && mkfifo b &&\n"
			   "  ln -s / c; p=d; for i in 1 2 3 4 5 6 7 8; do p=$p/$p; done\n"
			   "  for i in 1 2 3 4 5 6 7; do mkdir -p $p && cd $p && touch f || exit\n"
			   "  done; echo made'\n"
			   "oci create $id; oci start $id; wait_for is $id stopped\n"
			   "(cd run/$id/notify; chattr +i held keep/x && chattr +a a || true)\n"
			   "(ulimit -n 64; oci delete $id); find run; kill $manager\n"),
		"made\nrun\n");
}

/* A manager that stops waiting ends the runtime, and then the container must not stay. */
static void one_that_is_never_ready_keeps_nobody(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			MANAGER
			"within() { timeout -k 10 $@ >/dev/null 2>err || echo $?; }\n"
			"within 2 $h/step-06-oci --root run run -d --pid-file pid $id\n"
			"grep -o 'ended by a signal' err; ls run; no [ -e pid ]\n"
			"oci create $id >/dev/null; within 2 $h/step-06-oci --root run start $id\n"
			"status $id; kill $manager\n"),
		"124\nended by a signal\n124\nrunning\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(start_waits_until_it_is_ready),
		host_test(run_does_with_or_without_detaching),
		host_test(any_user_in_any_namespace_can_say_it),
		host_test(one_that_ends_before_is_not_waited_for),
		host_test(one_that_is_never_ready_keeps_nobody),
		host_test(paths_may_be_long),
		host_test(a_managers_path_of_any_length_will_do),
		host_test(its_directory_cannot_be_written_to),
		host_test(what_is_made_there_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
