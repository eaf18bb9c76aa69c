#include "nat.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "firewall.h"
#include "nft.h"

/*
 * The rules of one bridge: its name, its subnet, and its name again, as the table's.
 *
 * published says where the host's ports lead, a rule for each, marked with the container's address.
 * postrouting hides the containers behind the host's address; also from one another where a
 * container calls a published port (its answer would not come back this way otherwise), and what
 * comes from 127.0.0.1, which means nothing on the wire. loopback closes the hole that
 * route_localnet opens: a container could send to the host's own 127.0.0.1 (CVE-2020-8558). A port
 * that is published for 127.0.0.1 is the host's alone (output): who sends to that address from
 * another machine would else be led to the container before the kernel drops it as a martian.
 * forward lets nobody in who was not answered or published for.
 */
static const char rules[] =
	"define link = \"%s\"\n"
	"define containers = %s\n"
	"list chains\n" /* those of others, for firewall_pass() */
	"create table ip %s\n"
	"table ip %s {\n"
	"	chain published {\n"
	"	}\n"
	"	chain prerouting {\n"
	"		type nat hook prerouting priority dstnat\n"
	"		ip daddr 127.0.0.0/8 return\n"
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
	"		iifname $link accept\n"
	"		ct state established,related accept\n"
	"		ct status dnat accept\n"
	"		oifname $link drop\n"
	"	}\n"
	"}\n";

int nat_create(const char *name, const struct subnet *subnet)
{
	const struct in_addr network = { htonl(subnet->network) };
	const char *chains, *problem;
	char text[32];

	snprintf(text, sizeof(text), "%s/%u", inet_ntoa(network), subnet->prefix);
	chains = nft_run(&problem, rules, name, text, name, name);
	if (!chains) {
		nat_remove(name); /* a table of that name may be left from a crash */
		chains = nft_run(&problem, rules, name, text, name, name);
	}
	if (!chains)
		return fail_input("nft table %s: %s; `make doctor` says what a bridge needs", name,
				  problem);
	firewall_pass(name, chains);
	return 0;
}

void nat_remove(const char *name)
{
	firewall_undo(name);
	/* Adding it first makes it an error no more that it is not there. */
	nft_run(NULL, "table ip %s; delete table ip %s", name, name);
}

int nat_publish(const char *name, const struct port *ports, size_t count, struct in_addr address)
{
	autofree char *commands = NULL;
	char container[INET_ADDRSTRLEN];
	const char *problem;
	size_t size;
	FILE *out = open_memstream(&commands, &size);

	if (!out)
		return fail("open_memstream");
	inet_ntop(AF_INET, &address, container, sizeof(container));
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "add rule ip %s published ", name);
		if (ports[i].host.s_addr)
			fprintf(out, "ip daddr %s ", inet_ntoa(ports[i].host));
		fprintf(out, "%s dport %u dnat to %s:%u comment \"%s\"\n",
			ports[i].udp ? "udp" : "tcp", ports[i].host_port, container, ports[i].port,
			container);
	}
	if (fclose(out) != 0)
		return fail("fclose");
	if (!nft_run(&problem, "%s", commands))
		return fail_input("nft rules to publish ports: %s", problem);
	return 0;
}

void nat_withdraw(const char *name, struct in_addr address)
{
	char commands[64];

	snprintf(commands, sizeof(commands), "list chain ip %s published", name);
	nft_delete_marked(commands, inet_ntoa(address));
}
