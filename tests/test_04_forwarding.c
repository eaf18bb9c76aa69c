/* Forwarding, which is a setting of the host: changed as little as can be, and put back. */
#include "network.h"

/* `show DEVICE...`: prints whether they forward. `up NAME`: a container that stays. */
#define SHOW                                                                                       \
	"show() { for s; do cat /proc/sys/net/ipv4/conf/$s/forwarding; done | tr -d '\\n'; echo; " \
	"}\n"                                                                                      \
	"up() { begin $1 ./step-04 sh -c 'echo on; exec probe sleep 60'; expect $1 on; }\n"        \
	"set_to() { echo $2 >/proc/sys/net/ipv4/conf/$1/forwarding; }\n"                           \
	"bridge=st0a580000-24\n"

static void it_is_on_for_bridge_and_uplink_alone(void **state)
{
	(void)state;
	assert_prints(in_network(SHOW
				 "ip link add idle type veth peer name other; ip link set idle up\n"
				 "show all default lo uplink idle; up a\n"
				 "show all default lo uplink idle $bridge\n"
				 "kill $pid_a; status a; show all default lo uplink idle\n"
				 "cat /proc/sys/net/ipv4/ip_forward; ip link del idle",
				 NULL),
		      "00000\n000101\n143\n00000\n0\n");
}

static void the_last_container_puts_it_back(void **state)
{
	(void)state;
	assert_prints(in_network(SHOW "up a; up b; ./step-04 --subnet 10.91.7.0/28 true\n"
				      "show uplink; kill $pid_a; status a; show uplink $bridge\n"
				      "kill $pid_b; status b; show uplink",
				 NULL),
		      "1\n143\n11\n143\n0\n");
}

static void where_it_was_on_it_stays_on(void **state)
{
	(void)state;
	assert_prints(in_network(SHOW "set_to uplink 1; up a; show all lo uplink\n"
				      "kill $pid_a; status a; show all lo uplink; set_to uplink 0\n"
				      "echo 1 >/proc/sys/net/ipv4/ip_forward; up b\n"
				      "show all lo uplink $bridge; kill $pid_b; status b\n"
				      "show all lo uplink; cat /proc/sys/net/ipv4/ip_forward\n"
				      "echo 0 >/proc/sys/net/ipv4/ip_forward",
				 NULL),
		      "001\n143\n001\n1111\n143\n111\n1\n");
}

static void who_switches_it_off_meanwhile_finds_it_off(void **state)
{
	(void)state;
	assert_prints(in_network(SHOW "up a; set_to uplink 0; up b; show uplink\n"
				      "kill $pid_a $pid_b; status a; status b; show uplink",
				 NULL),
		      "0\n143\n143\n0\n");
}

/* Docker switches forwarding on for all devices when it starts. */
static void who_switches_all_on_meanwhile_finds_all_on(void **state)
{
	(void)state;
	assert_prints(in_network(SHOW "up a; echo 1 >/proc/sys/net/ipv4/ip_forward; up b\n"
				      "kill $pid_a $pid_b; status a; status b\n"
				      "show all lo uplink; cat /proc/sys/net/ipv4/ip_forward\n"
				      "echo 0 >/proc/sys/net/ipv4/ip_forward",
				 NULL),
		      "143\n143\n111\n1\n");
}

/* The host has switched forwarding off on purpose for one device, which is off again after. */
static void a_device_that_alone_was_off_is_off_again(void **state)
{
	(void)state;
	assert_prints(in_network(SHOW "echo 1 >/proc/sys/net/ipv4/ip_forward; set_to uplink 0\n"
				      "up a; show all lo uplink; kill $pid_a; status a\n"
				      "show all lo uplink; echo 0 >/proc/sys/net/ipv4/ip_forward",
				 NULL),
		      "111\n143\n110\n");
}

static void a_device_with_ipv6_routes_alone_is_left_as_it_is(void **state)
{
	(void)state;
	assert_prints(in_network(SHOW
				 "ip link add idle type veth peer name other; ip link set idle up\n"
				 "ip -6 route add 2001:db8::/32 dev idle; up a; show idle\n"
				 "kill $pid_a; status a; ip link del idle",
				 NULL),
		      "0\n143\n");
}

static void after_a_kill_the_next_start_puts_it_back(void **state)
{
	(void)state;
	assert_prints(in_network(SHOW "up a; kill -KILL $pid_a; status a; show uplink\n"
				      "./step-04 true; show uplink",
				 NULL),
		      "137\n1\n0\n");
}

/* The device may have gone, with its settings. */
static void an_uplink_that_goes_meanwhile_is_no_matter(void **state)
{
	(void)state;
	assert_prints(in_network(SHOW "ip link add wlan type veth peer name other; ip link set "
				      "other up; ip link set wlan up\n"
				      "ip addr add 203.0.113.1/24 dev wlan; up a; show wlan\n"
				      "ip link del wlan; kill $pid_a; status a",
				 NULL),
		      "1\n143\n");
}

