/*
 * Chapter 4: the words of a rule, as nft(8) prints it.
 */
#ifndef STEPS_RULE_WORDS_H
#define STEPS_RULE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Text in quotes or braces is one word, without them. */
struct words {
	char text[2048];
	const char *word[256];
	size_t count, next;
};

/* Splits a rule, without its handle and what follows ("# handle 7"). */
void words_split(struct words *words, const char *rule);

/* Returns the next word, or the one behind it; "" if there is none. */
const char *words_peek(const struct words *words);
const char *words_peek_second(const struct words *words);

/* Steps over the next word, if it is this one, and returns whether it is. */
bool words_take(struct words *words, const char *word);

/* Steps over the next word and returns it; "" if there is none. */
const char *words_take_any(struct words *words);

#endif
