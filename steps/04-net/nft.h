/*
 * Chapter 4: commands of nft(8), the netfilter project's own program.
 *
 * Its library cannot be linked statically, and would cost every start 1.4 MB and 0.6 ms.
 *
 * Source: nft(8).
 */
#ifndef STEPS_NFT_H
#define STEPS_NFT_H

/*
 * Runs commands. Returns what they print, which is valid until the next call, or NULL with one line
 * of nft's own words in `problem`, if that is not NULL.
 */
const char *nft_run(const char **problem, const char *commands, ...)
	__attribute__((format(printf, 2, 3)));

/* A chain, as nft(8) names it. */
struct nft_chain {
	char family[8], table[64], name[64];
};

/*
 * The next line of what nft_run() has listed: advances `rest`, and fills `chain` from the lines
 * that begin a table or a chain. Returns the line without what it is indented by, or NULL at the
 * end.
 */
char *nft_line(char **rest, struct nft_chain *chain);

/* Deletes the rules with that comment from what `commands` list. */
void nft_delete_marked(const char *commands, const char *comment);

#endif
