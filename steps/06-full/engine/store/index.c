#include "index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

#define NAME "org.opencontainers.image.ref.name"

/* ---- Reading ---- */

static bool has_digests(const json_t *manifests)
{
	size_t i;
	json_t *entry;

	json_array_foreach(manifests, i, entry)
	{
		if (!digest_is_valid(json_string_value(json_object_get(entry, "digest"))))
			return false;
	}
	return json_is_array(manifests);
}

int index_read(const struct store *store, struct index *index)
{
	autofree char *text = file_read_at(store->directory, "index.json");
	json_error_t error;

	index->store = store;
	if (!text)
		return fail("open %s/index.json", store->path);
	index->root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!index->root)
		return fail_input("%s/index.json, line %d: %s", store->path, error.line,
				  error.text);
	if (!has_digests(json_object_get(index->root, "manifests")))
		return fail_input(
			"%s/index.json: \"manifests\" must list descriptors with a digest",
			store->path);
	return 0;
}

void index_free(struct index *index)
{
	json_decref(index->root);
	index->root = NULL;
}

static json_t *list_of(const struct index *index)
{
	return json_object_get(index->root, "manifests");
}

size_t index_count(const struct index *index)
{
	return json_array_size(list_of(index));
}

struct index_entry index_entry(const struct index *index, size_t number)
{
	const json_t *entry = json_array_get(list_of(index), number);
	struct index_entry result = {
		.name = json_string_value(
			json_object_get(json_object_get(entry, "annotations"), NAME)),
	};

	snprintf(result.manifest.text, sizeof(result.manifest.text), "%s",
		 json_string_value(json_object_get(entry, "digest")));
	return result;
}

size_t index_find(const struct index *index, const char *name)
{
	size_t count = index_count(index), number = 0;

	while (number < count) {
		struct index_entry entry = index_entry(index, number);

		if (entry.name && strcmp(entry.name, name) == 0)
			break;
		number++;
	}
	return number;
}

/* ---- Changing ---- */

static size_t count_entries(const struct index *index, const struct digest *manifest,
			    size_t *nameless)
{
	size_t found = 0;

	*nameless = index_count(index);
	for (size_t i = 0; i < index_count(index); i++) {
		struct index_entry entry = index_entry(index, i);

		if (!digest_is_same(&entry.manifest, manifest))
			continue;
		found++;
		if (!entry.name)
			*nameless = i;
	}
	return found;
}

/* Takes the name of an entry away, or the entry, if the image has another one. */
static int remove_name(struct index *index, size_t number)
{
	struct index_entry entry = index_entry(index, number);
	size_t nameless;

	if (count_entries(index, &entry.manifest, &nameless) > 1)
		return json_array_remove(list_of(index), number);
	return json_object_del(json_array_get(list_of(index), number), "annotations");
}

static int add_entry(struct index *index, const char *name, json_t *entry)
{
	size_t other = name ? index_find(index, name) : index_count(index), nameless;
	struct index_entry described;

	if (other < index_count(index) && remove_name(index, other) < 0)
		return -1;
	if (json_array_append_new(list_of(index), entry) < 0)
		return -1;
	if (!name)
		return 0;
	if (json_object_set_new(entry, "annotations", json_pack("{ss}", NAME, name)) < 0)
		return -1;
	described = index_entry(index, index_count(index) - 1);
	count_entries(index, &described.manifest, &nameless);
	return nameless < index_count(index) ? json_array_remove(list_of(index), nameless) : 0;
}

int index_add(struct index *index, const char *name, const struct digest *manifest, uint64_t size,
	      const char *media_type)
{
	size_t nameless;
	json_t *entry;

	if (!name && count_entries(index, manifest, &nameless) > 0)
		return 0;
	entry = json_pack("{ss, ss, sI}", "mediaType", media_type, "digest", manifest->text, "size",
			  (json_int_t)size);
	if (!entry || add_entry(index, name, entry) < 0)
		return fail_input("the list of images: a name that is not UTF-8, or no memory");
	return 0;
}

int index_tag(struct index *index, size_t number, const char *name)
{
	const json_t *entry = json_array_get(list_of(index), number);
	const struct digest manifest = index_entry(index, number).manifest;

	return index_add(index, name, &manifest,
			 (uint64_t)json_integer_value(json_object_get(entry, "size")),
			 json_string_value(json_object_get(entry, "mediaType")));
}

int index_untag(struct index *index, size_t number)
{
	return remove_name(index, number) < 0 ? fail_input("the list of images: no memory") : 0;
}

int index_remove(struct index *index, const struct digest *manifest)
{
	for (size_t i = index_count(index); i-- > 0;) {
		struct index_entry entry = index_entry(index, i);

		if (digest_is_same(&entry.manifest, manifest))
			json_array_remove(list_of(index), i);
	}
	return 0;
}

int index_write(const struct index *index)
{
	autofree char *text = json_dumps(index->root, JSON_INDENT(2));

	if (!text)
		return fail_input("the list of images: no memory");
	return store_rewrite_file(index->store->directory, "index.json", text, strlen(text));
}
