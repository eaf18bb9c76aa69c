/*
 * Chapter 3: /etc/hosts, /etc/resolv.conf and /etc/hostname.
 *
 * They say who and where this container is, so they cannot be the root file system's own, which
 * many containers may share.
 *
 * Source: hosts(5), resolv.conf(5), hostname(5).
 */
#ifndef STEPS_ETC_H
#define STEPS_ETC_H

#include <stdbool.h>

/* What the files say. */
struct etc {
	char address[46];  /* the container's own in /etc/hosts; empty: 127.0.1.1 */
	char *resolv_conf; /* the text of it; NULL: the host's */
	bool as_it_is;	   /* the files stay what they are (chapter 6) */
};

/*
 * Writes the three files to the open directory `private`, which must be on a mounted tmpfs, and
 * binds them over those in /etc below `root`. Returns 0 or -1.
 */
int etc_bind(const struct etc *etc, int private, int root);

#endif
