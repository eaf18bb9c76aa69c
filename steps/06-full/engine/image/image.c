#include "image.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "json.h"
#include "nearest.h"
#include "reference.h"

/* overlay.h takes 200 directories; a view of a container has one more than its image. */
enum { MOST_LAYERS = 199 };

/* Docker's names of the same things are taken as well. */
static const char *const layer_types[] = {
	MEDIA_LAYER,
	MEDIA_LAYER "+gzip",
	MEDIA_LAYER "+zstd",
	"application/vnd.docker.image.rootfs.diff.tar",
	"application/vnd.docker.image.rootfs.diff.tar.gzip",
	"application/vnd.docker.image.rootfs.diff.tar.zstd",
};

const char *image_layer_type(enum layer_compression compression)
{
	switch (compression) {
	case LAYER_GZIP:
		return layer_types[1];
	case LAYER_ZSTD:
		return layer_types[2];
	default:
		return layer_types[0];
	}
}

/* ---- The manifest ---- */

static void get_digest(const struct json *at, const char *key, struct digest *digest)
{
	const struct json member = json_member(at, key);
	const char *text = NULL;

	if (!json_need_text(at, key, &text))
		return;
	if (!digest_is_valid(text))
		json_problem(&member, "\"%s\" must be sha256: and 64 hexadecimal digits", text);
	else
		strcpy(digest->text, text);
}

static void get_layer(const struct json *at, struct image_layer *layer)
{
	const struct json type = json_member(at, "mediaType");

	get_digest(at, "digest", &layer->blob);
	json_need_unsigned(at, "size", INT64_MAX, &layer->size);
	if (!json_need_text(at, "mediaType", &layer->media_type))
		return;
	for (size_t i = 0; i < sizeof(layer_types) / sizeof(layer_types[0]); i++)
		if (strcmp(layer->media_type, layer_types[i]) == 0)
			return;
	json_problem(&type, "\"%s\" is no layer that this program can unpack", layer->media_type);
}

static void get_layers(const struct json *root, struct image *image)
{
	const struct json list = json_member(root, "layers");
	size_t count = json_count(&list);

	if (count > MOST_LAYERS) {
		json_problem(&list, "%zu layers; the most are %d", count, MOST_LAYERS);
		return;
	}
	image->layers = json_allocate(&list, count, sizeof(*image->layers));
	image->layer_count = image->layers ? count : 0;
	for (size_t i = 0; i < image->layer_count; i++) {
		const struct json layer = json_element(&list, i);

		get_layer(&layer, &image->layers[i]);
	}
}

int image_read_manifest(const char *text, const struct digest *digest, struct image *image)
{
	struct json_problems problems = { 0 };
	struct json root, config;
	const char *type = MEDIA_MANIFEST;

	*image = (struct image){ .manifest = *digest };
	if (json_parse(text, digest->text, &problems, &root) < 0)
		return -1;
	json_get_text(&root, "mediaType", &type);
	if (strcmp(type, MEDIA_MANIFEST) != 0 && strcmp(type, MEDIA_DOCKER_MANIFEST) != 0)
		return fail_input("manifest %s: \"%s\" is no manifest of one image", digest->text,
				  type);
	config = json_member(&root, "config");
	if (!config.value)
		json_problem(&config, "missing; it is the descriptor of the configuration");
	get_digest(&config, "digest", &image->id);
	get_layers(&root, image);
	image->manifest_json = root.value;
	return json_finish(digest->text, &problems);
}

/* ---- The configuration ---- */

static void get_diff_ids(const struct json *root, struct image *image)
{
	const struct json rootfs = json_member(root, "rootfs");
	const struct json list = json_member(&rootfs, "diff_ids");
	size_t count = json_count(&list);

	if (count != image->layer_count) {
		json_problem(&list, "%zu digests, but the manifest has %zu layers", count,
			     image->layer_count);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct json element = json_element(&list, i);
		const char *text = json_text(&element);

		if (text && digest_is_valid(text))
			strcpy(image->layers[i].diff_id.text, text);
		else if (text)
			json_problem(&element, "\"%s\" must be sha256: and 64 hexadecimal digits",
				     text);
	}
}

static json_t *get_object(const struct json *at, const char *key)
{
	const struct json member = json_member(at, key);

	return json_members(&member);
}

static void get_defaults(const struct json *root, struct image_defaults *defaults)
{
	const struct json config = json_member(root, "config");

	json_get_texts(&config, "Env", &defaults->environment, NULL);
	json_get_texts(&config, "Entrypoint", &defaults->entrypoint, NULL);
	json_get_texts(&config, "Cmd", &defaults->command, NULL);
	json_get_text(&config, "WorkingDir", &defaults->workdir);
	json_get_text(&config, "User", &defaults->user);
	json_get_text(&config, "StopSignal", &defaults->stop_signal);
	defaults->volumes = get_object(&config, "Volumes");
	defaults->ports = get_object(&config, "ExposedPorts");
	defaults->labels = get_object(&config, "Labels");
}

