/* link.c: devices, addresses and routes, each by one message; looked at with ip(8) and tc(8). */
#include <arpa/inet.h>
#include <fcntl.h>

#include "cleanup.h"
#include "link.h"
#include "network.h"

static struct rtnl rtnl;
static struct in_addr gateway, address; /* a bridge's, and a container's */

static int setup(void **state)
{
	gateway.s_addr = inet_addr("10.91.7.1");
	address.s_addr = inet_addr("10.91.7.2");
	return enter_network(state) == 0 ? rtnl_open(&rtnl, NETLINK_ROUTE) : -1;
}

static int teardown(void **state)
{
	(void)state;
	rtnl_close(&rtnl);
	return 0;
}

/* A test that fails leaves its devices behind. They are removed before the comparison. */
static int clean_and_compare(void **state)
{
	run_shell("ip link del odd; ip link del v1; ip link del v1 netns outside");
	return compare_host(state);
}

#undef host_test
#define host_test(function)                                                                        \
	cmocka_unit_test_setup_teardown(function, remember_host, clean_and_compare)

/*
 * Fails unless `result` is -1 and the kept failure contains `call` and `error`. Between the two is
 * the kernel's explanation, if any.
 */
static void assert_failed(int result, const char *call, const char *error)
{
	assert_int_equal(result, -1);
	assert_contains(fail_get()->text, call);
	assert_contains(fail_get()->text, error);
	forget_failure();
}

static void assert_fine(int result)
{
	if (result != 0)
		fail_msg("%d: %s", result, fail_get()->text);
}

static void a_device_is_set_up(void **state)
{
	(void)state;
	assert_success(in_network("ip link add odd type veth peer name even\n"
				  "ip link set odd arp off",
				  NULL));
	assert_fine(link_set_up(&rtnl, "odd"));
	assert_prints(in_network("for n in odd even; do ip -o link show $n | grep -c '[<,]UP[,>]' "
				 "|| :; done\n"
				 "ip -o link show odd | grep -o NOARP; ip link del odd",
				 NULL),
		      "1\n0\nNOARP\n");
	assert_failed(link_set_up(&rtnl, "nosuch"), "RTM_NEWLINK nosuch up", ": ENODEV ");
}

static void a_bridge_is_made(void **state)
{
	(void)state;
	assert_fine(link_create_bridge(&rtnl, "odd", gateway));
	assert_prints(
		in_network("ip -d -o link show odd | grep -o -e ' bridge forward_delay' "
			   "-e 'state DOWN' -e '02:53:0a:5b:07:01 brd' -e 'addrgenmode [a-z0-9]*'",
			   NULL),
		"state DOWN\n02:53:0a:5b:07:01 brd\n bridge forward_delay\naddrgenmode none\n");
	assert_failed(link_create_bridge(&rtnl, "odd", gateway), "RTM_NEWLINK bridge odd",
		      ": EEXIST ");
	assert_fine(link_delete(&rtnl, "odd"));
}

static void an_address_is_added(void **state)
{
	(void)state;
	assert_success(in_network("ip link add odd type veth peer name even", NULL));
	assert_fine(link_add_address(&rtnl, "odd", address, 28));
	assert_fine(
		link_add_address(&rtnl, "even", (struct in_addr){ inet_addr("192.168.1.1") }, 30));
	assert_prints(in_network("for n in odd even; do ip -4 -o addr show $n | tr -s ' ' |\n"
				 "cut -d ' ' -f 2-8; done",
				 NULL),
		      "odd inet 10.91.7.2/28 brd 10.91.7.15 scope global\n"
		      "even inet 192.168.1.1/30 brd 192.168.1.3 scope global\n");
	assert_failed(link_add_address(&rtnl, "odd", address, 28),
		      "RTM_NEWADDR 10.91.7.2/28 to odd", ": EEXIST ");
	assert_failed(link_add_address(&rtnl, "nosuch", address, 28), "if_nametoindex nosuch",
		      ": ENODEV ");
	assert_fine(link_delete(&rtnl, "odd"));
}

/*
 * The far end is never on the host, where its name may be taken: here the host has a device
 * "uplink" as well.
 */
