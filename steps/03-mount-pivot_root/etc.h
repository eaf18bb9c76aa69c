/*
 * Chapter 3: /etc/hosts, /etc/resolv.conf and /etc/hostname.
 *
 * These files name the container, its address and its name servers. Many containers may share a
 * root file system, so each has files of its own over those in the root file system.
 *
 * Source: hosts(5), resolv.conf(5), hostname(5).
 */
#ifndef STEPS_ETC_H
#define STEPS_ETC_H

#include <stdbool.h>

/* The text of the files. */
struct etc {
	char address[46];  /* the container's address in /etc/hosts; empty: 127.0.1.1 */
	char *resolv_conf; /* the text of /etc/resolv.conf; NULL: the host's */
	bool as_it_is;	   /* the root file system's own files are used (chapter 6) */
};

/*
 * Writes the three files to the open directory `private`, which must be on a mounted tmpfs, and
 * binds them over those in /etc below `root`. Returns 0 or -1.
 */
int etc_bind(const struct etc *etc, int private, int root);

#endif
