#include "ruleset.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "rule.h"

static int add_rule(struct ruleset *set, const struct nft_chain *chain, char *text, bool is_hook)
{
	struct rule *rules = reallocarray(set->rules, set->count + 1, sizeof(*rules));

	if (!rules)
		return fail("reallocarray");
	set->rules = rules;
	rules[set->count++] = (struct rule){ *chain, text, is_hook };
	return 0;
}

/* nft breaks a long set into lines. They are joined: `begun` is the first line of a rule. */
int ruleset_read(struct ruleset *set, char *listing)
{
	struct nft_chain chain = { 0 };
	char *line, *begun = NULL;

	while ((line = nft_line(&listing, &chain))) {
		bool is_hook = strncmp(line, "type ", 5) == 0, ends = strstr(line, "# handle ");

		if (!*chain.name || !*line || *line == '}' || strncmp(line, "chain ", 6) == 0 ||
		    strncmp(line, "table ", 6) == 0) {
			begun = NULL;
			continue;
		}
		if (begun)
			memset(begun + strlen(begun), ' ', (size_t)(line - begun) - strlen(begun));
		else
			begun = line;
		if (!is_hook && !ends)
			continue;
		if (add_rule(set, &chain, begun, is_hook) < 0)
			return -1;
		begun = NULL;
	}
	return 0;
}

void ruleset_free(struct ruleset *set)
{
	free(set->rules);
	set->rules = NULL;
	set->count = 0;
}

static bool is_in_chain(const struct rule *rule, const struct nft_chain *chain, const char *name)
{
	return !rule->is_hook && strcmp(rule->chain.name, name) == 0 &&
		strcmp(rule->chain.table, chain->table) == 0 &&
		strcmp(rule->chain.family, chain->family) == 0;
}

static enum fate follow_chain(struct ruleset *set, const struct nft_chain *chain, const char *name,
			      const struct packet *packet, int depth);

/* Returns the fate of a packet for which the rule's conditions are true. */
static enum fate follow_rule(struct ruleset *set, const struct rule *rule,
			     const struct verdict *verdict, const struct packet *packet, int depth)
{
	switch (verdict->action) {
	case ACCEPT:
		return ACCEPTED;
	case DROP:
		return DROPPED;
	case JUMP:
	case GOTO:
		return follow_chain(set, &rule->chain, verdict->target, packet, depth + 1);
	default:
		return PASSED_ON;
	}
}

/* Follows the packet through the chain `name` of the table that `chain` is in. */
static enum fate follow_chain(struct ruleset *set, const struct nft_chain *chain, const char *name,
			      const struct packet *packet, int depth)
{
	if (set->accepting && strcmp(name, set->accepting) == 0)
		return ACCEPTED;
	for (size_t i = 0; i < set->count && depth < PACKET_JUMPS_MAX; i++) {
		const struct rule *rule = &set->rules[i], *unclear = set->unclear;
		struct verdict verdict;
		enum fate fate;

		if (!is_in_chain(rule, chain, name))
			continue;
		verdict = rule_judge(rule->text, packet);
		if (verdict.truth == NO)
			continue;
		fate = follow_rule(set, rule, &verdict, packet, depth);
		if (verdict.truth == MAYBE) {
			set->unclear = fate == DROPPED && verdict.is_broad ? rule : unclear;
			continue;
		}
		if (verdict.action == DROP)
			set->culprit = rule;
		if (fate != PASSED_ON || verdict.action == RETURN || verdict.action == GOTO)
			return fate;
	}
	return PASSED_ON;
}

enum fate ruleset_follow(struct ruleset *set, const struct rule *hook, const struct packet *packet)
{
	enum fate fate;

	set->culprit = set->unclear = NULL;
	fate = follow_chain(set, &hook->chain, hook->chain.name, packet, 0);
	if (fate != PASSED_ON)
		return fate;
	if (!strstr(hook->text, "policy drop"))
		return ACCEPTED;
	set->culprit = hook;
	return DROPPED;
}
