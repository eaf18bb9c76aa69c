/*
 * step-06-oci: the container's surroundings, which come from the runtime's caller or from the
 * configuration: signals, a process group, variables, long paths and large annotations.
 */
#include "test_06_oci.h"

/* Ignores and blocks all signals; a caller in Python or Go may do so with some. */
#define UNWILLING                                                                                  \
	"unwilling() { env --ignore-signal --block-signal $h/step-06-oci --root $d/run \"$@\"; "   \
	"}\n"
#define NONE "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
#define LOOK "grep -E 'Sig(Blk|Ign)' /proc/self/status"

static void every_signal_is_as_by_default(void **state)
{
	(void)state;
	assert_prints(
		oci_script(UNWILLING
			   "args grep -E 'Sig(Blk|Ign)' /proc/self/status\n"
			   "unwilling run $id\n"
			   "args sleep 100; unwilling create $id; unwilling start $id\n"
			   "unwilling exec $id " LOOK "\n"
			   "config '.process.args = [\"sh\", \"-c\", \"trap \\\"exit 3\\\" TERM; "
			   "while :; do sleep 0.1; done\"]'\n"
			   "unwilling run -d b$id >/dev/null; sleep 0.3; oci kill b$id TERM\n"
			   "wait_for is b$id stopped\n"),
		NONE NONE);
	assert_prints(run("env", "--ignore-signal", "--block-signal", "./step-06", "run",
			  "--network", "none", "/bin/grep", "-E", "Sig(Blk|Ign)",
			  "/proc/self/status"),
		      NONE);
}

static void so_it_is_in_hooks(void **state)
{
	(void)state;
	assert_prints(
		oci_script(UNWILLING
			   "args true\n"
			   "for kind in prestart createRuntime createContainer poststart poststop; "
			   "do\n"
			   "config --arg kind $kind --arg log $d/log '.hooks[$kind] = [{path: "
			   "\"/bin/sh\", "
			   "args: [\"sh\", \"-c\", \"(echo; grep -E \\\"Sig(Blk|Ign)\\\" "
			   "/proc/self/status; sleep 0.1) >>\" + $log]}]'\n"
			   "done\n"
			   "unwilling create $id; unwilling start $id; wait_for is $id stopped\n"
			   "unwilling delete $id\n"
			   "grep -c . log; grep -vc '0000000000000000$' log\n"),
		"10\n5\n");
}

/* A hook, the command and an exec's command: each has a group and a session of its own. */
static void no_group_is_its_callers(void **state)
{
	(void)state;
	assert_prints(oci_script("args sh -c 'trap : TERM; kill -9 0; sleep 0.1; exec sleep 100'\n"
				 "config '.hooks.createRuntime = [{path: \"/bin/sh\", args: "
				 "[\"sh\", \"-c\", "
				 "\"trap : TERM; kill -TERM 0\"]}]'\n"
				 "oci run -d $id; echo one\n"
				 "oci exec $id sh -c 'kill -9 0' || echo two\n"
				 "args sh -c 'kill -9 0'; oci run b$id; echo three\n"
				 "config '.hooks.createRuntime[0].args[2] = \"kill -9 0\"'\n"
				 "oci run c$id 2>/dev/null || echo four\n"),
		      "one\ntwo\nthree\nfour\n");
}

static void the_last_of_two_variables_counts(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"mkdir rootfs/a rootfs/b; printf '#!/bin/sh\\necho a\\n' >rootfs/a/x\n"
			"printf '#!/bin/sh\\necho b; env | grep -E \"^(PATH|V)=\"\\n' >rootfs/b/x\n"
			"chmod +x rootfs/[ab]/x; args x\n"
			"config '.process.env = [\"V=1\", \"PATH=/a:/bin\", \"V=2\", "
			"\"V=3\", \"PATH=/b:/bin\"]'\n"
			"oci run $id\n"
			"jq .process config.json >process; args sleep 100; oci run -d $id\n"
			"oci exec --process process $id\n"
			"oci exec -e V=4 -e V=5 $id /usr/bin/env | grep ^V=\n"),
		"b\nV=3\nPATH=/b:/bin\nb\nV=3\nPATH=/b:/bin\nV=5\n");
}

static void an_empty_home_is_none(void **state)
{
	(void)state;
	assert_prints(
		oci_script("echo root:x:0:0:root:/home/of/root:/bin/sh >rootfs/etc/passwd\n"
			   "args sh -c 'echo $HOME'\n"
			   "config '.process.env += [\"HOME=\"]'; oci run $id\n"
			   "config '.process.env += [\"HOME=/one\", \"HOME=\"]'; oci run $id\n"
			   "config '.process.env += [\"HOME=\", \"HOME=/one\"]'; oci run $id\n"
			   "args sleep 100; oci run -d $id\n"
			   "oci exec -e HOME= $id sh -c 'echo $HOME'\n"),
		"/home/of/root\n/home/of/root\n/one\n/home/of/root\n");
}

/* A socket limits the size of its buffer and of a message. */
static void annotations_may_be_large(void **state)
{
	(void)state;
	assert_prints(oci_script("args true; head -c 3000000 /dev/zero | tr '\\0' x >large\n"
				 "config --rawfile large large '.annotations = {\"a.b\": $large}'\n"
				 "for kind in createRuntime createContainer poststop; do\n"
				 "config --arg kind $kind --arg log $d/log '.hooks[$kind] = "
				 "[{path: \"/bin/sh\", "
				 "args: [\"sh\", \"-c\", \"tr -cd x | wc -c >>\" + $log]}]'\n"
				 "done\n"
				 "config '.hooks.startContainer = [{path: \"/bin/true\"}]'\n"
				 "oci run $id; sed 's/300000./many/' log\n"),
		      "many\nmany\nmany\n");
}

/*
 * "/././.../bin/echo" is longer than the kernel takes: no shorter path may be executed in its
 * place.
 */
static void no_path_is_cut(void **state)
{
	(void)state;
	assert_prints(oci_script("long() { printf '/.%.0s' $(seq $1); }\n"
				 "args \"$(long 2043)/bin/echo/cut\" word\n"
				 "oci run $id 2>&1 | grep -o 'ENAMETOOLONG'\n"
				 "args \"$(long 2042)/bin/echo\" word; oci run $id\n"
				 "args echo word; config --arg path \"$(long 2046)/bin:/bin\" \\\n"
				 "  '.process.env += [\"PATH=\" + $path]'; oci run $id\n"
				 "config '.process.env += [\"PATH=:/none\"] | .process.cwd = "
				 "\"/bin\"'; oci run $id\n"),
		      "ENAMETOOLONG\nword\nword\nword\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(every_signal_is_as_by_default),
		host_test(so_it_is_in_hooks),
		host_test(no_group_is_its_callers),
		host_test(the_last_of_two_variables_counts),
		host_test(an_empty_home_is_none),
		host_test(annotations_may_be_large),
		host_test(no_path_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
