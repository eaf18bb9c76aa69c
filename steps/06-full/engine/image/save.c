#include "save.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "fail.h"
#include "image.h"
#include "narrate.h"
#include "progress.h"
#include "reference.h"
#include "work.h"

enum { BLOCK = 256 << 10 };

/* An archive that is being written, with what it says of the images at its end. */
struct save {
	const struct store *store;
	struct work work; /* the blobs stay in the store until they are written */
	struct archive *archive;
	json_t *written; /* the names of the files that are in the archive */
	json_t *layout;	 /* index.json's list */
	json_t *docker;	 /* manifest.json */
};

/* ---- Files ---- */

static int refuse(const struct save *save, const char *name)
{
	errno = archive_errno(save->archive);
	return fail("write %s to the archive", name);
}

static int write_header(const struct save *save, const char *name, mode_t type, off_t size)
{
	struct archive_entry *entry = archive_entry_new();
	int result;

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, type);
	archive_entry_set_perm(entry, type == AE_IFDIR ? 0755 : 0644);
	archive_entry_set_size(entry, size);
	archive_entry_set_mtime(entry, 0, 0);
	result = archive_write_header(save->archive, entry);
	archive_entry_free(entry);
	return result == ARCHIVE_OK ? 0 : refuse(save, name);
}

static int write_bytes(const struct save *save, const char *name, const void *bytes, size_t size)
{
	if (archive_write_data(save->archive, bytes, size) != (ssize_t)size)
		return refuse(save, name);
	return 0;
}

static int write_text(const struct save *save, const char *name, const char *text)
{
	if (write_header(save, name, AE_IFREG, (off_t)strlen(text)) < 0)
		return -1;
	return write_bytes(save, name, text, strlen(text));
}

static int write_json(const struct save *save, const char *name, const json_t *json)
{
	autofree char *text = json_dumps(json, JSON_COMPACT);

	return text ? write_text(save, name, text) : fail_input("%s: no memory", name);
}

/* A blob that is damaged is not handed on. */
static int copy_blob(const struct save *save, const char *name, int fd, const struct digest *digest)
{
	autofree char *block = malloc(BLOCK);
	struct digest found;
	struct sha256_ctx hash;
	struct stat status;
	ssize_t count;

	if (!block || fstat(fd, &status) < 0)
		return fail("stat %s", name);
	if (write_header(save, name, AE_IFREG, status.st_size) < 0)
		return -1;
	sha256_init(&hash);
	while ((count = read(fd, block, BLOCK)) > 0) {
		sha256_update(&hash, (size_t)count, (const uint8_t *)block);
		if (write_bytes(save, name, block, (size_t)count) < 0)
			return -1;
		progress_add((size_t)count);
	}
	if (count < 0)
		return fail("read %s", name);
	found = digest_finish(&hash);
	return digest_is_same(&found, digest)
		? 0
		: fail_input("blob %s is damaged: the digest of its bytes is %s; load or pull the "
			     "image again",
			     digest->text, found.text);
}

/* A blob that several images have is written once. */
static int write_blob(const struct save *save, const struct digest *digest)
{
	autofree char *name = NULL;
	autofd int fd = -1;

	if (json_object_get(save->written, digest->text))
		return 0;
	if (asprintf(&name, "blobs/sha256/%s", digest_hex(digest)) < 0)
		return fail("asprintf");
	fd = store_open_blob(save->store, digest);
	if (fd < 0 || copy_blob(save, name, fd, digest) < 0)
		return -1;
	narrate("archive: %s", name);
	return json_object_set_new(save->written, digest->text, json_true());
}

/* ---- Images ---- */

static int write_blobs(const struct save *save, const struct image *image)
{
	for (size_t i = 0; i < image->layer_count; i++)
		if (write_blob(save, &image->layers[i].blob) < 0)
			return -1;
	if (write_blob(save, &image->id) < 0)
		return -1;
	return write_blob(save, &image->manifest);
}

