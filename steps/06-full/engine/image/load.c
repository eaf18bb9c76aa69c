#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "image.h"
#include "json.h"
#include "make.h"
#include "narrate.h"
#include "publish.h"
#include "reference.h"

/* ---- Layers ---- */

static int hash_file(const struct parcel *parcel, const char *file, struct layer *layer)
{
	autofd int fd = parcel_open(parcel, file);
	struct sha256_ctx hash;
	uint8_t bytes[64 << 10];
	ssize_t count;

	if (fd < 0)
		return -1;
	*layer = (struct layer){ .compression = LAYER_PLAIN };
	sha256_init(&hash);
	while ((count = read(fd, bytes, sizeof(bytes))) > 0) {
		sha256_update(&hash, (size_t)count, bytes);
		layer->size += (uint64_t)count;
	}
	layer->digest = digest_finish(&hash);
	return count < 0 ? fail("read %s", file) : 0;
}

/* "BLOB DIFF_ID", and the size of the blob. */
static int add_pair(json_t *pairs, const struct image_layer *layer)
{
	char key[2 * DIGEST_SIZE + 1];

	snprintf(key, sizeof(key), "%s %s", layer->blob.text, layer->diff_id.text);
	return json_object_set_new(pairs, key, json_integer((json_int_t)layer->size));
}

/* Reads which blob is which layer, in all images of the store, once for all images of a parcel. */
static int read_pairs(const struct store *store, json_t *pairs)
{
	autoindex struct index index = { 0 };

	if (index_read(store, &index) < 0)
		return -1;
	for (size_t i = 0; i < index_count(&index); i++) {
		const struct index_entry entry = index_entry(&index, i);
		struct image image;

		if (image_read(store, &entry.manifest, &image) < 0) {
			fail_forget(); /* a damaged image says nothing */
			continue;
		}
		for (size_t j = 0; j < image.layer_count; j++)
			if (add_pair(pairs, &image.layers[j]) < 0)
				return fail_input("the layers of the store: no memory");
	}
	return 0;
}

static int is_pair(const struct parcel *parcel, const struct image_layer *layer)
{
	char key[2 * DIGEST_SIZE + 1];
	const json_t *size;

	if (!json_object_size(parcel->pairs) && read_pairs(parcel->work->store, parcel->pairs) < 0)
		return -1;
	snprintf(key, sizeof(key), "%s %s", layer->blob.text, layer->diff_id.text);
	size = json_object_get(parcel->pairs, key);
	return size && (!layer->size || layer->size == (uint64_t)json_integer_value(size));
}

/* Only an image of the store proves that the blob is this layer, and no other one. */
static int use_pair(const struct parcel *parcel, const struct image_layer *layer)
{
	int used = work_use(parcel->work, &layer->blob, &layer->diff_id);

	return used == 1 ? is_pair(parcel, layer) : used;
}

/*
 * Returns 1 if the store has the layer already, both its blob and its directory; 0; or -1. An
 * archive of Docker does not say the digest of the blob. If that is the tar stream itself, which is
 * usual, it is the layer's.
 */
static int is_stored(const struct parcel *parcel, const char *file, struct image_layer *layer)
{
	const struct store *store = parcel->work->store;
	struct layer found;

	if (*layer->blob.text)
		return use_pair(parcel, layer);
	if (faccessat(store->layers, digest_hex(&layer->diff_id), F_OK, 0) < 0)
		return 0;
	if (hash_file(parcel, file, &found) < 0)
		return -1;
	if (!digest_is_same(&found.digest, &layer->diff_id))
		return 0;
	layer->blob = found.digest;
	layer->size = found.size;
	layer->media_type = image_layer_type(LAYER_PLAIN);
	return work_use(parcel->work, &layer->blob, &layer->diff_id);
}

/* The manifest says the size of each blob. */
static int check_size(const char *file, uint64_t expected, uint64_t found)
{
	if (!expected || expected == found)
		return 0;
	return fail_input("%s: the manifest says a size of %ju bytes, but there are %ju", file,
			  (uintmax_t)expected, (uintmax_t)found);
}

static int check_digest(const char *what, const struct digest *expected, const struct digest *found)
{
	if (!*expected->text || digest_is_same(expected, found))
		return 0;
	return fail_input("%s: the image says %s, but the bytes have %s", what, expected->text,
			  found->text);
}

/* Unpacks the layer, and fills what is not known of it yet. */
static int add_layer(const struct parcel *parcel, const char *file, const struct layer_use *use,
		     struct image_layer *layer)
{
	autofd int input = -1, directory = -1;
	int stored = is_stored(parcel, file, layer);
	struct layer found;

