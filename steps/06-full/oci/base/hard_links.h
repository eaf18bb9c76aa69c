/*
 * Chapter 6: the names of files that have several, while they are packed or copied.
 */
#ifndef STEPS_HARD_LINKS_H
#define STEPS_HARD_LINKS_H

#include <sys/stat.h>

/* All zeros: empty. */
struct hard_links {
	void *tree;
};

/*
 * Sets *first to the path under which the file was met before. NULL: it was not, and is known by
 * `path` from now on. Returns 0 or -1.
 */
int hard_links_find(struct hard_links *links, const struct stat *status, const char *path,
		    const char **first);

void hard_links_free(struct hard_links *links);

#endif
