#include "view.h"

#include <fcntl.h>
#include <stdlib.h>

#include "cleanup.h"
#include "fail.h"
#include "lower.h"
#include "overlay.h"
#include "shifted.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static int open_container(const struct record *record)
{
	int fd = openat(record->store->containers, record->id, DIRECTORY);

	return fd < 0 ? fail("open the directory of the container %s", record->id) : fd;
}

int view_open_upper(const struct record *record)
{
	autofd int container = open_container(record);
	int fd = container < 0 ? -1 : openat(container, "upper", DIRECTORY);

	return fd < 0 && container >= 0 ? fail("open the upper directory of a container") : fd;
}

/* Opens the layers of the image, or the copy of them that the container has. Returns 0 or -1. */
static int open_below(const struct record *record, const struct image *image,
		      struct overlay *overlay)
{
	if (!shifted_is(record))
		return lower_open(record->store, NULL, image, overlay);
	overlay->layers = calloc(2, sizeof(*overlay->layers));
	if (!overlay->layers)
		return fail("calloc");
	overlay->layers[0] = shifted_open(record);
	if (overlay->layers[0] < 0)
		return -1;
	overlay->layer_count = 1;
	return 0;
}

/* `upper` is one more directory, on top; -1: there is none. */
static int open_merged(const struct record *record, const struct image *image, int upper)
{
	struct overlay overlay = { .changes = -1 };
	int root = -1;

	if (open_below(record, image, &overlay) == 0) {
		if (upper >= 0)
			overlay.layers[overlay.layer_count++] = fcntl(upper, F_DUPFD_CLOEXEC, 0);
		root = lower_mount(&overlay);
	}
	lower_close(&overlay);
	return root;
}

int view_open(const struct record *record, const struct image *image)
{
	autofd int upper = view_open_upper(record);
	int mount = upper < 0 ? -1 : open_merged(record, image, upper);

	return mount;
}

int view_open_below(const struct record *record, const struct image *image)
{
	return open_merged(record, image, -1);
}
