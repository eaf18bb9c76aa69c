#include "view.h"

#include <fcntl.h>

#include "cleanup.h"
#include "fail.h"
#include "lower.h"
#include "overlay.h"

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

/* `upper` is one more directory, on top; -1: there is none. */
static int open_merged(const struct store *store, const struct image *image, int upper)
{
	struct overlay overlay = { .changes = -1 };
	int root = -1;

	if (lower_open(store, NULL, image, &overlay) == 0) {
		if (upper >= 0)
			overlay.layers[overlay.layer_count++] = fcntl(upper, F_DUPFD_CLOEXEC, 0);
		root = view_mount(&overlay);
	}
	lower_close(&overlay);
	return root;
}

/* overlayfs wants two directories. */
int view_mount(const struct overlay *overlay)
{
	int root;

	if (overlay->layer_count > 1)
		return overlay_mount(overlay);
	if (!overlay->layer_count)
		return fail_input("the image has no layers, so no files");
	root = fcntl(overlay->layers[0], F_DUPFD_CLOEXEC, 0);
	return root < 0 ? fail("fcntl F_DUPFD_CLOEXEC") : root;
}

int view_open(const struct record *record, const struct image *image)
{
	autofd int upper = view_open_upper(record);
	int mount = upper < 0 ? -1 : open_merged(record->store, image, upper);

	return mount;
}

int view_open_image(const struct store *store, const struct image *image)
{
	return open_merged(store, image, -1);
}
