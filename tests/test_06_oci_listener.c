/* step-06-oci: a listener of seccomp notifications that is slow, silent, far away or not there. */
#include "test_06_oci.h"

/*
 * `listener PROGRAM` runs a Python program with a listening socket `server` at $s, whose queue has
 * room for one. Its ready() says that it is ready; take(way) returns what comes on a connection:
 * the text as JSON, and the descriptors. With `asking` the container's filter asks about umask(2).
 */
#define LISTENER                                                                                   \
	"cat >begin.py <<'END'\n"                                                                  \
	"import array, json, os, socket, sys, time\n"                                              \
	"def take(way):\n"                                                                         \
	"    text, extra, _, _ = way.recvmsg(65536, 1024)\n"                                       \
	"    return json.loads(text), [f for e in extra for f in array.array('i', e[2])]\n"        \
	"def ready():\n"                                                                           \
	"    open('ready', 'w')\n"                                                                 \
	"here = os.getcwd(); os.chdir(os.path.dirname(sys.argv[1]))\n"                             \
	"server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)\n"                             \
	"server.bind('listener'); server.listen(0); os.chdir(here)\n"                              \
	"END\n"                                                                                    \
	"s=$d/listener\n"                                                                          \
	"listener() { rm -f ready $s; { cat begin.py; echo \"$1\"; } >listener.py\n"               \
	"  timeout 60 python3 listener.py $s >told & listener=$!; wait_for [ -e ready ]; }\n"      \
	"listen_at() { config --arg s $1 '.linux.seccomp += {listenerPath: $s,\n"                  \
	"  listenerMetadata: \"m\"}'; }\n"                                                         \
	"asking() { config '.linux.seccomp.syscalls = [{names: [\"umask\"],\n"                     \
	"  action: \"SCMP_ACT_NOTIFY\"}]'; }\n"                                                    \
	"config '.linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\"}'; listen_at $s\n"

/* Fills the queue of a listener that accepts no connection. */
#define BUSY                                                                                       \
	"'way = socket.socket(socket.AF_UNIX); way.connect(\"listener\"); ready()\n"               \
	"time.sleep(60)'\n"

static void one_that_is_never_asked_is_told_all_the_same(void **state)
{
	(void)state;
	/* crun's test suite accepts only after `run --detach` has returned. */
	assert_prints(oci_script(LISTENER
				 "args true; mkfifo go\n"
				 "listener 'ready(); open(\"go\").read()\n"
				 "way, _ = server.accept(); text, fds = take(way)\n"
				 "print(text[\"fds\"], len(fds), text[\"metadata\"],\n"
				 "  text[\"state\"][\"status\"], len(way.recv(100)))'\n"
				 "oci run --detach $id; echo >go; wait $listener; cat told\n"),
		      "['seccompFd'] 1 m creating 0\n");
}

static void one_that_is_never_asked_need_not_be_there(void **state)
{
	(void)state;
	assert_prints(oci_script(LISTENER "args echo here; oci run $id; listener " BUSY
					  "oci run $id; kill $listener\n"
					  "asking; listen_at $d/nothing; no oci run $id 2>&1 | "
					  "grep -o 'seccomp agent.*Path'\n"),
		      "here\nhere\nseccomp agent: linux.seccomp.listenerPath\n");
}

static void nobody_waits_for_a_silent_one_for_ever(void **state)
{
	(void)state;
	/*
	 * The first listener accepts no connection; the second accepts, but does not read a long
	 * message.
	 */
	assert_prints(
		oci_script(
			LISTENER
			"ended() { $h/step-06-oci --root $d/run $@ 2>err & run=$!\n"
			"  wait_for sh -c \"ls -l /proc/$run/fd | grep -q signalfd\"\n"
			"  kill -TERM $run; wait $run || echo $?\n"
			"  grep -o 'ended by a signal' err; ls run; kill $listener; }\n"
			"asking; args true; listener " BUSY "ended run $id\n"
			"config --arg a $(head -c 100000 /dev/zero | tr '\\0' x)\\\n"
			"  '.annotations = {x: ($a * 30)}'\n"
			"listener 'ready(); way = server.accept(); time.sleep(60)'; ended run $id\n"
			"config 'del(.annotations, .linux.seccomp) | .process.args = [\"sleep\",\n"
			"  \"1000\"]'; oci run -d $id 2>&1\n"),
		"1\nended by a signal\n1\nended by a signal\n");
}

static void its_path_may_be_long(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			LISTENER
			"long=$d/$(head -c 200 /dev/zero | tr '\\0' x); mkdir $long\n"
			"s=$long/listener; asking; listen_at $s; args sh -c 'umask 7; echo end'\n"
			"listener 'ready(); way, _ = server.accept(); text, fds = take(way)\n"
			"print(len(fds))'; oci run $id 2>&1; wait $listener; cat told\n"),
		"end\n1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(one_that_is_never_asked_is_told_all_the_same),
		host_test(one_that_is_never_asked_need_not_be_there),
		host_test(nobody_waits_for_a_silent_one_for_ever),
		host_test(its_path_may_be_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
