/*
 * Chapter 4: commands of nft(8), the netfilter project's own program.
 *
 * Its library cannot be linked statically, and would cost every start 1.4 MB and 0.6 ms.
 *
 * Source: nft(8).
 */
#ifndef STEPS_NFT_H
#define STEPS_NFT_H

#include <stdbool.h>

/*
 * Runs commands. Returns what they print, which is valid until the next call. On failure returns
 * NULL, with one line of nft's error output in `problem`, if that is not NULL.
 */
const char *nft_run(const char **problem, const char *commands, ...)
	__attribute__((format(printf, 2, 3)));

/* Runs commands that only list. Returns the same as nft_run(). */
const char *nft_list(const char *commands, ...) __attribute__((format(printf, 1, 2)));

/* Returns how often this process has changed rules. The kernel counts each nft as one change. */
unsigned int nft_changes(void);

/* A chain, as nft(8) names it. */
struct nft_chain {
	char family[8], table[64], name[64];
};

/*
 * Returns the next line of what nft_run() has listed, without its indent, or NULL at the end.
 * Advances `rest`, and fills in `chain` from the lines that begin a table or a chain.
 */
char *nft_line(char **rest, struct nft_chain *chain);

/* True if this line of nft_line() is a rule with that comment. */
bool nft_has_comment(const char *line, const char *comment);

/* Returns the handle in a line, by which a rule can be deleted; 0: the line has none. */
unsigned long nft_handle(const char *line);

/* Deletes the rules with this comment, of those that `commands` list. */
void nft_delete_marked(const char *commands, const char *comment);

#endif
