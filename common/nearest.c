#include "nearest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { EDITS_MAX = 2, LETTERS_AN_EDIT = 3 };

/* True if at most `edits` edits change `word` into `name`. */
static bool is_within(int edits, const char *word, const char *name)
{
	while (*word && *word == *name) {
		word++;
		name++;
	}
	if (!*word && !*name)
		return true;
	if (edits == 0)
		return false;
	edits--;
	if (*word && is_within(edits, word + 1, name))
		return true;
	if (*name && is_within(edits, word, name + 1))
		return true;
	if (!*word || !*name)
		return false;
	if (word[0] == name[1] && word[1] == name[0] && is_within(edits, word + 2, name + 2))
		return true;
	return is_within(edits, word + 1, name + 1);
}

void nearest_begin(struct nearest *nearest, const char *word)
{
	*nearest = (struct nearest){ .edits = EDITS_MAX + 1 };
	snprintf(nearest->word, sizeof(nearest->word), "%.*s", (int)strcspn(word, "="), word);
}

void nearest_offer(struct nearest *nearest, const char *name)
{
	size_t length = strlen(nearest->word);
	int most = (int)length / LETTERS_AN_EDIT, edits = 1;

	if (most > EDITS_MAX)
		most = EDITS_MAX;
	while (edits <= most && !is_within(edits, nearest->word, name))
		edits++;
	if (edits > most && length >= LETTERS_AN_EDIT && strncmp(name, nearest->word, length) == 0)
		edits = EDITS_MAX;
	else if (edits > most)
		return;
	if (edits < nearest->edits) {
		nearest->edits = edits;
		nearest->name = name;
	}
}
