/*
 * The name that is most like a misspelt one: "unknown option --memmory; do you mean --memory?"
 */
#ifndef COMMON_NEAREST_H
#define COMMON_NEAREST_H

struct nearest {
	char word[32];	  /* the misspelt name */
	const char *name; /* the most similar one of those offered; NULL: none is similar */
	int edits;	  /* how far `name` is from `word` */
};

/* Begins the search for a name like `word`. The word ends at a "=", which a value may follow. */
void nearest_begin(struct nearest *nearest, const char *word);

/*
 * Compares one more name, and keeps it if it is more similar than those before. A name is similar
 * if it differs from the word by at most one edit for each three letters, and by two at most. An
 * edit is a letter too many, missing or wrong, or two letters in the wrong order. A name that
 * begins with the word is similar, too, if the word has at least three letters.
 */
void nearest_offer(struct nearest *nearest, const char *name);

#endif
