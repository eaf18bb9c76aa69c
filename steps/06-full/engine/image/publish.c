#include "publish.h"

#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"
#include "sweep.h"

/* Docker and skopeo write the size of a configuration, too: it is needed in the manifest. */
static int blob_size(const struct work *work, const struct digest *digest, json_int_t *size)
{
	struct stat status;

	if (fstatat(work->blobs, digest_hex(digest), &status, 0) < 0 &&
	    fstatat(work->store->blobs, digest_hex(digest), &status, 0) < 0)
		return fail("stat the blob %s", digest->text);
	*size = status.st_size;
	return 0;
}

static json_t *describe_layers(const struct image_layer *layers, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list,
				      json_pack("{ss, ss, sI}", "mediaType", layers[i].media_type,
						"digest", layers[i].blob.text, "size",
						(json_int_t)layers[i].size));
	return list;
}

int publish_manifest(const struct work *work, const struct digest *config,
		     const struct image_layer *layers, size_t count, struct digest *manifest)
{
	autofree char *text = NULL;
	json_int_t size = 0;
	json_t *root;

	if (blob_size(work, config, &size) < 0)
		return -1;
	root = json_pack("{si, ss, s{ss, ss, sI}, so}", "schemaVersion", 2, "mediaType",
			 MEDIA_MANIFEST, "config", "mediaType", MEDIA_CONFIG, "digest",
			 config->text, "size", size, "layers", describe_layers(layers, count));
	text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	if (!text)
		return fail_input("the manifest: no memory");
	return work_write_blob(work, text, manifest);
}

/* Moves all into the store, and writes the list of images. */
static int move_and_list(const struct work *work, const struct digest *manifest, char *const *names,
			 struct index *index)
{
	json_int_t size = 0;

	if (blob_size(work, manifest, &size) < 0 || work_publish(work) < 0)
		return -1;
	if (!names || !*names) {
		if (index_add(index, NULL, manifest, (uint64_t)size, MEDIA_MANIFEST) < 0)
			return -1;
	}
	for (; names && *names; names++) {
		narrate("index.json: %s is %s", *names, manifest->text);
		if (index_add(index, *names, manifest, (uint64_t)size, MEDIA_MANIFEST) < 0)
			return -1;
	}
	return index_write(index);
}

/* Removes from the store all that no image uses, and keeps the failure. Returns -1. */
static int take_back(const struct work *work)
{
	const struct failure failure = *fail_get();

	fail_forget();
	sweep(work->store, NULL);
	fail_forget();
	return fail_set(&failure);
}

static int publish(const struct work *work, const struct digest *manifest, char *const *names,
		   bool first)
{
	autoindex struct index index = { 0 };
	autofd int lock = -1;

	if (work_sync(work) < 0)
		return -1;
	lock = store_lock(work->store, true);
	if (lock < 0 || index_read(work->store, &index) < 0)
		return -1;
	if (first && index_find(&index, *names) < index_count(&index))
		return 0;
	return move_and_list(work, manifest, names, &index) < 0 ? take_back(work) : 0;
}

int publish_image(const struct work *work, const struct digest *manifest, char *const *names)
{
	return publish(work, manifest, names, false);
}

int publish_first(const struct work *work, const struct digest *manifest, const char *name)
{
	char *const names[] = { (char *)name, NULL };

	return publish(work, manifest, names, true);
}
