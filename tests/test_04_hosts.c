/*
 * Several hosts on one machine: what a step makes belongs to one network namespace. Names need be
 * unique only there, also when other steps have another /run or other PIDs.
 */
#include "network.h"

#define STAYS "sh -c 'ip -4 addr show eth0; echo on; exec probe sleep 60'\n"

/* `ip netns exec` keeps /run, so the leases of both hosts are in it. */
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

/* The second step is as in a container that has the host's network: its /run is another one. */
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

/* The processes of both steps have the same PIDs, each in its own PID namespace. */
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

/*
 * Another program's device has a name that the step would use. The device stays. The step refuses
 * to start, or uses other addresses.
 */
static void a_device_that_has_a_veths_name_is_left_alone(void **state)
{
	(void)state;
	for (int kind = 0; kind <= 1; kind++)
		assert_prints(
			in_network("ip link add ve0a580002 type $1\n"
				   "trap 'ip link del ve0a580002; leave' EXIT\n"
				   "./step-04 true 2>&1 || echo $?\n"
				   "begin a ./step-04 --subnet 10.88.0.0/24 --ip 10.88.0.3 " STAYS
				   "expect a on; address a\n"
				   "./step-04 --subnet 10.88.0.0/24 --ip 10.88.0.4 ping -q -c 1 -W "
				   "5 10.88.0.3 >&2\n"
				   "kill $pid_a; status a; ip -o link show ve0a580002 | wc -l",
				   kind ? "bridge" : "veth peer name other"),
			"step-04: the host has a device ve0a580002 that no step has made: rename "
			"it, or take another address with --subnet and "
			"--ip\n125\n10.88.0.3\n143\n1\n");
}

static void a_device_that_has_a_bridges_name_is_left_alone(void **state)
{
	(void)state;
	for (int kind = 0; kind <= 1; kind++)
		assert_prints(
			in_network("ip link add st0a580000-24 type $1\n"
				   "trap 'ip link del st0a580000-24; leave' EXIT\n"
				   "begin a ./step-04 " STAYS "expect a on; address a\n"
				   "./step-04 --subnet 10.88.0.0/24 true 2>&1 || echo $?\n"
				   "kill $pid_a; status a; ip -o link show st0a580000-24 | wc -l",
				   kind ? "bridge" : "veth peer name other"),
			"10.89.0.2\nstep-04: --subnet 10.88.0.0/24: the host has a device "
			"st0a580000-24 that no step has made; rename it, or choose another "
			"subnet\n125\n143\n1\n");
}

/*
 * Another program's bridge is in the place of the steps' bridge. One container of the steps' bridge
 * was killed, another one lives.
 */
static void a_bridge_in_the_place_of_ours_is_left_alone(void **state)
{
	(void)state;
	assert_prints(
		in_network("begin a ./step-04 " STAYS "begin b ./step-04 " STAYS
			   "expect a on; expect b on; kill -KILL $pid_a; status a\n"
			   "ip link del st0a580000-24; ip link add st0a580000-24 type bridge\n"
			   "./step-04 ip -4 -o addr show eth0 | grep -o 'inet [0-9.]*'\n"
			   "kill $pid_b; status b; ./step-04 true\n"
			   "ip -o link show st0a580000-24 | wc -l\n"
			   "ip link del st0a580000-24",
			   NULL),
		"137\ninet 10.89.0.2\n143\n1\n");
}

/* The next start makes the bridge anew, and moves the containers of the old one to it. */
static void containers_of_a_deleted_bridge_are_put_on_the_new_one(void **state)
{
	(void)state;
	assert_prints(
		in_network("serve a ./step-04 -h a -p $port:80 probe listen 80 3\n"
			   "begin b ./step-04 " STAYS "expect b on; ip link del st0a580000-24\n"
			   "./step-04 probe connect 10.88.0.2:80 x\n"
			   "$out build/probe connect $host:$port x\n"
			   "nsenter --net=/proc/$(pgrep -P $pid_b)/ns/net $ping -q -c 1 -W 5 $far "
			   ">&2\n"
			   "nsenter --net=/proc/$(pgrep -P $pid_a)/ns/net build/probe connect "
			   "$host:$port x\n"
			   "status a; kill $pid_b; status b",
			   NULL),
		"answer: hello from a to 10.88.0.4\nanswer: hello from a to 198.51.100.2\n"
		"answer: hello from a to 10.88.0.1\n0\n143\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(two_network_namespaces_are_two_hosts),
		host_test(a_bridge_of_who_has_another_run_is_left_alone),
		host_test(steps_of_two_pid_namespaces_share_a_bridge),
		host_test(a_device_that_has_a_veths_name_is_left_alone),
		host_test(a_device_that_has_a_bridges_name_is_left_alone),
		host_test(a_bridge_in_the_place_of_ours_is_left_alone),
		host_test(containers_of_a_deleted_bridge_are_put_on_the_new_one),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