	if (stored != 0)
		return stored < 0 ? -1 : 0;
	narrate("unpack the layer %s", layer->diff_id.text);
	input = parcel_open(parcel, file);
	directory = input < 0 ? -1 : work_new_layer(parcel->work);
	if (directory < 0)
		return -1;
	if (layer_unpack(input, -1, directory, use, &found) < 0)
		return -1;
	if (check_digest(file, &layer->blob, &found.digest) < 0)
		return -1;
	if (check_size(file, layer->size, found.size) < 0)
		return -1;
	if (check_digest(file, &layer->diff_id, &found.diff_id) < 0)
		return -1;
	layer->blob = found.digest;
	layer->size = found.size;
	if (!layer->media_type)
		layer->media_type = image_layer_type(found.compression);
	if (parcel_keep(parcel, file, &found.digest) < 0)
		return -1;
	return work_keep_layer(parcel->work, &found.diff_id);
}

static int finish(const struct parcel *parcel, const struct image *image, char *const *names,
		  bool quiet)
{
	if (publish_image(parcel->work, &image->manifest, names) < 0)
		return -1;
	for (char *const *name = names; !quiet && *name; name++)
		printf("Loaded image: %s\n", *name);
	if (!*names)
		printf(quiet ? "%s\n" : "Loaded image ID: %s\n", image->id.text);
	for (char *const *name = names; quiet && *name; name++)
		puts(*name);
	return fflush(stdout) < 0 ? fail("write the names") : 0;
}

/* ---- An image layout ---- */

/* `keep`: the blob belongs to the image, and goes to the store. */
static int read_blob(const struct parcel *parcel, const struct digest *digest, bool keep,
		     char **text)
{
	autofree char *file = NULL;
	struct digest expected = *digest;

	if (asprintf(&file, "blobs/sha256/%s", digest_hex(digest)) < 0)
		return fail("asprintf");
	*text = parcel_read_text(parcel, file, &expected);
	if (!*text)
		return -1;
	return keep ? parcel_keep(parcel, file, digest) : 0;
}

static int load_manifest(const struct parcel *parcel, const struct digest *digest,
			 const struct layer_use *use, char *const *names, bool quiet)
{
	autofree char *manifest = NULL, *config = NULL;
	struct image image;

	if (read_blob(parcel, digest, true, &manifest) < 0)
		return -1;
	if (image_read_manifest(manifest, digest, &image) < 0)
		return -1;
	if (read_blob(parcel, &image.id, true, &config) < 0)
		return -1;
	if (image_read_config(config, &image) < 0)
		return -1;
	for (size_t i = 0; i < image.layer_count; i++) {
		autofree char *file = NULL;

		if (asprintf(&file, "blobs/sha256/%s", digest_hex(&image.layers[i].blob)) < 0)
			return fail("asprintf");
		if (add_layer(parcel, file, use, &image.layers[i]) < 0)
			return -1;
	}
	return finish(parcel, &image, names, quiet);
}

/* Of an index of one image for several machines, this one's manifest counts. */
static int choose_manifest(const struct parcel *parcel, struct digest *digest)
{
	autofree char *text = NULL;
	json_t *index, *entry;
	const char *found = NULL;
	size_t i;

	if (read_blob(parcel, digest, false, &text) < 0)
		return -1;
	index = json_loads(text, 0, NULL);
	json_array_foreach(json_object_get(index, "manifests"), i, entry)
	{
		const json_t *platform = json_object_get(entry, "platform");
		const char *os = json_string_value(json_object_get(platform, "os"));
		const char *machine = json_string_value(json_object_get(platform, "architecture"));

		if (!found && os && machine && strcmp(os, "linux") == 0 &&
		    strcmp(machine, make_architecture()) == 0)
			found = json_string_value(json_object_get(entry, "digest"));
	}
	if (found && digest_is_valid(found))
		strcpy(digest->text, found);
	else
		found = NULL;
	json_decref(index);
	return found ? 0
		     : fail_input("%s: the image is not for linux on %s", digest->text,
				  make_architecture());
}

static bool is_index(const json_t *entry)
{
	const char *type = json_string_value(json_object_get(entry, "mediaType"));

	return type &&
		(strcmp(type, "application/vnd.oci.image.index.v1+json") == 0 ||
		 strcmp(type, "application/vnd.docker.distribution.manifest.list.v2+json") == 0);
}

/* containerd and Docker write the whole name to one annotation, others write it to the usual one.
 */
static const char *entry_name(const json_t *entry)
{
	const json_t *annotations = json_object_get(entry, "annotations");
	const char *whole =
		json_string_value(json_object_get(annotations, "io.containerd.image.name"));

	return whole ? whole
		     : json_string_value(
			       json_object_get(annotations, "org.opencontainers.image.ref.name"));
}

