/* step-06-oci: hooks, in their order, with the state, and what becomes of the container if one
 * fails. */
#include "test_06_oci.h"

/*
 * `hook KIND SCRIPT [TIMEOUT]` adds one, a shell script, which has the state in $state; `say TEXT`
 * in it writes to $d/log.
 */
#define HOOKS                                                                                      \
	"hook() { config --arg kind $1 --arg script \"state=\\$(cat); d=$d; say() { echo "         \
	"\\\"\\$*\\\" >>$d/log; }; $2\" \\\n"                                                      \
	"  --argjson timeout ${3:-null} '.hooks[$kind] += [{path: \"/bin/sh\", timeout: "          \
	"$timeout,\n"                                                                              \
	"  args: [\"sh\", \"-c\", $script], env: [\"PATH=/usr/sbin:/usr/bin:/sbin:/bin\"]} |\n"    \
	"  if .timeout then . else del(.timeout) end]'; }\n"                                       \
	"tell='say $(echo $state | jq -r .status)'\n"

#define hooks_script(text) oci_script(HOOKS text)

static void they_run_in_the_order_of_the_specification(void **state)
{
	(void)state;
	assert_prints(
		hooks_script(
			"args sh -c 'echo command >>/log'\n"
			"mkdir -p rootfs/bin; touch log\n"
			"for kind in prestart createRuntime poststart poststop; do\n"
			"  hook $kind \"say $kind; $tell\"; done\n"
			"hook prestart 'say second'\n"
			"hook createContainer 'say createContainer'\n"
			"config '.mounts += [{destination: \"/log\", type: \"none\", source: $l,\n"
			"  options: [\"bind\"]}]' --arg l $d/log\n"
			"config '.hooks.startContainer = [{path: \"/bin/sh\",\n"
			"  args: [\"sh\", \"-c\", \"echo startContainer >>/log\"]}]'\n"
			"oci create $id; echo = >>log; oci start $id; wait_for is $id stopped\n"
			"wait_for grep -q poststart log; echo = >>log; oci delete $id; cat log\n"),
		"prestart\ncreated\nsecond\ncreateRuntime\ncreated\ncreateContainer\n=\n"
		"startContainer\ncommand\npoststart\nrunning\n=\npoststop\nstopped\n");
}

static void they_get_the_state_of_the_container(void **state)
{
	(void)state;
	assert_prints(hooks_script("config '.annotations = {\"a.b\": \"c\"}'; args true\n"
				   "hook createRuntime 'say $state'; oci create $id\n"
				   "oci state $id | jq -cS . >state; jq -cS . log | cmp - state\n"
				   "jq -r '.id, .bundle, .annotations[\"a.b\"]' log | sed "
				   "\"s|$id|ID|;s|$d|DIR|\"\n"
				   "[ -e /proc/$(jq .pid log)/ns/net ]\n"),
		      "ID\nDIR\nc\n");
}

static void create_container_hooks_are_in_its_namespaces(void **state)
{
	(void)state;
	assert_prints(hooks_script("hook createContainer 'say $(hostname)'\n"
				   "hook createRuntime '[ $(hostname) != testing ]'\n"
				   "oci create $id; cat log\n"),
		      "testing\n");
}

static void a_failure_before_the_start_ends_it(void **state)
{
	(void)state;
	assert_prints(
		hooks_script(
			"args true\nfor kind in prestart createRuntime createContainer; do\n"
			"  cp config.json good; hook $kind 'exit 3'\n"
			"  no oci create $id 2>&1 | sed 's/.*: //'; ls run; mv good config.json\n"
			"done\n"
			"config '.hooks.startContainer = [{path: \"/bin/false\"}]'\n"
			"oci create $id; no oci start $id 2>&1 | sed 's/.*: //'\n"
			"wait_for is $id stopped\n"),
		"exit status 3\nexit status 3\nexit status 3\nexit status 1\n");
}

static void a_failure_after_it_is_a_warning(void **state)
{
	(void)state;
	assert_prints(
		hooks_script(
			"args sleep 100; hook poststart 'exit 3'; hook poststart 'say poststart'\n"
			"hook poststop 'exit 4'; hook poststop 'say poststop'\n"
			"oci create $id; oci start $id 2>&1 | grep -o 'warning: .* exit.*'; status "
			"$id\n"
			"oci delete --force $id 2>&1 | grep -o 'exit status 4'; ls run; cat log\n"),
		"warning: error running hook: poststart /bin/sh: exit status 3\nrunning\nexit "
		"status 4\n"
		"poststart\npoststop\n");
}

static void one_that_takes_too_long_is_ended(void **state)
{
	(void)state;
	assert_prints(hooks_script("args true; hook prestart 'sleep 1000; say late' 1\n"
				   "no oci create $id 2>&1 | sed 's/.*: //'\n"
				   "no pgrep -xf 'sleep 1000'; ls run; no [ -e log ]\n"),
		      "had not ended after 1 s\n");
}

static void one_that_is_not_there_is_named(void **state)
{
	(void)state;
	assert_prints(hooks_script("config '.hooks.prestart = [{path: \"/no/hook\"}]'\n"
				   "no oci create $id 2>&1 | grep -o '/no/hook: ENOENT'\n"),
		      "/no/hook: ENOENT\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(they_run_in_the_order_of_the_specification),
		host_test(they_get_the_state_of_the_container),
		host_test(create_container_hooks_are_in_its_namespaces),
		host_test(a_failure_before_the_start_ends_it),
		host_test(a_failure_after_it_is_a_warning),
		host_test(one_that_takes_too_long_is_ended),
		host_test(one_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