int image_read_config(const char *text, struct image *image)
{
	struct json_problems problems = { 0 };
	struct json root;

	if (json_parse(text, image->id.text, &problems, &root) < 0)
		return -1;
	image->architecture = image->os = "";
	json_get_text(&root, "created", &image->created);
	json_get_text(&root, "architecture", &image->architecture);
	json_get_text(&root, "os", &image->os);
	get_diff_ids(&root, image);
	get_defaults(&root, &image->defaults);
	image->config_json = root.value;
	return json_finish(image->id.text, &problems);
}

int image_read(const struct store *store, const struct digest *manifest, struct image *image)
{
	autofree char *text = store_read_blob(store, manifest), *config = NULL;

	if (!text || image_read_manifest(text, manifest, image) < 0)
		return -1;
	config = store_read_blob(store, &image->id);
	return config ? image_read_config(config, image) : -1;
}

int image_for_each(const struct image *image, int (*take)(const struct digest *digest, void *data),
		   void *data)
{
	if (take(&image->manifest, data) < 0 || take(&image->id, data) < 0)
		return -1;
	for (size_t i = 0; i < image->layer_count; i++)
		if (take(&image->layers[i].blob, data) < 0 ||
		    take(&image->layers[i].diff_id, data) < 0)
			return -1;
	return 0;
}

static int mark(const struct digest *digest, void *uses)
{
	return uses_add(*(int *)uses, digest);
}

int image_use(const struct image *image, int uses)
{
	return image_for_each(image, mark, &uses);
}

int image_hold(const struct image *image, const struct work *work)
{
	autofd int lock = store_lock(work->store, false);

	if (lock < 0)
		return -1;
	for (size_t i = 0; i < image->layer_count; i++)
		if (faccessat(work->store->layers, digest_hex(&image->layers[i].diff_id), F_OK, 0) <
		    0)
			return fail("the layer %s of the image", image->layers[i].diff_id.text);
	return image_use(image, work->uses);
}

uint64_t image_size(const struct image *image)
{
	uint64_t size = 0;

	for (size_t i = 0; i < image->layer_count; i++)
		size += image->layers[i].size;
	return size;
}

/* ---- Finding ---- */

/* Returns the number of images whose ID begins with `text`, and the number of one's entry; or -1.
 */
static int find_id(const struct index *index, const char *text, size_t *number)
{
	const char *digits = strncmp(text, DIGEST_PREFIX, strlen(DIGEST_PREFIX)) == 0
		? text + strlen(DIGEST_PREFIX)
		: text;
	size_t length = strlen(digits);
	struct digest first = { "" };
	int found = 0;

	if (!length || strspn(digits, "0123456789abcdef") != length)
		return 0;
	for (size_t i = 0; i < index_count(index); i++) {
		const struct index_entry entry = index_entry(index, i);
		autofree char *manifest = store_read_blob(index->store, &entry.manifest);
		struct image image;

		if (!manifest || image_read_manifest(manifest, &entry.manifest, &image) < 0) {
			fail_forget(); /* a damaged image does not hold up the others */
			continue;
		}
		if ((strncmp(digest_hex(&image.id), digits, length) != 0 &&
		     strcmp(digest_hex(&image.manifest), digits) != 0) ||
		    digest_is_same(&image.id, &first))
			continue;
		first = image.id;
		*number = i;
		found++;
	}
	return found;
}

static int explain_missing(const struct index *index, const char *text)
{
	struct nearest nearest;

	fail_forget();
	nearest_begin(&nearest, text);
	for (size_t i = 0; i < index_count(index); i++) {
		const struct index_entry entry = index_entry(index, i);
		const char *tag;
		char *without;

		if (!entry.name)
			continue;
		nearest_offer(&nearest, entry.name);
		without = strndup(entry.name, (size_t)reference_split(entry.name, &tag));
		if (without)
			nearest_offer(&nearest, without);
	}
	if (nearest.name)
		return fail_input("%s: no such image; do you mean %s?", text, nearest.name);
	return fail_input("%s: no such image; `step-06 images` lists those that are here", text);
}

int image_find(const struct index *index, const char *text, bool may_lack, size_t *number)
{
	const char *at = strchr(text, '@'); /* the digest after "@" says all */
	autofree char *name = at ? NULL : reference_read(text);
	int found;

	fail_forget();
	*number = name ? index_find(index, name) : index_count(index);
	if (*number < index_count(index))
		return 1;
	found = find_id(index, at ? at + 1 : text, number);
	if (found < 0)
		return -1;
	if (found > 1)
		return fail_input("%s: %d images have IDs that begin so; give more digits", text,
				  found);
	if (found == 0 && !may_lack)
		return explain_missing(index, text);
	return found;
}

int image_get(const struct index *index, const char *text, size_t *number, struct image *image)
{
	struct index_entry entry;

	if (image_find(index, text, false, number) < 0)
		return -1;
	entry = index_entry(index, *number);
	return image_read(index->store, &entry.manifest, image);
}
