/*
 * A container that sends with addresses that are not its own, or as a router. Each attack is tried
 * with the defence, and then without it, where the attack must succeed.
 */
#include <arpa/inet.h>
#include <string.h>

#include "antispoof.h"
#include "fail.h"
#include "network.h"

/* The container that attacks has 10.88.0.3. It repeats a frame, as PID 1, until it is killed. */
#define ATTACKER "ve0a580003"
#define BRIDGE	 "st0a580000-24"
#define REPEAT	 "while :; do probe frame eth0 $0 && usleep 50000; done"
#define DEFINE                                                                                     \
	"conf=/proc/sys/net\n"                                                                     \
	"until_dropped() { until tc -s qdisc show dev $1 | grep -q 'dropped [1-9]'; do\n"          \
	"sleep 0.02; done; }\n"

/* A router advertisement of fe80::5: a default route, and the prefix 2001:db8:5::/64. */
#define ADVERTISEMENT                                                                              \
	"33330000000102530a58000386dd6000000000303afffe800000000000000000000000000005"             \
	"ff020000000000000000000000000001860039bf400007080000000000000000030440c00001"             \
	"5180000038400000000020010db8000500000000000000000000"

/*
 * CVE-2020-13401. The filter, accept_ra and disable_ipv6 are each enough, also when a tool switches
 * IPv6 on for all devices later.
 */
static void a_router_advertisement_does_not_reach_the_host(void **state)
{
	(void)state;
	assert_prints(
		in_network(
			DEFINE
			"routes() { echo $1: $(ip -6 route show | grep -c -e ^default -e "
			"2001:db8); }\n"
			"heard() { awk '$1 == \"Icmp6InRouterAdvertisements\" {print $2}' "
			"/proc/net/dev_snmp6/" BRIDGE "; }\n"
			"until_heard() { n=$(heard); until [ $(heard) -gt $n ]; do sleep 0.02; "
			"done; }\n"
			"cat $conf/ipv6/conf/default/accept_ra $conf/ipv6/conf/default/forwarding\n"
			"./step-04 true; begin n ./step-04 sleep 60\n"
			"until ip link show ve0a580002 >$d/x 2>&1; do sleep 0.02; done\n"
			"begin a ./step-04 sh -c '" REPEAT "' " ADVERTISEMENT "\n"
			"until ip link show " ATTACKER " >$d/x 2>&1; do sleep 0.02; done\n"
			"until_dropped " ATTACKER "; routes all\n"
			"echo 0 >$conf/ipv6/conf/all/disable_ipv6; echo 1 >$conf/ipv6/conf/" BRIDGE
			"/accept_ra\nsleep 0.3; routes filter\n"
			"echo 0 >$conf/ipv6/conf/" BRIDGE "/accept_ra\n"
			"tc qdisc del dev " ATTACKER " ingress\n"
			"until_heard; until_heard; routes accept_ra\n"
			"echo 1 >$conf/ipv6/conf/" BRIDGE "/accept_ra\n"
			"echo 1 >$conf/ipv6/conf/" BRIDGE
			"/disable_ipv6\nsleep 0.3; routes disable_ipv6\n"
			"echo 0 >$conf/ipv6/conf/" BRIDGE "/disable_ipv6\n"
			"until [ $(ip -6 route show | grep -c -e ^default -e 2001:db8) = 2 ]; do\n"
			"sleep 0.02; done; routes none\n",
			NULL),
		"1\n0\nall: 0\nfilter: 0\naccept_ra: 0\ndisable_ipv6: 0\nnone: 2\n");
}

#define TO_HOST "02530a580001"
#define OWN	"02530a580003"

/*
 * A container cannot send with the address of a neighbour, of a host in the uplink's network, or of
 * a far host. Without the filter, rp_filter still keeps out the addresses that do not belong to the
 * bridge.
 */
