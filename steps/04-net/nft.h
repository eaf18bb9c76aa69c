/* The few functions of libnftables, loaded at run time: linked, they would cost every start. */
#ifndef STEPS_NFT_H
#define STEPS_NFT_H

/*
 * Runs commands of nft(8). Returns what they print, which is valid until the next call, or NULL
 * with nft's own words in `problem`, if that is not NULL.
 */
const char *nft_run(const char **problem, const char *commands, ...)
	__attribute__((format(printf, 2, 3)));

#endif