static int load_entry(const struct parcel *parcel, const json_t *entry, const struct layer_use *use,
		      const char *name, bool quiet)
{
	const char *digest = json_string_value(json_object_get(entry, "digest"));
	const char *own = entry_name(entry);
	char *names[] = { NULL, NULL };
	struct digest manifest;
	int result;

	if (!digest_is_valid(digest))
		return fail_input("index.json: an entry has no digest of SHA-256");
	if (name ? *name != '\0' : own != NULL)
		names[0] = reference_read(name ? name : own);
	fail_forget(); /* what is no name, such as a tag alone with capital letters, gives none */
	strcpy(manifest.text, digest);
	if (is_index(entry) && choose_manifest(parcel, &manifest) < 0)
		return -1;
	result = load_manifest(parcel, &manifest, use, names, quiet);
	free(names[0]);
	return result;
}

static int load_layout(const struct parcel *parcel, const struct layer_use *use, const char *name,
		       bool quiet)
{
	struct digest any = { "" };
	autofree char *text = parcel_read_text(parcel, "index.json", &any);
	json_t *index = text ? json_loads(text, 0, NULL) : NULL, *entry;
	const json_t *list = json_object_get(index, "manifests");
	int result = 0;
	size_t i;

	if (!text)
		return -1;
	if (json_array_size(list) == 0)
		result = fail_input("index.json names no image");
	json_array_foreach(list, i, entry)
	{
		if (result == 0)
			result = load_entry(parcel, entry, use, name, quiet);
	}
	json_decref(index);
	return result;
}

/* ---- An archive of `docker save` ---- */

/* An entry of manifest.json. */
struct docker_image {
	const char *config;	/* a file, as are the layers */
	char **layers, **names; /* "name:tag" */
	size_t layer_count, name_count;
};

static int describe(const struct parcel *parcel, const struct docker_image *docker,
		    const struct layer_use *use, struct image *image)
{
	const char *file = docker->config;
	char **files = docker->layers;
	const size_t count = docker->layer_count;
	autofree char *config = NULL;

	*image = (struct image){ 0 };
	image->layers = calloc(count + 1, sizeof(*image->layers));
	image->layer_count = count;
	config = parcel_read_text(parcel, file, &image->id);
	if (!image->layers || !config)
		return -1;
	if (parcel_keep(parcel, file, &image->id) < 0 || image_read_config(config, image) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (add_layer(parcel, files[i], use, &image->layers[i]) < 0)
			return -1;
	return publish_manifest(parcel->work, &image->id, image->layers, image->layer_count,
				&image->manifest);
}

static int load_docker_image(const struct parcel *parcel, const struct json *at,
			     const struct layer_use *use, const char *name, bool quiet)
{
	struct docker_image docker = { 0 };
	size_t valid = 0;
	struct image image;
	char **names;
	char *given[] = { name && *name ? reference_read(name) : NULL, NULL };

	json_need_text(at, "Config", &docker.config);
	json_get_texts(at, "Layers", &docker.layers, &docker.layer_count);
	json_get_texts(at, "RepoTags", &docker.names, &docker.name_count);
	if (at->problems->count)
		return -1;
	names = docker.names;
	for (size_t i = 0; i < docker.name_count; i++) {
		names[valid] = reference_read(names[i]);
		if (names[valid])
			valid++;
	}
	fail_forget();
	if (names)
		names[valid] = NULL;
	if (describe(parcel, &docker, use, &image) < 0)
		return -1;
	return finish(parcel, &image, name || !valid ? given : names, quiet);
}

/* manifest.json is an array, and json_parse() reads objects. */
static int load_docker(const struct parcel *parcel, const struct layer_use *use, const char *name,
		       bool quiet)
{
	struct digest any = { "" };
	autofree char *text = parcel_read_text(parcel, "manifest.json", &any), *object = NULL;
	struct json_problems problems = { 0 };
	struct json root, list;

	if (!text || asprintf(&object, "{\"images\":%s}", text) < 0)
		return text ? fail("asprintf") : -1;
	if (json_parse(object, "manifest.json", &problems, &root) < 0)
		return -1;
	list = json_member(&root, "images");
	if (json_count(&list) == 0)
		return fail_input("manifest.json names no image");
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json image = json_element(&list, i);

		if (load_docker_image(parcel, &image, use, name, quiet) < 0)
			return problems.count ? json_finish("manifest.json", &problems) : -1;
	}
	return json_finish("manifest.json", &problems);
}

int load_images(const struct parcel *parcel, const struct layer_use *use, const char *name,
		bool quiet)
{
	if (parcel_has(parcel, "manifest.json"))
		return load_docker(parcel, use, name, quiet);
	if (parcel_has(parcel, "index.json"))
		return load_layout(parcel, use, name, quiet);
	return fail_input("no archive of images: it has neither manifest.json nor index.json; "
			  "`step-06 import` reads the archive of a root file system");
}
