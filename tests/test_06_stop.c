/* Step 06, engine: containers that run are ended from elsewhere: stop, kill, rm --force. */
#include "test_06_engine.h"

/* A command that ends with 7 when the signal comes. */
#define TRAP(signal) "sh -c 'trap \"exit 7\" " signal "; echo ready; while :; do sleep 0.05; done'"

static void a_container_is_asked_to_end_by_its_signal(void **state)
{
	(void)state;
	assert_success(engine_script(RUNNING BACKGROUND "background one busybox " TRAP(
		"TERM") "; asked one; [ $(e stop one) = one ]\n"
			"wait; [ $(cat $d/one) = 7 ]; [ \"$(state one)\" = exited ]\n"
			"background two --stop-signal USR1 busybox " TRAP(
				"USR1") "; asked two\n"
					"e stop two >/dev/null; wait; [ $(cat $d/two) = 7 ]\n"
					"e commit -c 'STOPSIGNAL SIGUSR2' -c 'CMD trap \"exit 7\" "
					"USR2; echo ready; while :; do sleep 0.05; done' one img "
					">/dev/null\n"
					"background three img; asked three; e stop "
					"three >/dev/null; wait\n"
					"[ $(cat $d/three) = 7 ]\n"
					"background four img " TRAP(
						"HUP") "; asked four; e stop -s "
						       "HUP four >/dev/null; "
						       "wait\n"
						       "[ $(cat $d/four) = 7 ]; e "
						       "stop four one >/dev/null; "
						       "whole"));
}

static void it_is_killed_when_it_does_not_end(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING BACKGROUND
		"background one busybox sleep 1000; before=$(date +%s%N); e stop -t 1 one "
		">/dev/null\n"
		"after=$(date +%s%N); [ $(((after - before) / 1000000)) -ge 1000 ]; wait\n"
		"[ $(cat $d/one) = 137 ]; e inspect one | jq -e '.[0].State.ExitCode == 137' "
		">/dev/null; whole"));
}

static void a_signal_is_sent_to_the_command(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING BACKGROUND
		"background one busybox sh -c 'trap \"echo got\" USR1; echo ready; while :; do "
		"sleep 0.05; done'\n"
		"asked one; [ $(e kill -s USR1 one) = one ]; wait_for grep -qx got $d/one.out; up "
		"one\n"
		"e kill --signal 10 one >/dev/null; wait_for eval '[ $(grep -c got $d/one.out) = 2 "
		"]'\n"
		"refuses 125 'no such signal' e kill -s NOPE one\n"
		"e kill one >/dev/null; wait; [ $(cat $d/one) = 137 ]\n"
		"refuses 125 'is not running' e kill one; refuses 125 'no such container' e kill "
		"nothing\n"
		"refuses 125 'must be a signal' e create --stop-signal NOPE busybox true; whole"));
}

static void a_running_container_is_removed_by_force(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING BACKGROUND
		"background one busybox sh -c 'trap \"\" TERM INT HUP; sleep 1000'\n"
		"background two --rm busybox sleep 1000; e create --name three busybox sh "
		">/dev/null\n"
		"refuses 125 'is running' e rm one; up one\n"
		"is \"$(e rm --force one two three | xargs)\" 'one two three'\n"
		"wait; [ $(cat $d/one) = 137 ]; [ $(cat $d/two) = 137 ]; [ -z \"$(e ps -a -q)\" ]\n"
		"refuses 125 'no such container' e rm -f one; whole; named"));
}

/* A process with the number of one that has ended is another one. */
static void a_process_that_only_has_its_number_is_left_alone(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"running one busybox sleep 1000; sleep 1000 & other=$!\n"
		"note=$(echo $s/work/*/process); read -r first begin rest <$note || true\n"
		"echo \"$other $begin $rest\" >$note; refuses 125 'not running' e kill one\n"
		"kill -0 $other; kill $other; kill_all; wait_for down one; e rm one >/dev/null; "
		"whole"));
}

static void the_process_is_told(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"running one busybox sleep 1000; pid=$(e inspect one | jq '.[0].State.Pid')\n"
		"[ $(cat /proc/$pid/comm) = sleep ]; kill_all; wait_for down one\n"
		"[ $(e inspect one | jq '.[0].State.Pid') = 0 ]; e rm one >/dev/null"));
}

/* ---- commit ---- */

static void a_commit_keeps_the_settings_of_the_container(void **state)
{
	(void)state;
	assert_success(engine_script(
		"echo F=file >$d/env\n"
		"e commit -c 'ENV A=image B=image' -c 'LABEL l=image m=image' -c 'EXPOSE 1' -c "
		"'CMD [\"of\", \"image\"]' -c 'WORKDIR /etc' \\\n"
		" $(e create busybox true) base >/dev/null\n"
		"c=$(e create --network none -e A=mine -e C=c --env-file $d/env -l l=mine -w /tmp "
		"-u "
		"3:4 --stop-signal USR1 base sh -c 'echo $A $B $C $F; pwd; id -u; id -g')\n"
		"e commit $c one >/dev/null\n"
		"is \"$(r --rm one | xargs)\" 'mine image c file /tmp 3 4'\n"
		"is \"$(inspect one '.Config | [.Labels.l, .Labels.m, .StopSignal, .User, "
		"(.ExposedPorts | keys[])] | join(\" \")')\" 'mine image USR1 3:4 1/tcp'\n"
		"c=$(e create --entrypoint /bin/echo base); e commit $c two >/dev/null\n"
		"is \"$(inspect two '[.Config.Entrypoint, .Config.Cmd] | tojson')\" "
		"'[[\"/bin/echo\"],null]'\n"
		"c=$(e create --entrypoint /bin/echo base x y); e commit -c 'ENV A=change' -c 'CMD "
		"[\"z\"]' $c three >/dev/null\n"
		"is \"$(r --rm three)\" z; is \"$(inspect three '.Config.Env | sort | join(\" "
		"\")')\" "
		"'A=change B=image'\n"
		"c=$(e create base); e commit $c four >/dev/null\n"
		"is \"$(inspect four '.Config | tojson')\" \"$(inspect base '.Config | tojson')\"; "
		"whole"));
}

static void published_ports_are_exposed(void **state)
{
	(void)state;
	assert_success(engine_script(
		"c=$(e create -p 18080:80 -p 18053:53/udp busybox sh); e commit $c one >/dev/null\n"
		"is \"$(inspect one '.Config.ExposedPorts | keys | join(\" \")')\" '53/udp "
		"80/tcp'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_container_is_asked_to_end_by_its_signal),
		host_test(it_is_killed_when_it_does_not_end),
		host_test(a_signal_is_sent_to_the_command),
		host_test(a_running_container_is_removed_by_force),
		host_test(a_process_that_only_has_its_number_is_left_alone),
		host_test(the_process_is_told),
		host_test(a_commit_keeps_the_settings_of_the_container),
		host_test(published_ports_are_exposed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
