#include "nat.h"

#include <arpa/inet.h>

/*
 * The table of a bridge. The placeholders stand for the bridge's name, its subnet, and three times
 * the table's name, which is the bridge's. nft executes all of these commands at once, or none.
 */
static const char rules[] =
	"define link = \"%s\"\n"
	"define containers = %s\n"
	"list chains\n"
	/* Add the table first, so that there is one to delete. */
	"table ip %s\n"
	"delete table ip %s\n"
	"table ip %s {\n"
	/* A rule for each published port of the host, marked with the container's address. */
	"	chain published {\n"
	"	}\n"
	/*
	 * For packets that arrive. The kernel drops what comes from outside to 127.0.0.1, but only
	 * after these rules. Without the first rule, a port that is published for 127.0.0.1 could
	 * be reached from outside.
	 */
	"	chain prerouting {\n"
	"		type nat hook prerouting priority dstnat\n"
	"		ip daddr 127.0.0.0/8 return\n"
	"		meta l4proto { tcp, udp } fib daddr type local jump published\n"
	"	}\n"
	/* For packets that the host itself sends. */
	"	chain output {\n"
	"		type nat hook output priority -100\n"
	"		meta l4proto { tcp, udp } fib daddr type local jump published\n"
	"	}\n"
	/*
	 * Replace the source address with the host's in three cases. A container sends to the
	 * outside. A container sends to another one by a published port: otherwise the answer would
	 * not come back through the host. The host sends from 127.0.0.1, which a container could
	 * not answer to.
	 */
	"	chain postrouting {\n"
	"		type nat hook postrouting priority srcnat\n"
	"		ip saddr $containers oifname != $link masquerade\n"
	"		ip saddr $containers oifname $link ct status dnat masquerade\n"
	"		ip saddr 127.0.0.0/8 oifname $link masquerade\n"
	"	}\n"
	/* With route_localnet, a container could reach the host's own 127.0.0.1 (CVE-2020-8558). */
	"	chain loopback {\n"
	"		type filter hook prerouting priority raw\n"
	"		iifname $link ip daddr 127.0.0.0/8 drop\n"
	"	}\n"
	/* To a container, only answers pass, and connections to a published port. */
	"	chain forward {\n"
	"		type filter hook forward priority filter\n"
	"		iifname $link accept\n"
	"		ct state established,related accept\n"
	"		ct status dnat accept\n"
	"		oifname $link drop\n"
	"	}\n"
	"}\n";

void nat_print_table(FILE *commands, const char *bridge, const struct subnet *subnet)
{
	const struct in_addr network = { htonl(subnet->network) };
	char containers[32];

	snprintf(containers, sizeof(containers), "%s/%u", inet_ntoa(network), subnet->prefix);
	fprintf(commands, rules, bridge, containers, bridge, bridge, bridge);
}

void nat_print_port(FILE *commands, const char *bridge, const struct port *port,
		    struct in_addr container)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &container, address, sizeof(address));
	fprintf(commands, "add rule ip %s published ", bridge);
	if (port->host.s_addr)
		fprintf(commands, "ip daddr %s ", inet_ntoa(port->host));
	fprintf(commands, "%s dport %u dnat to %s:%u comment \"%s\"\n", port->udp ? "udp" : "tcp",
		port->host_port, address, port->port, address);
}
