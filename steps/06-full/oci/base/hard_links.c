#include "hard_links.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

struct link {
	dev_t device;
	ino_t inode;
	char path[];
};

static int compare(const void *first, const void *second)
{
	const struct link *one = first, *other = second;

	if (one->device != other->device)
		return one->device < other->device ? -1 : 1;
	return (one->inode > other->inode) - (one->inode < other->inode);
}

int hard_links_find(struct hard_links *links, const struct stat *status, const char *path,
		    const char **first)
{
	const size_t size = strlen(path) + 1;
	struct link *link = malloc(sizeof(*link) + size);
	struct link **found;

	*first = NULL;
	if (!link)
		return fail("malloc the name of a hard link");
	link->device = status->st_dev;
	link->inode = status->st_ino;
	memcpy(link->path, path, size);
	found = tsearch(link, &links->tree, compare);
	if (found && *found == link)
		return 0;
	free(link);
	if (!found)
		return fail("tsearch a hard link");
	*first = (*found)->path;
	return 0;
}

void hard_links_free(struct hard_links *links)
{
	tdestroy(links->tree, free);
	links->tree = NULL;
}
