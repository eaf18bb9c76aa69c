#include "lower.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"
#include "xattrs.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static int open_layer(const struct store *store, const struct work *work,
		      const struct digest *diff_id)
{
	int fd = work ? openat(work->layers, digest_hex(diff_id), DIRECTORY) : -1;

	return fd >= 0 ? fd : store_open_layer(store, diff_id);
}

static bool is_above(const struct image *image, size_t number)
{
	for (size_t i = number + 1; i < image->layer_count; i++)
		if (digest_is_same(&image->layers[number].diff_id, &image->layers[i].diff_id))
			return true;
	return false;
}

/* True if the layer hides all below it. overlayfs does not look for the mark at a layer's root. */
static int is_opaque(const struct store *store, int layer)
{
	struct xattrs marks = { 0 };
	int result = xattrs_read(layer, ".", store->userxattr, &marks, "a layer");
	bool opaque = marks.is_opaque;

	xattrs_free(&marks);
	return result < 0 ? -1 : opaque;
}

static void drop_all(struct overlay *overlay)
{
	while (overlay->layer_count > 0)
		close(overlay->layers[--overlay->layer_count]);
}

int lower_open(const struct store *store, const struct work *work, const struct image *image,
	       struct overlay *overlay)
{
	/* The caller may add one more directory. */
	overlay->layers = calloc(image->layer_count + 1, sizeof(*overlay->layers));
	if (!overlay->layers)
		return fail("calloc");
	for (size_t i = 0; i < image->layer_count; i++) {
		int layer, hides;

		if (is_above(image, i))
			continue;
		layer = open_layer(store, work, &image->layers[i].diff_id);
		if (layer < 0)
			return -1;
		hides = is_opaque(store, layer);
		if (hides)
			drop_all(overlay);
		overlay->layers[overlay->layer_count++] = layer;
		narrate("layer %.19s", image->layers[i].diff_id.text);
		if (hides < 0)
			return -1;
	}
	return 0;
}

void lower_close(struct overlay *overlay)
{
	for (size_t i = 0; i < overlay->layer_count; i++)
		close(overlay->layers[i]);
	free(overlay->layers);
	overlay->layers = NULL;
	overlay->layer_count = 0;
}

/* overlayfs wants two directories. */
int lower_mount(const struct overlay *overlay)
{
	int root;

	if (overlay->layer_count > 1)
		return overlay_mount(overlay);
	if (!overlay->layer_count)
		return fail_input("the image has no layers, so no files");
	root = fcntl(overlay->layers[0], F_DUPFD_CLOEXEC, 0);
	return root < 0 ? fail("fcntl F_DUPFD_CLOEXEC") : root;
}
