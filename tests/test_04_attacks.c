/* Attacks on what the host keeps to itself, each proved to work where the defence is taken away. */
#include "network.h"

/*
 * The beginning of an attack on 127.0.0.1 by way of the gateway $1. The kernel's rules in the
 * attacker's own namespace are taken away, too, so that an answer would arrive there.
 */
#define ATTACK                                                                                     \
	"ip addr del 127.0.0.1/8 dev lo\nip route add 127.0.0.0/8 via $1 dev eth0\n"               \
	"echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet\n"

/*
 * CVE-2020-8558: the host's bridge has route_localnet, which lets a container's packets to
 * 127.0.0.1 in. The port's filter keeps them out, even after somebody has flushed the rules.
 */
static void a_container_does_not_reach_the_hosts_loopback(void **state)
{
	const char *token = random_name();
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted),
		 "refused\nrefused\nanswer: hello from vm to 10.88.0.2\nfrom 10.88.0.2: %s-3\n",
		 token);
	assert_prints(
		in_network(
			"cat >$d/attack <<'EOF'\n" ATTACK "shift; for n in 1 2; do\n"
			"timeout 1 probe connect 127.0.0.1:$1 $2-$n || echo refused\n"
			"echo >/mnt/done; until read line </mnt/go; do :; done; done\n"
			"probe connect 127.0.0.1:$1 $2-3\nEOF\n"
			"mkfifo $d/done $d/go; serve s build/probe listen 127.0.0.1:$port\n"
			"begin c ./step-04 -v $d:/mnt sh /mnt/attack 10.88.0.1 $port $1\n"
			"read line <$d/done; nft flush ruleset; echo >$d/go; read line <$d/done\n"
			"tc qdisc del dev ve0a580002 ingress\n"
			"echo >$d/go; expect s 'from.*'; expect c 'answer.*'\n"
			"grep -e refused -e answer $d/c.out; heard s",
			token),
		wanted);
}

static void a_container_does_not_reach_the_hosts_loopback_by_udp(void **state)
{
	const char *token = random_name();
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted), "from 10.88.0.2: %s-2\n", token);
	assert_prints(in_network("cat >$d/attack <<'EOF'\n" ATTACK
				 "timeout 1 probe connect udp 127.0.0.1:$2 $3-1; echo >/mnt/done\n"
				 "until read line </mnt/go; do :; done; probe connect udp "
				 "127.0.0.1:$2 $3-2\nEOF\n"
				 "mkfifo $d/done $d/go\n"
				 "serve s build/probe listen udp 127.0.0.1:$port\n"
				 "begin c ./step-04 -v $d:/mnt sh /mnt/attack 10.88.0.1 $port $1\n"
				 "read line <$d/done; nft flush chain ip st0a580000-24 loopback\n"
				 "tc qdisc del dev ve0a580002 ingress\necho >$d/go; heard s; "
				 "expect c 'answer.*'",
				 token),
		      wanted);
}

/*
 * As above from a neighbour of the host, to a port that is published for 127.0.0.1 alone. The
 * kernel translates the address before it looks whether the address is a martian.
 */
static void a_port_published_on_loopback_is_not_reached_from_outside(void **state)
{
	(void)state;
	assert_prints(in_network("cat >$d/attack <<'EOF'\n" ATTACK
				 "timeout 1 build/probe connect 127.0.0.1:$2 x\nEOF\n"
				 "serve c ./step-04 -h c -p 127.0.0.1:$port:1 probe listen 1 2\n"
				 "$out sh $d/attack $host $port || echo refused\n"
				 "$out ip addr add 127.0.0.1/8 dev lo\n"
				 "$out ip route del 127.0.0.0/8 dev eth0\n"
				 "build/probe connect 127.0.0.1:$port x",
				 NULL),
		      "refused\nanswer: hello from c to 10.88.0.1\n");
}

/* A container has only the devices and the settings of its own network namespace. */
static void a_container_cannot_use_the_hosts_raw_network(void **state)
{
	(void)state;
	assert_prints(in_network("ip link set lo up\n"
				 "./step-04 sh -c 'ip link show uplink 2>&1; ls /sys/class/net\n"
				 "ls /proc/sys/net/ipv4/conf'",
				 NULL),
		      "ip: can't find device 'uplink'\neth0\nlo\nall\ndefault\neth0\nlo\n");
}

/*
 * By IPv6, neighbours could be told of a router (CVE-2020-10749), and the host could be reached
 * past the rules, which are for IPv4.
 */
static void there_is_no_ipv6_between_containers_and_host(void **state)
{
	(void)state;
	assert_prints(
		in_network(
			"begin c ./step-04 sh -c 'ip -6 addr show eth0; ip -6 route show dev eth0\n"
			"echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6\n"
			"until ip -6 addr show eth0 | grep -q \"inet6 fe80.* link $\"; do\n"
			"usleep 100000; done; echo on; exec probe sleep 60'\n"
			"expect c on; cat $d/c.out; ip -6 addr show dev st0a580000-24\n"
			"tc qdisc del dev ve0a580002 ingress\n"
			"$ping -6 -q -c 1 -W 1 fe80::53:aff:fe58:2%st0a580000-24 2>&1 | tail -1",
			NULL),
		"on\nping: sendto: Network is unreachable\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_container_does_not_reach_the_hosts_loopback),
		host_test(a_container_does_not_reach_the_hosts_loopback_by_udp),
		host_test(a_port_published_on_loopback_is_not_reached_from_outside),
		host_test(a_container_cannot_use_the_hosts_raw_network),
		host_test(there_is_no_ipv6_between_containers_and_host),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
