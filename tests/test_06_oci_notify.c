/* step-06-oci: a container that tells the service manager which started the runtime that it is
 * ready. */
#include "test_06_oci.h"

/*
 * A manager with its socket at $d/m, which writes what it is told to $d/told; and a container that
 * says that it is ready when there is a file /go in it.
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
			   "oci create $id >said; oci start $id & start=$!\n"
			   "wait_for is $id running; sleep 0.2; kill -0 $start; no [ -s told ]\n"
			   "timeout 20 $h/step-06-oci --root run exec $id touch /go\n"
			   "wait $start; wait_for [ -s told ]; cat told said; status $id\n"),
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
	assert_prints(
		oci_script(MANAGER
			   "touch rootfs/go; config '.process.user = {uid: 7, gid: 7} |\n"
			   "  .linux.namespaces += [{type: \"user\"}] | .linux.uidMappings =\n"
			   "  [{containerID: 0, hostID: 300000, size: 65536}] |\n"
			   "  .linux.gidMappings = .linux.uidMappings'; chmod 755 $d\n"
			   "oci run -d $id; wait_for [ -s told ]; cat told\n"),
		"ok\nok\nREADY=1\n");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(start_waits_until_it_is_ready),
		host_test(run_does_with_or_without_detaching),
		host_test(any_user_in_any_namespace_can_say_it),
		host_test(one_that_ends_before_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
