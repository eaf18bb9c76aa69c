/*
 * Chapter 1: a host name and a domain name of its own.
 *
 * Source: uts_namespaces(7), sethostname(2), setdomainname(2).
 * Article 1: CLONE_NEWUTS. Article 2: configs.NEWUTS, Hostname.
 */
#ifndef STEPS_UTS_H
#define STEPS_UTS_H

/* The names to have in the new UTS namespace. NULL: keep the copy of the host's. */
struct uts {
	const char *hostname;
	const char *domainname;
};

/*
 * Checks whether `name` can be a host or domain name: 1 to 64 bytes (the kernel's limit), in labels
 * of at most 63 letters, digits and hyphens, divided by dots, with no hyphen at a label's ends (RFC
 * 1123). Returns NULL, or what is wrong with it.
 */
const char *uts_problem(const char *name);

/* Sets the names of this process's UTS namespace. Returns 0 or -1. */
int uts_set(const struct uts *uts);

#endif
