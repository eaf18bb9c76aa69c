/*
 * The few functions of libnftables, loaded at run time: linked, they would cost every start.
 */
#ifndef STEPS_NFT_H
#define STEPS_NFT_H

/*
 * Runs commands of nft(8). Returns what they print, which is valid until the next call, or NULL
 * with one line of nft's own words in `problem`, if that is not NULL.
 */
const char *nft_run(const char **problem, const char *commands, ...)
	__attribute__((format(printf, 2, 3)));

/* A chain, as nft(8) names it. */
struct nft_chain {
	char family[8], table[64], name[64];
};

/*
 * Calls `each` for every line of what `commands` list, with the chain that it is in. Returns 0, or
 * -1 where nothing could be listed.
 */
int nft_for_each_line(const char *commands,
		      void (*each)(const struct nft_chain *chain, const char *line, void *data),
		      void *data);

/* Deletes the rules with that comment from what `commands` list. */
void nft_delete_marked(const char *commands, const char *comment);

#endif
