#include "firewall.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "nft.h"

enum { HOOKED_MAX = 16 };

/* The chains that see what is forwarded, and whether Docker is there. */
struct forwarders {
	struct nft_chain chains[HOOKED_MAX];
	bool drop[HOOKED_MAX];
	size_t count;
	bool docker;
};

/* Finds those in the listing, but the chain of `bridge` itself. */
static void find_forwarders(struct forwarders *found, const char *bridge, char *listing)
{
	struct nft_chain chain = { 0 };
	char *line;

	while ((line = nft_line(&listing, &chain))) {
		bool ip = strcmp(chain.family, "ip") == 0;

		if (ip && strcmp(chain.name, "DOCKER-USER") == 0)
			found->docker = true;
		if (strncmp(line, "type filter hook forward ", 25) != 0 ||
		    strcmp(chain.table, bridge) == 0 || found->count == HOOKED_MAX)
			continue;
		if (ip || strcmp(chain.family, "inet") == 0) {
			found->drop[found->count] = strstr(line, "policy drop");
			found->chains[found->count++] = chain;
		}
	}
}

/* Whether the last rule of the chain is for all packets, and drops or rejects them. */
static bool ends_in_drop(const struct nft_chain *chain)
{
	const char *listing =
		nft_run(NULL, "list chain %s %s %s", chain->family, chain->table, chain->name);
	autofree char *copy = listing ? strdup(listing) : NULL;
	struct nft_chain ignored = { 0 };
	char *rest = copy, *line;
	const char *last = "";

	while ((line = nft_line(&rest, &ignored)))
		if (strstr(line, "# handle ") && strncmp(line, "chain ", 6) != 0 &&
		    strncmp(line, "table ", 6) != 0)
			last = line;
	if (strncmp(last, "counter ", 8) == 0)
		last += 8;
	return strncmp(last, "drop ", 5) == 0 || strncmp(last, "reject ", 7) == 0;
}

/* Only what iptables-nft can print: a rule that it cannot print breaks `iptables -S`. */
static void let_pass(const char *bridge, const struct nft_chain *chain, bool docker)
{
	bool iptables = strcmp(chain->family, "ip") == 0 && strcmp(chain->table, "filter") == 0;
	const char *name = docker && iptables ? "DOCKER-USER" : chain->name;
	const char *problem;
	char place[160];

	snprintf(place, sizeof(place), "%s %s %s", chain->family, chain->table, name);
	if (!nft_run(&problem,
		     "insert rule %s iifname \"%s\" counter accept comment \"%s\"\n"
		     "insert rule %s oifname \"%s\" counter accept comment \"%s\"\n",
		     place, bridge, bridge, place, bridge, bridge))
		fail_warn("the firewall's chain %s drops what is forwarded, and takes no rule of "
			  "ours (%s): containers may reach nothing but this host",
			  place, problem);
}

void firewall_pass(const char *bridge, const char *chains)
{
	autofree char *copy = strdup(chains);
	struct forwarders found = { .count = 0 };

	if (copy)
		find_forwarders(&found, bridge, copy);
	for (size_t i = 0; i < found.count; i++)
		if (found.drop[i] || ends_in_drop(&found.chains[i]))
			let_pass(bridge, &found.chains[i], found.docker);
	if (firewall_legacy_drops())
		fail_warn("iptables-legacy drops what is forwarded, and takes no rule of ours: "
			  "containers may reach nothing but this host, until you run "
			  "`iptables-legacy -I FORWARD -i %s -j ACCEPT`, and the same with -o",
			  bridge);
}

void firewall_undo(const char *bridge)
{
	nft_delete_marked("list ruleset", bridge);
}
