#include "build_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* The directory of the notes, in the store. */
#define BUILT STORE_BUILT

static struct digest key_of(const struct build *build, const struct make *make)
{
	struct sha256_ctx hash;

	sha256_init(&hash);
	sha256_update(&hash, sizeof(build->image.id.text), (const uint8_t *)build->image.id.text);
	sha256_update(&hash, strlen(make->created_by), (const uint8_t *)make->created_by);
	return digest_finish(&hash);
}

/* Notes the last step of the image. The note is written when an image of this build is published.
 */
static int note_step(struct build *build, const struct digest *key, const struct image_layer *layer)
{
	const json_t *history = json_object_get(build->image.config_json, "history");
	json_t *note =
		json_pack("{sO}", "step", json_array_get(history, json_array_size(history) - 1));

	if (build->image.layer_count > 0)
		json_object_set_new(
			note, "top",
			json_string(digest_hex(
				&build->image.layers[build->image.layer_count - 1].diff_id)));
	if (layer)
		json_object_set_new(note, "layer",
				    json_pack("{ss, ss, sI, ss}", "blob", layer->blob.text,
					      "diff_id", layer->diff_id.text, "size",
					      (json_int_t)layer->size, "type", layer->media_type));
	if (!build->notes)
		build->notes = json_object();
	if (json_object_set_new(build->notes, digest_hex(key), note) < 0)
		return fail_input("a step for the cache: no memory");
	return 0;
}

int build_write_notes(const struct build *build)
{
	autofd int directory = -1;
	const char *name;
	json_t *note;

	if (!json_object_size(build->notes))
		return 0;
	if (mkdirat(build->store->directory, BUILT, 0700) < 0 && errno != EEXIST)
		return fail("mkdir %s of the store", BUILT);
	directory = openat(build->store->directory, BUILT, DIRECTORY);
	if (directory < 0)
		return fail("open %s of the store", BUILT);
	json_object_foreach(build->notes, name, note)
	{
		autofree char *text = json_dumps(note, JSON_COMPACT);
		autofd int lock = store_lock(build->store, true);

		if (!text || lock < 0)
			return text ? -1 : fail_input("a step for the cache: no memory");
		if (store_write_file(directory, name, text, strlen(text)) < 0)
			return -1;
	}
	return 0;
}

int build_make_step(struct build *build, const struct layer *layer, const struct make *make)
{
	const struct digest key = key_of(build, make);

	if (make_step(&build->image, layer, make) < 0)
		return -1;
	return note_step(build, &key,
			 layer ? &build->image.layers[build->image.layer_count - 1] : NULL);
}

static json_t *read_note(const struct build *build, const struct digest *key)
{
	autofd int directory = openat(build->store->directory, BUILT, DIRECTORY);
	autofree char *text = directory < 0 ? NULL : file_read_at(directory, digest_hex(key));

	return text ? json_loads(text, 0, NULL) : NULL;
}

/* Fills the layer of a note. Returns false if there is none. */
static bool read_layer(json_t *note, struct image_layer *layer)
{
	const char *blob, *diff_id, *type;
	json_int_t size;

	if (json_unpack(note, "{s{ss, ss, sI, ss}}", "layer", "blob", &blob, "diff_id", &diff_id,
			"size", &size, "type", &type) < 0 ||
	    !digest_is_valid(blob) || !digest_is_valid(diff_id))
		return false;
	*layer = (struct image_layer){ .size = (uint64_t)size, .media_type = type };
	strcpy(layer->blob.text, blob);
	strcpy(layer->diff_id.text, diff_id);
	return true;
}

int build_take_cached(struct build *build, const struct make *make)
{
	const struct digest key = key_of(build, make);
	json_t *note = build->no_cache ? NULL : read_note(build, &key);
	json_t *step = json_object_get(note, "step");
	const bool has_layer = !json_is_true(json_object_get(step, "empty_layer"));
	struct image_layer layer;
	int held;

	if (!json_is_object(step) || (has_layer && !read_layer(note, &layer)))
		return 0;
	/* The layer may have gone with its last image. If it is there, it stays. */
	held = has_layer ? work_use(build->work, &layer.blob, &layer.diff_id) : 1;
	if (held <= 0)
		return held;
	if (!build->quiet)
		fprintf(stderr, "--> as before\n");
	return make_same_step(&build->image, step, has_layer ? &layer : NULL, make) < 0 ? -1 : 1;
}
