/*
 * Other tools' firewalls: where one drops what is forwarded, rules of ours go into its chain.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "nat.h"
#include "nft.h"

enum { NAME_SIZE = 64 };

/* A chain that drops, or where our rules in it are. */
struct chain {
	char family[8], table[NAME_SIZE], name[NAME_SIZE];
};

/* Calls `each` for every line of nft's listing, with the chain that it is in. */
static void for_each_line(const char *commands,
			  void (*each)(const struct chain *chain, const char *line, void *data),
			  void *data)
{
	const char *listing = nft_run(NULL, "%s", commands);
	autofree char *copy = listing ? strdup(listing) : NULL;
	struct chain chain = { 0 };
	char *rest = copy;

	for (char *line; (line = strsep(&rest, "\n"));) {
		if (sscanf(line, "table %7s %63s", chain.family, chain.table) == 2)
			continue;
		if (sscanf(line, " chain %63s", chain.name) == 1)
			continue;
		each(&chain, line, data);
	}
}

/* What drops forwarded traffic, and whether Docker is there. */
struct droppers {
	struct chain chains[8];
	size_t count;
	bool docker;
};

static void look_for_drop(const struct chain *chain, const char *line, void *data)
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

	for_each_line("list chains", look_for_drop, &droppers);
	for (size_t i = 0; i < droppers.count; i++) {
		struct chain *chain = &droppers.chains[i];
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
			return fail_input("nft rule in %s %s %s: %.*s", chain->family, chain->table,
					  chain->name, (int)strcspn(problem, "\n"), problem);
	}
	return 0;
}

static void remove_rule(const struct chain *chain, const char *line, void *data)
{
	const char *name = data;
	const char *handle = strstr(line, "# handle ");
	char comment[NAME_SIZE];

	snprintf(comment, sizeof(comment), "comment \"%s\"", name);
	if (handle && strstr(line, comment))
		nft_run(NULL, "delete rule %s %s %s handle %lu", chain->family, chain->table,
			chain->name, strtoul(handle + strlen("# handle "), NULL, 10));
}

void nat_undo_firewall(const char *name)
{
	for_each_line("list ruleset", remove_rule, (void *)name);
}
