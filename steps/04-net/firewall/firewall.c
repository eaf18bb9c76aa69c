#include "firewall.h"

#include <stdio.h>
#include <string.h>

#include "bridge.h"
#include "cleanup.h"
#include "fail.h"
#include "iptables_legacy.h"
#include "nft.h"
#include "packet.h"
#include "ruleset.h"

/* The chain that Docker leaves to its users. Docker's own rules come after it. */
#define DOCKER_USER "DOCKER-USER"

/*
 * Lists the tables that have a chain for forwarded packets. Each table needs its own run of nft,
 * because nft prints only the last one of several "list table" commands.
 */
static void list_tables(FILE *out, char *chains)
{
	struct nft_chain chain = { 0 };
	struct subnet subnet;
	char *line, last[80] = "", table[80];
	const char *listed;

	while ((line = nft_line(&chains, &chain))) {
		if (strncmp(line, "type filter hook forward ", 25) != 0 ||
		    bridge_parse(chain.table, &subnet)) /* the table of a step's bridge */
			continue;
		if (strcmp(chain.family, "ip") != 0 && strcmp(chain.family, "inet") != 0)
			continue;
		snprintf(table, sizeof(table), "%s %s", chain.family, chain.table);
		if (strcmp(table, last) == 0)
			continue;
		strcpy(last, table);
		listed = nft_list("list table %s", table);
		if (listed)
			fputs(listed, out);
	}
}

/* Returns the worst fate of any packet. `culprit` and `unclear` belong to that packet. */
static enum fate follow_all(struct ruleset *set, const struct rule *hook,
			    const struct packet packets[PACKET_KINDS])
{
	const struct rule *unclear = NULL;

	for (int i = 0; i < PACKET_KINDS; i++) {
		if (ruleset_follow(set, hook, &packets[i]) == DROPPED)
			return DROPPED;
		unclear = set->unclear ? set->unclear : unclear;
	}
	set->unclear = unclear;
	return ACCEPTED;
}

/*
 * Returns commands that insert the bridge's rules into a chain, and delete the bridge's older
 * rules, which did not help. The caller frees the text. Returns NULL if there is no memory.
 */
static char *pass_commands(const struct ruleset *set, const struct nft_chain *chain,
			   const char *name, const char *bridge)
{
	char *commands = NULL;
	size_t size;
	FILE *out = open_memstream(&commands, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < set->count; i++) {
		const struct rule *rule = &set->rules[i];

		if (!rule->is_hook && nft_has_comment(rule->text, bridge) &&
		    strcmp(rule->chain.family, chain->family) == 0 &&
		    strcmp(rule->chain.table, chain->table) == 0 &&
		    (strcmp(rule->chain.name, name) == 0 ||
		     strcmp(rule->chain.name, DOCKER_USER) == 0))
			fprintf(out, "delete rule %s %s %s handle %lu\n", chain->family,
				chain->table, rule->chain.name, nft_handle(rule->text));
	}
	/* Use only rules that iptables-nft can print; otherwise `iptables -S` would fail. */
	for (const char *direction = "io"; *direction; direction++)
		fprintf(out, "insert rule %s %s %s %cifname \"%s\" counter accept comment \"%s\"\n",
			chain->family, chain->table, name, *direction, bridge, bridge);
	return fclose(out) == 0 ? commands : NULL;
}

/* Returns the length of a rule's text, without its handle. */
static int length_of(const char *rule)
{
	const char *end = strstr(rule, " # handle ");

	return end ? (int)(end - rule) : (int)strlen(rule);
}

static void let_pass(const struct ruleset *set, const struct nft_chain *chain, const char *name,
		     const char *bridge)
{
	autofree char *commands = pass_commands(set, chain, name, bridge);
	const char *problem = "out of memory";

	if (commands && nft_run(&problem, "%s", commands))
		return;
	fail_warn("the firewall's chain %s %s %s drops what is forwarded (%.*s), and takes no rule "
		  "of ours (%s): containers may reach nothing but this host",
		  chain->family, chain->table, name, length_of(set->culprit->text),
		  set->culprit->text, problem);
}

static void pass_chain(struct ruleset *set, const struct rule *hook, const char *bridge,
		       const struct packet packets[PACKET_KINDS])
{
	const struct nft_chain *chain = &hook->chain;
	const struct rule *culprit;

	if (follow_all(set, hook, packets) == DROPPED) {
		/* Rules in DOCKER-USER help where no rule before it drops the packets. */
		culprit = set->culprit;
		set->accepting = DOCKER_USER;
		if (follow_all(set, hook, packets) == DROPPED)
			set->accepting = NULL;
		set->culprit = culprit;
		let_pass(set, chain, set->accepting ? DOCKER_USER : chain->name, bridge);
		set->accepting = NULL;
	} else if (set->unclear) {
		fail_warn("the firewall's chain %s %s %s has a rule that may drop what "
			  "containers send or get: %.*s",
			  chain->family, chain->table, set->unclear->chain.name,
			  length_of(set->unclear->text), set->unclear->text);
	}
}

void firewall_pass(const char *bridge, const struct subnet *subnet, const char *uplink,
		   const char *chains)
{
	struct packet packets[PACKET_KINDS];
	autofree char *copy = strdup(chains), *listing = NULL;
	struct ruleset set = { .count = 0 };
	size_t size;
	FILE *out = open_memstream(&listing, &size);

	if (copy && out)
		list_tables(out, copy);
	packet_list(packets, bridge, subnet, uplink);
	if (out && fclose(out) == 0 && ruleset_read(&set, listing) == 0)
		for (size_t i = 0; i < set.count; i++)
			if (set.rules[i].is_hook &&
			    strncmp(set.rules[i].text, "type filter hook forward ", 25) == 0)
				pass_chain(&set, &set.rules[i], bridge, packets);
	ruleset_free(&set);
	if (iptables_legacy_drops(packets))
		fail_warn("iptables-legacy drops what is forwarded, and takes no rule of ours: "
			  "containers may reach nothing but this host, until you run "
			  "`iptables-legacy -I FORWARD -i %s -j ACCEPT`, and the same with -o",
			  bridge);
}

void firewall_undo(const char *bridge)
{
	nft_delete_marked("list ruleset", bridge);
}
