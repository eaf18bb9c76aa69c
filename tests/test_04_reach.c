/* Containers, the host and outside: which of them can reach which. */
#include "network.h"

/* A container that prints its address and serves one peer. */
#define SERVER "./step-04 sh -c 'ip -4 addr show eth0; exec probe listen $0' "

static void two_containers_reach_one_another(void **state)
{
	const char *token = random_name();
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted),
		 "answer: hello from a to 10.88.0.4\nanswer: hello from b to 10.88.0.4\n0\n"
		 "from 10.88.0.4: %s\nfrom 10.88.0.4: %s\n",
		 token, token);
	assert_prints(in_network("serve a ./step-04 -h a probe listen $port 2\n"
				 "serve b ./step-04 -h b probe listen udp $port 2\n"
				 "./step-04 probe connect 10.88.0.2:$port $1\n"
				 "./step-04 probe connect udp 10.88.0.3:$port $1\n"
				 "begin c ./step-04 ping -c 2 -i 0.1 -W 5 10.88.0.2; status c\n"
				 "heard a; heard b",
				 token),
		      wanted);
}

static void a_container_reaches_outside_behind_the_hosts_address(void **state)
{
	const char *token = random_name();
	char wanted[256];

	(void)state;
	assert_new_namespaces("ipc mnt net pid uts ", "./step-04", "probe", "namespaces");
	snprintf(wanted, sizeof(wanted), "from 198.51.100.1: %s\nfrom 198.51.100.1: %s\n0\n", token,
		 token);
	assert_prints(in_network("serve tcp $out build/probe listen $port\n"
				 "serve udp $out build/probe listen udp $port\n"
				 "./step-04 probe connect $far:$port $1 >&2; heard tcp\n"
				 "./step-04 probe connect udp $far:$port $1 >&2; heard udp\n"
				 "begin c ./step-04 ping -c 1 -W 5 $far; status c",
				 token),
		      wanted);
}

/* Outside cannot answer to an address that only the host knows, so the masquerade is needed. */
static void outside_has_no_way_to_the_containers(void **state)
{
	(void)state;
	assert_prints(in_network("serve c " SERVER "$port\n"
				 "$out build/probe connect $(address c):$port x || :",
				 NULL),
		      "ENETUNREACH\n");
}

static void what_is_not_published_is_not_reached_from_outside(void **state)
{
	(void)state;
	/* Outside has a route, and would reach the container without the chain that is tested. */
	assert_prints(
		in_network("serve c ./step-04 sh -c 'ip -4 addr show eth0\n"
			   "exec probe listen $0 2' $port; a=$(address c)\n"
			   "$out ip route add 10.88.0.0/16 via $host\n"
			   "$out timeout 1 build/probe connect $a:$port 1 || :\n"
			   "$out timeout 1 $ping -q -c 1 $a >/dev/null || echo no ping\n"
			   "nft flush chain ip st0a580000-24 forward\n"
			   "$out build/probe connect $a:$port 2\n"
			   "$out $ping -q -c 1 -W 5 $a >/dev/null; echo ping\n"
			   "$out ip route del 10.88.0.0/16; heard c",
			   NULL),
		"no ping\nanswer: hello from vm to 198.51.100.2\nping\nfrom 198.51.100.2: 2\n");
}

static void the_host_reaches_a_container(void **state)
{
	const char *token = random_name();
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted), "answer: hello from c to 10.88.0.1\nfrom 10.88.0.1: %s\n",
		 token);
	assert_prints(in_network("serve c ./step-04 -h c sh -c 'ip -4 addr show eth0\n"
				 "exec probe listen $0' $port\n"
				 "$ping -q -c 1 -W 5 $(address c) >&2\n"
				 "build/probe connect $(address c):$port $1; heard c",
				 token),
		      wanted);
}

static void a_container_reaches_the_host(void **state)
{
	const char *token = random_name();
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted), "from 10.88.0.2: %s\n", token);
	assert_prints(in_network("serve s build/probe listen $port\n"
				 "./step-04 probe connect $host:$port $1 >&2; heard s",
				 token),
		      wanted);
}

static void containers_of_two_subnets_do_not_reach_one_another(void **state)
{
	(void)state;
	assert_prints(
		in_network("serve c ./step-04 --subnet 10.91.7.0/28 probe listen $port\n"
			   "timeout 1 ./step-04 probe connect 10.91.7.2:$port x >&2 || echo no\n"
			   "./step-04 --subnet 10.91.7.0/28 probe connect 10.91.7.2:$port x",
			   NULL),
		"no\nanswer: hello from vm to 10.91.7.3\n");
}

/*
 * The bridge is ready when the command starts, so the command's first packet arrives. One second is
 * the measure: the kernel asks for a hardware address again after a second, and ping would succeed.
 */
static void the_first_packet_of_a_container_is_not_lost(void **state)
{
	(void)state;
	assert_prints(in_network("begin c ./step-04 sh -c 'ip -4 addr show eth0; probe sleep 60'\n"
				 "a=$(address c); i=0; while [ $i -lt 50 ]; do\n"
				 "./step-04 ping -q -c 1 -W 1 $a >/dev/null || echo lost $i\n"
				 "i=$((i + 1)); done",
				 NULL),
		      "");
}

/* As above with a bridge that is new each time. */
static void the_first_packet_of_the_first_container_is_not_lost(void **state)
{
	(void)state;
	assert_prints(in_network("i=0; while [ $i -lt 50 ]; do\n"
				 "./step-04 ping -q -c 1 -W 1 $far >/dev/null || echo lost $i\n"
				 "i=$((i + 1)); done",
				 NULL),
		      "");
}

/* The next start makes the bridge anew. */
static void a_bridge_that_was_deleted_is_no_obstacle(void **state)
{
	(void)state;
	assert_prints(
		in_network("begin a ./step-04 sh -c 'echo on; exec probe sleep 60'; expect a on\n"
			   "ip link del st0a580000-24\n"
			   "./step-04 ping -q -c 1 -W 5 $far | grep received\n"
			   "kill $pid_a; status a",
			   NULL),
		"1 packets transmitted, 1 packets received, 0% packet loss\n143\n");
}

static void users_may_ping(void **state)
{
	(void)state;
	assert_prints(in_network("./step-04 cat /proc/sys/net/ipv4/ping_group_range | tr '\\t' ' '",
				 NULL),
		      "0 2147483647\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(two_containers_reach_one_another),
		host_test(a_container_reaches_outside_behind_the_hosts_address),
		host_test(outside_has_no_way_to_the_containers),
		host_test(what_is_not_published_is_not_reached_from_outside),
		host_test(the_host_reaches_a_container),
		host_test(a_container_reaches_the_host),
		host_test(containers_of_two_subnets_do_not_reach_one_another),
		host_test(a_bridge_that_was_deleted_is_no_obstacle),
		host_test(users_may_ping),
		host_test(the_first_packet_of_a_container_is_not_lost),
		host_test(the_first_packet_of_the_first_container_is_not_lost),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
