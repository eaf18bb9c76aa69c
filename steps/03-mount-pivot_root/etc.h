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

/* The text of the files. */
struct etc {
	char address[46];  /* the container's address in /etc/hosts; empty: 127.0.1.1 */
	char *more_hosts;  /* chapter 6: more lines of /etc/hosts; NULL: none */
	char *resolv_conf; /* the text of /etc/resolv.conf; NULL: the host's */
};

/* A file in /etc, and its text. */
struct etc_file {
	const char *path; /* in the container */
	char *text;
};

enum { ETC_FILES = 3 };

/*
 * Fills `files` with the texts for a container of this host name. The caller frees them. Returns 0
 * or -1.
 */
int etc_write(const struct etc *etc, const char *hostname, struct etc_file files[ETC_FILES]);

/*
 * Writes the three files to the open directory `private`, which must be on a mounted tmpfs, and
 * binds them over those in /etc below `root`. Returns 0 or -1.
 */
int etc_bind(const struct etc *etc, int private, int root);

#endif
