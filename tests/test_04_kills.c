/* Signals at random moments: the network is taken down, whatever the moment. */
#include <signal.h>

#include "cleanup.h"
#include "host/state.h"
#include "network.h"

enum { ROUNDS = 40, MICROSECONDS = 60000 };

/* A firewall that drops: the step adds rules to it, which must be removed as well. */
#define FIREWALL                                                                                   \
	"nft add table inet mine; nft add chain inet mine drops "                                  \
	"'{ type filter hook forward priority 10; policy drop; }'"

/*
 * Fails unless the host is as before. With `heal` the next start restores it; one more start is
 * needed if the dying child still held the lease.
 */
static void assert_host_is(const char *before, bool heal, int round, unsigned int delay)
{
	for (int tries = 0; tries < 40; tries++) {
		autofree char *now = NULL;

		if (heal && tries % 10 == 0)
			assert_success(run("./step-04", "true"));
		now = host_state();
		if (now && strcmp(now, before) == 0)
			return;
		usleep(50000);
	}
	fail_msg("the host is not as before in round %d, after %u us", round, delay);
}

/* Starts a container, and sends the step a signal; `heal`: then starts another one. */
static void kill_rounds(int signal, bool heal)
{
	autofree char *before = NULL;
	char publish[32];

	assert_success(run_shell("nft delete table inet mine 2>/dev/null; " FIREWALL));
	before = host_state();
	for (int round = 0; round < ROUNDS; round++) {
		unsigned int delay = random_number(0, MICROSECONDS - 1);
		const char *token = random_name();
		int status;
		pid_t pid;

		snprintf(publish, sizeof(publish), "%u:80", 2000 + random_number(0, 20000 - 1));
		pid = start("./step-04", "--subnet", "10.91.7.0/24", "-p", publish,
			    "--network-rate", "10mbit", "probe", "sleep", "60", token);
		usleep(delay);
		kill(pid, signal);
		status = finish(pid);
		if (status != 128 + signal)
			fail_msg("exit status %d in round %d, after %u us", status, round, delay);
		wait_until(count_processes(token) == 0);
		assert_host_is(before, heal, round, delay);
	}
	assert_success(run_shell("nft delete table inet mine"));
}

static void an_interrupt_leaves_nothing(void **state)
{
	(void)state;
	kill_rounds(SIGINT, false);
}

static void a_termination_leaves_nothing(void **state)
{
	(void)state;
	kill_rounds(SIGTERM, false);
}

/* A step with another subnet cleans up as well. */
static void after_a_kill_the_next_start_cleans_up(void **state)
{
	(void)state;
	kill_rounds(SIGKILL, true);
}

static void a_killed_container_leaves_the_others_alone(void **state)
{
	(void)state;
	assert_prints(in_network("serve a ./step-04 -h a -p $port:1 probe listen 1 3\n"
				 "begin b ./step-04 -p $second:1 sh -c 'echo on; probe sleep 60'\n"
				 "expect b on; $out build/probe connect $host:$port x\n"
				 "kill -KILL $pid_b; status b\n"
				 "$out build/probe connect $host:$port x\n"
				 "./step-04 probe connect 10.88.0.2:1 x; status a",
				 NULL),
		      "answer: hello from a to 198.51.100.2\n137\n"
		      "answer: hello from a to 198.51.100.2\n"
		      "answer: hello from a to 10.88.0.3\n0\n");
}

/* All end at the same time. The last one that ends takes the bridge down. */
static void many_that_end_at_once_leave_nothing(void **state)
{
	(void)state;
	assert_prints(in_network("i=0; while [ $i -lt 20 ]; do begin c$i ./step-04 -p "
				 "$((port + i)):80 sh -c 'echo on; exec probe sleep 60'\n"
				 "i=$((i + 1)); done\n"
				 "i=0; while [ $i -lt 20 ]; do expect c$i on; i=$((i + 1)); done\n"
				 "kill $begun; i=0; while [ $i -lt 20 ]; do status c$i\n"
				 "i=$((i + 1)); done >$d/all; uniq -c $d/all",
				 NULL),
		      "     20 143\n");
}

static void failures_leave_nothing(void **state)
{
	(void)state;
	assert_prints(
		in_network(
			"for how in '--rootfs /nowhere true' '/nowhere' '--workdir /no true' \\\n"
			"'-v /nowhere:/x true' '-p 1.2.3.4:1:1 true' '/etc/passwd'; do\n"
			"./step-04 $how 2>$d/err && code=0 || code=$?\n"
			"echo $code $(wc -l <$d/err); ls /run | grep step || :\n"
			"nft list ruleset; done",
			NULL),
		"125 1\n127 1\n125 1\n125 1\n125 1\n126 1\n");
}

/*
 * The host side is killed after it has released the child, and before the child has called
 * prctl(PR_SET_PDEATHSIG), which strace delays.
 */
static void a_child_that_is_late_does_not_outlive_it(void **state)
{
	const char *token = random_name();

	(void)state;
	assert_prints(
		in_network("strace -f -qq -o $d/calls -e trace=prctl \\\n"
			   "  -e inject=prctl:delay_enter=1000000 ./step-04 --network none sh -c "
			   "\"echo $1; exec probe sleep 60 $1\" & strace=$!\n"
			   "until step=$(pgrep -P $strace) && [ $(pgrep -P $step) ]; do sleep "
			   "0.02; done\n"
			   "sleep 0.3; kill -9 $step; wait $strace || true",
			   token),
		"");
	wait_until(count_processes(token) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(an_interrupt_leaves_nothing),
		host_test(a_termination_leaves_nothing),
		host_test(after_a_kill_the_next_start_cleans_up),
		host_test(a_killed_container_leaves_the_others_alone),
		host_test(many_that_end_at_once_leave_nothing),
		host_test(a_child_that_is_late_does_not_outlive_it),
		host_test(failures_leave_nothing),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