static void a_forged_source_address_does_not_arrive(void **state)
{
	(void)state;
	assert_prints(
		in_network(
			DEFINE
			"echo 0 >$conf/ipv4/conf/all/rp_filter\n"
			"frame() { printf " TO_HOST OWN "0800%s1234%04x000a00006869 $1 $port; }\n"
			"neighbour=$(frame 4500001e0000400040112616"
			"0a5800090a580001)\n"
			"lan=$(frame 4500001e000040004011063a"
			"c63364090a580001)\n"
			"far=$(frame 4500001e0000400040112067"
			"080808080a580001)\n"
			"serve s build/probe listen udp $port 1000\n"
			"begin n ./step-04 sleep 60\nuntil ip link show ve0a580002; do :; done "
			">$d/x 2>&1\n"
			"begin a ./step-04 sh -c 'while :; do for f; do probe frame eth0 $f; done\n"
			"usleep 50000; done' sh $neighbour $lan $far\n"
			"until ip link show " ATTACKER "; do :; done >$d/x 2>&1\n"
			"until_dropped " ATTACKER "; grep -c from $d/s.out || :\n"
			"tc qdisc del dev " ATTACKER " ingress\n"
			"expect s 'from 10.88.0.9:.*'; sleep 0.2; grep -v 10.88.0.9 $d/s.out | "
			"grep -c from "
			"|| :\n"
			"echo 0 >$conf/ipv4/conf/" BRIDGE "/rp_filter\n"
			"expect s 'from 8.8.8.8:.*'; expect s 'from 198.51.100.9:.*'; echo all\n",
			NULL),
		"0\n0\nall\n");
}

/*
 * A frame with the neighbour's hardware address would lead the neighbour's frames to the attacker's
 * port. By ARP the attacker claims to be the neighbour, towards the host, and the gateway, towards
 * the neighbour.
 */
static void a_neighbour_is_not_robbed_of_its_packets(void **state)
{
	(void)state;
	assert_prints(
		in_network(
			DEFINE
			"arp() { echo ffffffffffff" OWN "080600010800060400$1" OWN
			"$2ffffffffffff$2; }\n"
			"begin b ./step-04 sh -c 'ping -c 1 10.88.0.1; exec sleep 60'\n"
			"expect b '.*1 packets received.*'\n"
			"b=$(ps -o pid= --ppid $pid_b | tail -1)\n"
			"$ping -c 1 10.88.0.2 >$d/x\n"
			"place() { bridge fdb show br " BRIDGE " | "
			"awk '$1 == \"02:53:0a:58:00:02\" && !/permanent/ {print $3}'; }\n"
			"mac() { \"$@\" ip neigh show $at | grep -o '02:53:[0-9a-f:]*'; }\n"
			"host() { at=10.88.0.2 mac env; }\n"
			"neighbour() { at=10.88.0.1 mac nsenter -t $b -n; }\n"
			"place; host; neighbour\n"
			"begin a ./step-04 sh -c 'while :; do for f; do probe frame eth0 $f; done\n"
			"usleep 50000; done' sh $(arp 02 0a580001) $(arp 01 0a580001) "
			"$(arp 02 0a580002) $(arp 01 0a580002) " TO_HOST "02530a580002"
			"08004500001e000040004011261c"
			"0a5800030a58000112340000000a00006869\n"
			"until ip link show " ATTACKER "; do :; done >$d/x 2>&1\n"
			"until_dropped " ATTACKER "; sleep 1\nplace; host; neighbour\n"
			"tc qdisc del dev " ATTACKER " ingress\n"
			"until [ $(place)$(host)$(neighbour) = " ATTACKER
			"02:53:0a:58:00:0302:53:0a:58:00:03 ]; do sleep 0.05; done; echo robbed",
			NULL),
		"ve0a580002\n02:53:0a:58:00:02\n02:53:0a:58:00:01\n"
		"ve0a580002\n02:53:0a:58:00:02\n02:53:0a:58:00:01\nrobbed\n");
}

