/* Several hosts on one machine: what a step makes belongs to one network namespace, and its names
 * are its own there, also where others have another /run or other PIDs. */
#include "network.h"

#define STAYS "sh -c 'ip -4 addr show eth0; echo on; exec probe sleep 60'\n"

/* `ip netns exec` keeps /run; so there the leases of both are. */
static void two_network_namespaces_are_two_hosts(void **state)
{
	(void)state;
	assert_prints(in_network("ip netns add second; trap 'ip netns del second; leave' EXIT\n"
				 "second='ip netns exec second'\n"
				 "begin a ./step-04 " STAYS "begin b $second ./step-04 " STAYS
				 "expect a on; expect b on; address a; address b\n"
				 "for host in '' \"$second\"; do\n"
				 "$host ./step-04 ping -q -c 1 -W 5 10.88.0.2 >&2; done\n"
				 "kill $pid_b; status b; $second ip -o link show type bridge\n"
				 "./step-04 ping -q -c 1 -W 5 10.88.0.2 >&2; kill $pid_a; status a",
				 NULL),
		      "10.88.0.2\n10.88.0.2\n143\n143\n");
}

/* As a step in a container that has the host's network. */
static void a_bridge_of_who_has_another_run_is_left_alone(void **state)
{
	(void)state;
	assert_prints(
		in_network("cat >$d/other <<'EOF'\nmount -t tmpfs none /run; exec \"$@\"\nEOF\n"
			   "other=\"unshare --mount sh -eu $d/other\"\n"
			   "begin a ./step-04 " STAYS "expect a on; address a\n"
			   "begin b $other ./step-04 " STAYS "expect b on; address b\n"
			   "$other ./step-04 --subnet 10.88.0.0/24 true 2>&1 || :\n"
			   "./step-04 ping -q -c 1 -W 5 10.88.0.2 >&2\n"
			   "kill $pid_b; status b; ./step-04 ping -q -c 1 -W 5 10.88.0.2 >&2",
			   NULL),
		"10.88.0.2\n10.89.0.2\n"
		"step-04: --subnet 10.88.0.0/24: the host has a route to addresses in it; "
		"choose another, or leave it out\n143\n");
}

/* All their processes have the same numbers. */
static void steps_of_two_pid_namespaces_share_a_bridge(void **state)
{
	(void)state;
	assert_prints(in_network("pids='unshare --pid --fork --kill-child --mount-proc'\n"
				 "begin a $pids ./step-04 " STAYS "begin b $pids ./step-04 " STAYS
				 "expect a on; expect b on; { address a; address b; } | sort\n"
				 "$pids ./step-04 sh -ec 'for n in 2 3; do\n"
				 "ping -q -c 1 -W 5 10.88.0.$n >&2; done'\n"
				 "kill -KILL $pid_a $pid_b; status a; status b; ./step-04 true",
				 NULL),
		      "10.88.0.2\n10.88.0.3\n137\n137\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(two_network_namespaces_are_two_hosts),
		host_test(a_bridge_of_who_has_another_run_is_left_alone),
		host_test(steps_of_two_pid_namespaces_share_a_bridge),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
