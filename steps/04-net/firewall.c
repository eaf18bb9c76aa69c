/*
 * Other tools' firewalls: where one drops what is forwarded, rules of ours go into its chain.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "nat.h"
#include "nft.h"

/* What drops forwarded traffic, and whether Docker is there. */
struct droppers {
	struct nft_chain chains[8];
	size_t count;
	bool docker;
};

static void look_for_drop(const struct nft_chain *chain, const char *line, void *data)
{
	struct droppers *droppers = data;

	if (strstr(line, "hook forward") && strstr(line, "policy drop") && droppers->count < 8 &&
	    (strcmp(chain->family, "ip") == 0 || strcmp(chain->family, "inet") == 0))
		droppers->chains[droppers->count++] = *chain;
	if (strcmp(chain->name, "DOCKER-USER") == 0 && strcmp(chain->family, "ip") == 0)
		droppers->docker = true;
}

int nat_pass_firewall(const char *name)
{
	struct droppers droppers = { 0 };

	if (nft_for_each_line("list chains", look_for_drop, &droppers) < 0)
		return -1;
	for (size_t i = 0; i < droppers.count; i++) {
		struct nft_chain *chain = &droppers.chains[i];
		const char *problem;
		char place[160];

		if (droppers.docker && strcmp(chain->family, "ip") == 0 &&
		    strcmp(chain->table, "filter") == 0)
			strcpy(chain->name, "DOCKER-USER");
		/* Only what iptables-nft can print: a rule that it cannot breaks `iptables -S`. */
		snprintf(place, sizeof(place), "%s %s %s", chain->family, chain->table,
			 chain->name);
		if (!nft_run(&problem,
			     "insert rule %s iifname \"%s\" counter accept comment \"%s\"", place,
			     name, name) ||
		    !nft_run(&problem,
			     "insert rule %s oifname \"%s\" counter accept comment \"%s\"", place,
			     name, name))
			return fail_input("nft rule in %s %s %s: %s", chain->family, chain->table,
					  chain->name, problem);
	}
	return 0;
}

void nat_undo_firewall(const char *name)
{
	nft_delete_marked("list ruleset", name);
}