/* wg-quick puts the default route into a table of its own. Another route has two next hops. */
static void a_route_of_another_table_counts(void **state)
{
	(void)state;
	assert_prints(
		in_network(SHOW "for n in wg isp1 isp2; do ip link add $n type veth peer name p$n\n"
				"ip link set p$n up; ip link set $n up; done\n"
				"ip route add default dev wg table 51820\n"
				"ip rule add not fwmark 51820 table 51820\n"
				"ip route add 203.0.113.0/24 nexthop dev isp1 nexthop dev isp2\n"
				"up a; show wg isp1 isp2 uplink lo\n"
				"kill $pid_a; status a; show wg isp1 isp2 uplink\n"
				"ip rule del not fwmark 51820 table 51820\n"
				"for n in wg isp1 isp2; do ip link del $n; done",
			   NULL),
		"11110\n143\n0000\n");
}

/* A device is added after the first container, and later again under the same name. */
static void an_uplink_that_comes_later_counts_at_the_next_start(void **state)
{
	(void)state;
	assert_prints(in_network(SHOW
				 "come() { ip link add wlan type veth peer name other; ip link set "
				 "other up\n"
				 "ip link set wlan up; ip route add 203.0.113.0/24 dev wlan; }\n"
				 "up a; come; show wlan; up b; show wlan; ip link del wlan\n"
				 "come; show wlan; up c; show wlan uplink\n"
				 "kill $pid_a $pid_b $pid_c; status a; status b; status c\n"
				 "show wlan uplink; ip link del wlan",
				 NULL),
		      "0\n1\n0\n11\n143\n143\n143\n00\n");
}

/* Runs `setup` and `./step-04 true`. Fails unless its warnings begin with `wanted`. */
static void check_is_told(const char *setup, const char *wanted)
{
	assert_prints(in_network(SHOW "trap 'undo; leave' EXIT; eval \"$1\"\n"
				      "./step-04 true 2>&1 | cut -d : -f 2-4 | cut -d ';' -f 1",
				 setup),
		      wanted);
}

/* Rules of policy routing that leave containers without a way, out or back. */
static void policy_routing_without_a_way_is_told(void **state)
{
	static const char no_way[] =
		" warning: the host has a way out, but what comes from st0a580000-24 has none, or "
		"its answers find no way back: containers reach nothing but this host\n";

	(void)state;
	check_is_told("r='from 10.88.0.0/16 prohibit'; ip rule add $r; undo() { ip rule del $r; }",
		      no_way);
	check_is_told("ip route add table 7 blackhole default; r='from 10.0.0.0/8 table 7'\n"
		      "ip rule add $r; undo() { ip rule del $r; ip route flush table 7; }",
		      no_way);
	check_is_told("ip route add table 7 default via $far dev uplink\n"
		      "r='iif uplink table 7 pref 100'; ip rule add $r\n"
		      "undo() { ip rule del $r; ip route flush table 7; }",
		      no_way);
}

static void a_way_out_that_does_not_forward_is_told(void **state)
{
	(void)state;
	check_is_told(
		"up a; set_to uplink 0; undo() { :; }",
		" warning: somebody has switched forwarding off again for uplink, the containers' "
		"way out: they reach nothing there (sysctl net.ipv4.conf.uplink.forwarding=1)\n");
}

/* A host with no way out, or with another one than the main table's; a strict rp_filter. */
static void where_there_is_a_way_nothing_is_told(void **state)
{
	(void)state;
	check_is_told("undo() { :; }", "");
	check_is_told("ip route del default; undo() { ip route add default via $far; }", "");
	check_is_told("for n in 0/1 128/1; do ip route add $n via $far; done\n"
		      "undo() { ip route del 0/1; ip route del 128/1; }",
		      "");
	check_is_told("f=/proc/sys/net/ipv4/conf/all/rp_filter; echo 1 >$f\n"
		      "ip link add wg type veth peer name p; ip link set p up; ip link set wg up\n"
		      "ip route add default dev wg table 51820\n"
		      "ip rule add not fwmark 51820 table 51820\n"
		      "ip rule add table main suppress_prefixlength 0\n"
		      "undo() { echo 0 >$f; ip link del wg; ip rule del not fwmark 51820\n"
		      "ip rule del table main suppress_prefixlength 0; }",
		      "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(it_is_on_for_bridge_and_uplink_alone),
		host_test(the_last_container_puts_it_back),
		host_test(where_it_was_on_it_stays_on),
		host_test(who_switches_it_off_meanwhile_finds_it_off),
		host_test(who_switches_all_on_meanwhile_finds_all_on),
		host_test(a_device_that_alone_was_off_is_off_again),
		host_test(a_device_with_ipv6_routes_alone_is_left_as_it_is),
		host_test(after_a_kill_the_next_start_puts_it_back),
		host_test(an_uplink_that_goes_meanwhile_is_no_matter),
		host_test(a_route_of_another_table_counts),
		host_test(an_uplink_that_comes_later_counts_at_the_next_start),
		host_test(policy_routing_without_a_way_is_told),
		host_test(a_way_out_that_does_not_forward_is_told),
		host_test(where_there_is_a_way_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
