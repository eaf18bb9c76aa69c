#include "rule.h"

#include <stdio.h>
#include <string.h>

#include "condition.h"
#include "rule_words.h"

/* Steps over a statement that is neither a condition nor a verdict, or over one word of it. */
static bool skip_statement(struct words *words)
{
	static const char *const with_value[] = { "prefix",  "level", "group",	 "snaplen",
						  "packets", "bytes", "comment", "flags" };

	if (words_take(words, "counter") || words_take(words, "log"))
		return true;
	for (size_t i = 0; i < sizeof(with_value) / sizeof(*with_value); i++)
		if (words_take(words, with_value[i])) {
			words->next++;
			return true;
		}
	return false;
}

static enum action action_of(const char *word)
{
	static const struct {
		const char *word;
		enum action action;
	} actions[] = {
		{ "accept", ACCEPT }, { "drop", DROP }, { "reject", DROP },
		{ "return", RETURN }, { "jump", JUMP }, { "goto", GOTO },
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(word, actions[i].word) == 0)
			return actions[i].action;
	return GO_ON;
}

static void set_action(struct verdict *verdict, const char *word, const char *target)
{
	verdict->action = action_of(word);
	if (verdict->action == JUMP || verdict->action == GOTO)
		snprintf(verdict->target, sizeof(verdict->target), "%s", target);
}

/*
 * Reads the rest of a rule, whose last word is its action. Between the known conditions
 * (condition.c) and that word are conditions on ports, marks or sets. Each of these is true of some
 * packets, or, if it is negated, of most.
 */
static void read_rest(struct words *words, struct verdict *verdict)
{
	bool is_narrower = false, is_flags = false;

	for (; words->next < words->count; words->next++) {
		const char *word = words_peek(words), *second = words_peek_second(words);

		set_action(verdict, word, second);
		if (verdict->action != GO_ON)
			return;
		/* iptables-nft has targets of its own. */
		if (strcmp(word, "target") == 0 && strcmp(second, "REJECT") == 0) {
			verdict->action = DROP;
			return;
		}
		/* A well-known form, for packets out of order: `tcp flags & (fin|syn) != syn`. */
		is_flags = is_flags || (strcmp(word, "tcp") == 0 && strcmp(second, "flags") == 0);
		if (skip_statement(words)) {
			words->next--;
			continue;
		}
		verdict->is_broad = !is_flags &&
			((verdict->is_broad && is_narrower) || strcmp(word, "!=") == 0);
		is_narrower = true;
		if (strcmp(word, "ip6") == 0 || strcmp(word, "icmpv6") == 0)
			verdict->truth = NO;
		verdict->truth = truth_and(verdict->truth, MAYBE);
	}
}

/* Reads `KEY vmap { a : drop, b : jump c }`: the verdict of the value that the packet has. */
static void read_map(const struct condition *condition, const struct packet *packet, char *map,
		     struct verdict *verdict)
{
	enum truth best = NO;
	char *pair;

	while ((pair = strsep(&map, ","))) {
		char *word = strstr(pair, " : "), *target;
		enum truth truth;

		if (!word)
			continue;
		*word = '\0';
		word += strlen(" : ");
		truth = condition_match(condition, packet, pair);
		if (truth <= best)
			continue;
		best = truth;
		target = word;
		word = strsep(&target, " ");
		set_action(verdict, word, target ? strsep(&target, " ") : "");
	}
	verdict->truth = truth_and(verdict->truth, best);
}

struct verdict rule_judge(const char *text, const struct packet *packet)
{
	struct verdict verdict = { .truth = YES };
	struct words words = { .count = 0 };
	const struct condition *condition;

	words_split(&words, text);
	for (;;) {
		enum truth truth = MAYBE;
		const char *value;
		bool negated;

		while (skip_statement(&words))
			;
		condition = condition_take(&words);
		if (!condition) {
			read_rest(&words, &verdict);
			return verdict;
		}
		if (words_take(&words, "vmap")) {
			verdict.is_broad = false;
			read_map(condition, packet, (char *)words_take_any(&words), &verdict);
			return verdict;
		}
		negated = words_take(&words, "!=") || words_take(&words, "!");
		value = words_take_any(&words);
		/* A set (@name) or a mask is not evaluated: it stays MAYBE. */
		if (*value != '@' && *value != '&') {
			truth = condition_match(condition, packet, value);
			truth = negated ? truth_not(truth) : truth;
		}
		verdict.truth = truth_and(verdict.truth, truth);
		verdict.is_broad = verdict.truth == MAYBE &&
			(verdict.is_broad || negated || condition->is_broad);
	}
}
