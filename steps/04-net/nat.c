#include "nat.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "nft.h"

/*
 * The rules of one bridge: its name, its subnet, and its name once more, as the table's.
 *
 * ports and addressed say where a published port leads: for all of the host's addresses, or for
 * one. postrouting hides the containers behind the host's address; also from one another where a
 * container calls a published port (its answer would not come back this way otherwise), and what
 * comes from 127.0.0.1, which means nothing on the wire. loopback closes the hole that
 * route_localnet opens: a container could send to the host's own 127.0.0.1 (CVE-2020-8558).
 * forward lets nobody in who was not answered or published for.
 */
static const char rules[] =
	"define link = \"%s\"\n"
	"define containers = %s\n"
	"table ip %s {\n"
	"	map ports {\n"
	"		type inet_proto . inet_service : ipv4_addr . inet_service\n"
	"	}\n"
	"	map addressed {\n"
	"		type inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service\n"
	"	}\n"
	"	chain published {\n"
	"		dnat ip addr . port to meta l4proto . ip daddr . th dport map @addressed\n"
	"		dnat ip addr . port to meta l4proto . th dport map @ports\n"
	"	}\n"
	"	chain prerouting {\n"
	"		type nat hook prerouting priority dstnat\n"
	"		meta l4proto { tcp, udp } fib daddr type local jump published\n"
	"	}\n"
	"	chain output {\n"
	"		type nat hook output priority -100\n"
	"		meta l4proto { tcp, udp } fib daddr type local jump published\n"
	"	}\n"
	"	chain postrouting {\n"
	"		type nat hook postrouting priority srcnat\n"
	"		ip saddr $containers oifname != $link masquerade\n"
	"		ip saddr $containers oifname $link ct status dnat masquerade\n"
	"		ip saddr 127.0.0.0/8 oifname $link masquerade\n"
	"	}\n"
	"	chain loopback {\n"
	"		type filter hook prerouting priority raw\n"
	"		iifname $link ip daddr 127.0.0.0/8 drop\n"
	"	}\n"
	"	chain forward {\n"
	"		type filter hook forward priority filter\n"
	"		oifname != $link accept\n"
	"		iifname $link accept\n"
	"		ct state established,related accept\n"
	"		ct status dnat accept\n"
	"		drop\n"
	"	}\n"
	"}\n";

int nat_create(const char *name, const struct subnet *subnet)
{
	const struct in_addr network = { htonl(subnet->network) };
	const char *problem;
	char text[32];

	snprintf(text, sizeof(text), "%s/%u", inet_ntoa(network), subnet->prefix);
	if (!nft_run(&problem, rules, name, text, name))
		return fail_input("nft table %s: %.*s", name, (int)strcspn(problem, "\n"), problem);
	return 0;
}

void nat_remove(const char *name)
{
	/* Adding it first makes it an error no more that it is not there. */
	nft_run(NULL, "table ip %s; delete table ip %s", name, name);
}

/* The key of a published port in its map: "ports { tcp . 8080". */
static void describe(const struct port *port, char *text, size_t size)
{
	const char *protocol = port->udp ? "udp" : "tcp";

	if (port->host.s_addr)
		snprintf(text, size, "addressed { %s . %s . %u", protocol, inet_ntoa(port->host),
			 port->host_port);
	else
		snprintf(text, size, "ports { %s . %u", protocol, port->host_port);
}

int nat_publish(const char *name, const struct port *port, struct in_addr address)
{
	const char *problem;
	char key[64];

	/* The port is ours (net.c has bound it), so an element that is there is a crashed one's. */
	nat_withdraw(name, port);
	describe(port, key, sizeof(key));
	if (!nft_run(&problem, "add element ip %s %s : %s . %u }", name, key, inet_ntoa(address),
		     port->port))
		return fail_input("nft element %s }: %.*s", key, (int)strcspn(problem, "\n"),
				  problem);
	return 0;
}

void nat_withdraw(const char *name, const struct port *port)
{
	char key[64];

	describe(port, key, sizeof(key));
	nft_run(NULL, "delete element ip %s %s }", name, key);
}