static void a_veth_pair_has_an_end_in_each_namespace(void **state)
{
	autofd int outside = open("/run/netns/outside", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(outside >= 0);
	assert_success(in_network("ip link add odd type bridge", NULL));
	assert_fine(link_create_veth(&rtnl, "v1", "odd", "uplink", outside, address));
	assert_prints(in_network("ip -o link show v1 | grep -o -e 'state [A-Z]*' -e 'master odd'\n"
				 "$out ip -o link show uplink | grep -o '02:53:0a:5b:07:02 brd'\n"
				 "ip -d link show v1 | grep -o -w veth; ip link del v1\n"
				 "$out ip link show uplink 2>/dev/null || echo gone",
				 NULL),
		      "master odd\nstate DOWN\n02:53:0a:5b:07:02 brd\nveth\ngone\n");
	assert_failed(link_create_veth(&rtnl, "v1", "nosuch", "odd", outside, address),
		      "if_nametoindex nosuch", ": ENODEV ");
	assert_failed(link_create_veth(&rtnl, "uplink", "odd", "v1", outside, address),
		      "RTM_NEWLINK veth uplink, v1 in the container", ": EEXIST ");
	assert_success(in_network("no $out ip link show v1; ip link del odd", NULL));
}

static void a_default_route_is_added(void **state)
{
	(void)state;
	assert_failed(link_add_default_route(&rtnl, gateway), "RTM_NEWROUTE default via 10.91.7.1",
		      ": ENETUNREACH ");
	assert_success(in_network("ip route del default; ip link add odd type bridge\n"
				  "ip addr add 10.91.7.2/24 dev odd; ip link set odd up",
				  NULL));
	assert_fine(link_add_default_route(&rtnl, gateway));
	assert_failed(link_add_default_route(&rtnl, gateway), "RTM_NEWROUTE default via 10.91.7.1",
		      ": EEXIST ");
	assert_prints(in_network("ip route show default | cut -d ' ' -f 1-7; ip link del odd\n"
				 "ip route add default via $far",
				 NULL),
		      "default via 10.91.7.1 dev odd proto static\n");
}

/* The queue is bounded. Otherwise a slow link would keep its packets for minutes. */
static void a_rate_is_a_token_bucket(void **state)
{
	(void)state;
	assert_success(in_network("ip link add odd type bridge; ip link set odd up", NULL));
	assert_fine(link_set_rate(&rtnl, "odd", 10000000));
	assert_prints(in_network("tc qdisc show dev odd root | grep -o -e '^.* root' -e "
				 "'rate.*it' -e 'burst [0-9KMb]*' -e 'lat 50' | sed 's/ "
				 "[0-9a-f]*:/ /; s/  / /'",
				 NULL),
		      "qdisc tbf root\nrate 10Mbit\nburst 16Kb\nlat 50\n");
	/* A rate of 80 Gbit/s needs more than 32 bits. */
	assert_fine(link_set_rate(&rtnl, "odd", 80000000000));
	assert_prints(
		in_network("tc qdisc show dev odd root | grep -o -e 'rate.*it'; ip link del odd",
			   NULL),
		"rate 80Gbit\n");
	assert_failed(link_set_rate(&rtnl, "nosuch", 10000000), "if_nametoindex nosuch",
		      ": ENODEV ");
}

static void a_rate_is_at_both_ends_of_the_pair(void **state)
{
	(void)state;
	assert_prints(
		in_network("begin c ./step-04 --network-rate 1mbit sh -c 'echo on\n"
			   "exec probe sleep 60 $0' $1; expect c on\n"
			   "{ tc qdisc show; within $1 tc qdisc show; } |\n"
			   "grep -o 'tbf.*dev [a-z]*\\|rate.*it' | sed 's/ [0-9a-f]*:/ /; s/  / /'",
			   random_name()),
		"tbf dev ve\nrate 1Mbit\ntbf dev eth\nrate 1Mbit\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_device_is_set_up),
		host_test(a_bridge_is_made),
		host_test(an_address_is_added),
		host_test(a_veth_pair_has_an_end_in_each_namespace),
		host_test(a_default_route_is_added),
		host_test(a_rate_is_a_token_bucket),
		host_test(a_rate_is_at_both_ends_of_the_pair),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