/* Frames, and whether they pass: the sender's own address is 10.91.7.2. */
#define ETHER "ffffffffffff 02530a5b0702 "
#define IP    "4500001400000000400100000a5b0702"
#define ARP   "0001080006040001"
#define MAC   "02530a5b0702"
static const struct {
	const char *frame, *verdict;
} frames[] = {
	{ ETHER "0800" IP "0a5b0701", "pass" }, /* IPv4 */
	{ ETHER "0800" IP "e0000001", "pass" },
	{ ETHER "0800" IP "ffffffff", "pass" },
	{ ETHER "0800" IP "7f000001", "drop" }, /* to 127.0.0.0/8 */
	{ ETHER "0800" IP "7f123456", "drop" },
	{ ETHER "0800" IP "0a5b07", "drop" }, /* too short */
	{ ETHER "0800", "drop" },
	{ ETHER "0800 4500001400000000400100000a5b0703 0a5b0701", "drop" }, /* another source */
	{ ETHER "0800 450000140000000040010000 00000000 ffffffff", "drop" },
	{ "ffffffffffff 02530a5b0703 0800" IP "0a5b0701", "drop" }, /* another hardware address */
	{ "ffffffffffff 02540a5b0702 0800" IP "0a5b0701", "drop" },
	{ ETHER "0806" ARP MAC "0a5b0702 000000000000 0a5b0701", "pass" }, /* ARP */
	{ ETHER "0806" ARP MAC "00000000 000000000000 0a5b0702", "pass" },
	{ ETHER "0806" ARP MAC "0a5b0701 000000000000 0a5b0701", "drop" },
	{ ETHER "0806" ARP "02530a5b0701 0a5b0702 000000000000 0a5b0701", "drop" },
	{ ETHER "0806 0001080008040001" MAC "0a5b0702 000000000000 0a5b0701", "drop" },
	{ ETHER "0806 0006080006040001" MAC "0a5b0702 000000000000 0a5b0701", "drop" },
	{ ETHER "0806" ARP MAC "0a5b0702 000000000000 0a5b07", "drop" },
	{ ETHER "86dd 6000000000003afffe80000000000000", "drop" }, /* IPv6 and the like */
	{ ETHER "86dd 6000000000003afffe8000000000000000000000000000000000000000000000", "drop" },
	{ ETHER "8035 00010800060400030000000000000000000000000000000000000000", "drop" },
	{ ETHER "8100 0001 0800" IP "0a5b0701", "drop" }, /* VLANs */
	{ ETHER "8100 0000 0800" IP "0a5b0701", "drop" },
	{ ETHER "88a8 0001 8100 0001 0800" IP "0a5b0701", "drop" },
	{ "0180c2000000 02530a5b0702 0026 424203000000000000000000000000000000000000", "drop" },
};

static void only_frames_with_the_own_addresses_pass(void **state)
{
	struct in_addr address = { inet_addr("10.91.7.2") };
	struct rtnl rtnl = { 0 };
	const char *argv[8 + sizeof(frames) / sizeof(*frames)] = {
		"/bin/sh", "-euc",
		". tests/network.sh\n"
		"dropped() { tc -s qdisc show dev v1 ingress |\n"
		"sed -n 's/.*(dropped \\([0-9]*\\).*/\\1/p'; "
		"}\n"
		"for frame; do before=$(dropped); $out build/probe frame v1 \"$frame\"\n"
		"[ $before = $(dropped) ] && echo pass || echo drop; done",
		"sh"
	};
	char wanted[1024] = "";

	(void)state;
	assert_success(in_network("ip link add v1 type veth peer name v1 netns outside\n"
				  "ip link set v1 addrgenmode none\n"
				  "$out sh -c 'echo 1 >/proc/sys/net/ipv6/conf/v1/disable_ipv6'",
				  NULL));
	assert_int_equal(rtnl_open(&rtnl, NETLINK_ROUTE), 0);
	assert_int_equal(antispoof_attach(&rtnl, "v1", address), 0);
	assert_int_equal(antispoof_attach(&rtnl, "v1", address), -1);
	assert_contains(fail_get()->text, "RTM_NEWQDISC ingress on v1");
	forget_failure();
	rtnl_close(&rtnl);
	assert_success(in_network("ip link set v1 up; $out ip link set v1 up\n"
				  "until ip -o link show v1 | grep -q 'state UP'; do :; done",
				  NULL));
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		argv[4 + i] = frames[i].frame;
		strcat(strcat(wanted, frames[i].verdict), "\n");
	}
	assert_prints(run_with(NULL, argv), wanted);
	run_shell("ip link del v1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_router_advertisement_does_not_reach_the_host),
		host_test(a_forged_source_address_does_not_arrive),
		host_test(a_neighbour_is_not_robbed_of_its_packets),
		host_test(only_frames_with_the_own_addresses_pass),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
