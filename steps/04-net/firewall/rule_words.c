#include "rule_words.h"

#include <stdio.h>
#include <string.h>

void words_split(struct words *words, const char *rule)
{
	char *at = words->text;
	size_t max = sizeof(words->word) / sizeof(*words->word);

	words->count = words->next = 0;
	snprintf(words->text, sizeof(words->text), "%s", rule);
	while (words->count < max && *(at += strspn(at, " \t"))) {
		const char *end = *at == '"' ? "\"" : *at == '{' ? "}" : " ";

		if (*end != ' ')
			at++;
		else if (*at == '#')
			break;
		words->word[words->count++] = at;
		at += strcspn(at, end);
		if (*at)
			*at++ = '\0';
	}
}

static const char *word_at(const struct words *words, size_t index)
{
	return index < words->count ? words->word[index] : "";
}

const char *words_peek(const struct words *words)
{
	return word_at(words, words->next);
}

const char *words_peek_second(const struct words *words)
{
	return word_at(words, words->next + 1);
}

bool words_take(struct words *words, const char *word)
{
	if (words->next >= words->count || strcmp(words_peek(words), word) != 0)
		return false;
	words->next++;
	return true;
}

const char *words_take_any(struct words *words)
{
	return words->next < words->count ? words->word[words->next++] : "";
}
