/* The state of the host that a step must not change. */
#ifndef TESTS_HOST_STATE_H
#define TESTS_HOST_STATE_H

/*
 * Returns a text with the state of the host, for a comparison before and after: mounts, network,
 * names, sysctls, processes, cgroups and files. It is that of the caller's namespaces; what cannot
 * be read here (no nft) is left out. The caller frees the text. NULL: there was no memory.
 */
char *host_state(void);

#endif
