#include "verb.h"

#include <stdio.h>
#include <string.h>

#include "nearest.h"

const struct verb *verb_find(const struct verb *const *verbs, const char *name)
{
	while (*verbs && strcmp(name, (*verbs)->name) != 0)
		verbs++;
	return *verbs;
}

const char *verb_nearest(const struct verb *const *verbs, const char *word)
{
	struct nearest nearest;

	nearest_begin(&nearest, word);
	for (; *verbs; verbs++)
		nearest_offer(&nearest, (*verbs)->name);
	return nearest.name;
}

void verb_print_all(const struct verb *const *verbs)
{
	int width = 0;

	for (size_t i = 0; verbs[i]; i++)
		if ((int)strlen(verbs[i]->operands) > width)
			width = (int)strlen(verbs[i]->operands);
	for (; *verbs; verbs++)
		printf("  %-10s %-*s%s%s\n", (*verbs)->name, width, (*verbs)->operands,
		       width ? "  " : "", (*verbs)->about);
}