static json_t *find_by(const json_t *list, const char *key, const char *text)
{
	json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		const char *value = json_string_value(json_object_get(entry, key));

		if (value && strcmp(value, text) == 0)
			return entry;
	}
	return NULL;
}

/* The names of an image are one list in manifest.json, and an entry each in index.json. */
static int describe(const struct save *save, const struct image *image, const char *name)
{
	json_t *layers = json_array(), *entry;
	struct stat status;
	autofree char *config = NULL;
	autofd int fd = store_open_blob(save->store, &image->manifest);

	if (fd < 0 || fstat(fd, &status) < 0)
		return fail("stat the manifest");
	json_array_append_new(save->layout,
			      json_pack("{ss, ss, sI, s{ss*}}", "mediaType", MEDIA_MANIFEST,
					"digest", image->manifest.text, "size",
					(json_int_t)status.st_size, "annotations",
					"org.opencontainers.image.ref.name", name));
	if (asprintf(&config, "blobs/sha256/%s", digest_hex(&image->id)) < 0)
		return fail("asprintf");
	for (size_t i = 0; i < image->layer_count; i++)
		json_array_append_new(
			layers,
			json_sprintf("blobs/sha256/%s", digest_hex(&image->layers[i].blob)));
	entry = find_by(save->docker, "Config", config);
	if (!entry) {
		entry = json_pack("{ss, s[], so}", "Config", config, "RepoTags", "Layers", layers);
		json_array_append_new(save->docker, entry);
	}
	if (name)
		json_array_append_new(json_object_get(entry, "RepoTags"), json_string(name));
	return 0;
}

/* Until it is written, the image may not go. */
static int read_image(struct save *save, const char *text, struct image *image, char **name)
{
	autoindex struct index index = { 0 };
	autofd int lock = store_lock(save->store, false);
	struct index_entry entry;
	size_t number;

	if (lock < 0 || index_read(save->store, &index) < 0)
		return -1;
	if (image_get(&index, text, &number, image) < 0)
		return -1;
	entry = index_entry(&index, number);
	/* An image that was asked for by its ID is written without a name, as Docker does. */
	*name = reference_read(text);
	fail_forget();
	if (*name && (!entry.name || strcmp(*name, entry.name) != 0))
		*name = NULL;
	return image_use(image, save->work.uses);
}

static int write_image(struct save *save, const char *text)
{
	struct image image;
	char *name;

	if (read_image(save, text, &image, &name) < 0)
		return -1;
	if (write_blobs(save, &image) < 0)
		return -1;
	return describe(save, &image, name);
}

static int write_all(struct save *save, char *const *texts)
{
	json_t *index;
	int result;

	if (write_text(save, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}") < 0)
		return -1;
	for (; *texts; texts++)
		if (write_image(save, *texts) < 0)
			return -1;
	index = json_pack("{si, ss, sO}", "schemaVersion", 2, "mediaType",
			  "application/vnd.oci.image.index.v1+json", "manifests", save->layout);
	result = write_json(save, "index.json", index);
	json_decref(index);
	if (result < 0 || write_json(save, "manifest.json", save->docker) < 0)
		return -1;
	return archive_write_close(save->archive) == ARCHIVE_OK ? 0 : refuse(save, "its end");
}

int save_images(const struct store *store, char *const *texts, int output)
{
	struct save save = {
		.store = store,
		.work = WORK_NONE,
		.archive = archive_write_new(),
		.written = json_object(),
		.layout = json_array(),
		.docker = json_array(),
	};
	int result = work_begin(store, NULL, &save.work);

	archive_write_set_format_pax_restricted(save.archive);
	archive_write_set_bytes_per_block(save.archive, BLOCK);
	archive_write_set_bytes_in_last_block(save.archive, 1);
	if (result == 0 && archive_write_open_fd(save.archive, output) != ARCHIVE_OK)
		result = refuse(&save, "its beginning");
	if (result == 0)
		result = write_all(&save, texts);
	archive_write_free(save.archive);
	json_decref(save.written);
	json_decref(save.layout);
	json_decref(save.docker);
	work_end(&save.work);
	return result;
}
