#include "record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "names.h"
#include "nearest.h"
#include "remove_tree.h"
#include "sweep.h"
#include "timestamp.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

#define FILE_NAME "record.json"

/* ---- Times and texts ---- */

static json_t *now(void)
{
	struct timespec time;
	char text[TIMESTAMP_SIZE] = "";

	clock_gettime(CLOCK_REALTIME, &time);
	timestamp_write(&time, text);
	return json_string(text);
}

const char *record_text(const struct record *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record->json, key));

	return text ? text : "";
}

const char *record_name(const struct record *record)
{
	return record_text(record, "Name");
}

char *record_command(const struct record *record)
{
	const json_t *words = json_object_get(record->json, "Args");
	char *text = NULL;
	size_t size, i;
	FILE *stream = open_memstream(&text, &size);
	json_t *word;

	if (!stream)
		return NULL;
	json_array_foreach(words, i, word)
	{
		fprintf(stream, "%s%s", i ? " " : "", json_string_value(word));
	}
	fclose(stream);
	return text;
}

static json_t *state_of(const struct record *record)
{
	return json_object_get(record->json, "State");
}

/* The disk may lose a record that was just written, but never shows half of one. */
int record_write(const struct record *record)
{
	autofree char *text = json_dumps(record->json, JSON_INDENT(2));

	if (!text)
		return fail_input("container %s: text that is not UTF-8, or no memory", record->id);
	if (file_write(record->directory, FILE_NAME ".new", text) == 0 &&
	    renameat(record->directory, FILE_NAME ".new", record->directory, FILE_NAME) == 0)
		return 0;
	fail("rename the record of the container %s", record->id);
	unlinkat(record->directory, FILE_NAME ".new", 0);
	return -1;
}

/* ---- Making ---- */

static int choose_id(struct record *record)
{
	unsigned char random[DIGEST_HEX / 2];

	if (getrandom(random, sizeof(random), 0) < 0)
		return fail("getrandom");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(record->id + 2 * i, 3, "%02x", random[i]);
	return 0;
}

static int make_directories(struct record *record, bool remove)
{
	static const char *const names[] = { "uses", "upper", "work", "merged" };

	if (mkdirat(record->store->containers, record->id, 0700) < 0)
		return fail("mkdir %s/containers/%s", record->store->path, record->id);
	record->directory = openat(record->store->containers, record->id, DIRECTORY);
	if (record->directory < 0)
		return fail("open %s/containers/%s", record->store->path, record->id);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mkdirat(record->directory, names[i], 0755) < 0)
			return fail("mkdir %s of a container", names[i]);
	return remove ? file_write(record->directory, "remove", "") : 0;
}

/* Looks the image up, and marks its layers, so that they stay even if the image goes. */
static int take_image(const struct record *record, const char *text, struct image *image)
{
	autofd int uses = openat(record->directory, "uses", DIRECTORY);
	autofd int lock = uses < 0 ? -1 : store_lock(record->store, false);
	autoindex struct index index = { 0 };
	size_t number;

	if (uses < 0)
		return fail("open uses of a container");
	if (lock < 0 || index_read(record->store, &index) < 0)
		return -1;
	if (image_get(&index, text, &number, image) < 0)
		return -1;
	return image_use(image, uses);
}

static int take_name(const struct record *record, const char *wanted, char name[NAMES_SIZE])
{
	if (!wanted)
		return names_choose(record->store, record->id, name);
	snprintf(name, NAMES_SIZE, "%s", wanted);
	return names_take(record->store, wanted, record->id);
}

/* Words that are not UTF-8 cannot be kept in JSON: such a container cannot be started again. */
static json_t *list_words(char *const *words)
{
	json_t *list = json_array();

	for (; words && *words; words++) {
		if (json_array_append_new(list, json_string(*words)) == 0)
			continue;
		json_decref(list);
		return json_null();
	}
	return list;
}

static int describe(struct record *record, const struct record_wish *wish, const char *name,
		    const struct image *image)
{
	record->json = json_pack("{ss, ss, so, ss, ss, ss, sb, so, s{ss, si, ss, ss}, so}", "Id",
				 record->id, "Name", name, "Created", now(), "Image",
				 image->id.text, "ImageName", wish->image, "Manifest",
				 image->manifest.text, "AutoRemove", wish->remove, "Labels",
				 wish->labels ? json_incref(wish->labels) : json_object(), "State",
				 "Status", "created", "ExitCode", 0, "StartedAt", "", "FinishedAt",
				 "", "Words", list_words(wish->words));
	if (!record->json)
		return fail_input("the record of the container: text that is not UTF-8");
	return 0;
}

int record_create(const struct store *store, const struct record_wish *wish, struct record *record,
		  struct image *image)
{
	char name[NAMES_SIZE];
	int result;

	record->store = store;
	if (choose_id(record) < 0 || work_begin(store, record->id, &record->work) < 0)
		return -1;
	result = make_directories(record, wish->remove);
	if (result == 0)
		result = take_image(record, wish->image, image);
	if (result == 0)
		result = take_name(record, wish->name, name);
	if (result == 0) {
		result = describe(record, wish, name, image);
		if (result < 0)
			names_drop(store, name, record->id);
	}
	if (result < 0)
		remove_tree(store->containers, record->id);
	return result;
}

/* ---- Opening ---- */

int record_read(const struct store *store, const char *id, struct record *record)
{
	autofree char *text = NULL;

	record->store = store;
	snprintf(record->id, sizeof(record->id), "%s", id);
	record->directory = openat(store->containers, id, DIRECTORY);
	if (record->directory < 0)
		return errno == ENOENT ? 0 : fail("open %s/containers/%s", store->path, id);
	text = file_read_at(record->directory, FILE_NAME);
	if (!text) {
		record->is_damaged = errno != ENOENT;
		return record->is_damaged ? fail("read the record of the container %s", id) : 0;
	}
	record->json = json_loads(text, 0, NULL);
	record->is_damaged = !json_is_object(state_of(record));
	if (record->is_damaged)
		return fail_input("the record of the container %s is damaged; rm --force removes "
				  "the container, by its ID",
				  id);
	return 1;
}

void record_close(struct record *record)
{
	const struct record none = RECORD_NONE;

	json_decref(record->json);
	cleanup_fd(&record->directory);
	work_end(&record->work);
	*record = none;
}

/* Fills the ID of the one container whose ID begins with `text`. Returns the number of them, or -1.
 */
static int find_id(const struct store *store, const char *text, char id[DIGEST_HEX + 1])
{
	int fd = openat(store->containers, ".", DIRECTORY), found = 0;
	autodir DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (!directory)
		return fail("open %s/containers", store->path);
	for (struct dirent *entry; (entry = file_next(directory));)
		if (*text && strncmp(entry->d_name, text, strlen(text)) == 0 &&
		    strlen(entry->d_name) == DIGEST_HEX && ++found)
			strcpy(id, entry->d_name);
	return errno ? fail("readdir %s/containers", store->path) : found;
}

static int explain_missing(const struct store *store, const char *text)
{
	int fd = openat(store->names, ".", DIRECTORY);
	autodir DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct nearest nearest;
	char name[NAMES_SIZE] = "";

	nearest_begin(&nearest, text);
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		const char *before = nearest.name;

		nearest_offer(&nearest, entry->d_name);
		if (nearest.name != before)
			snprintf(name, sizeof(name), "%s", nearest.name);
		if (nearest.name)
			nearest.name = name; /* d_name goes with the next readdir(3) */
	}
	if (*name)
		return fail_input("%s: no such container; do you mean %s?", text, name);
	return fail_input("%s: no such container; `step-06 ps -a` lists all", text);
}

int record_open(const struct store *store, const char *text, struct record *record)
{
	char id[DIGEST_HEX + 1];
	int found = names_find(store, text, id);

	if (found == 0)
		found = find_id(store, text, id);
	if (found > 1)
		return fail_input("%s: %d containers have IDs that begin so; give more digits",
				  text, found);
	if (found == 1)
		found = record_read(store, id, record);
	return found == 0 ? explain_missing(store, text) : found < 0 ? -1 : 0;
}

int record_image(const struct record *record, struct image *image)
{
	struct digest manifest;

	snprintf(manifest.text, sizeof(manifest.text), "%s", record_text(record, "Manifest"));
	if (!digest_is_valid(manifest.text))
		return fail_input("the record of the container %s is damaged: it has no manifest",
				  record->id);
	return image_read(record->store, &manifest, image);
}

/* ---- Running ---- */

bool record_is_running(const struct record *record)
{
	return work_is_alive(record->store, record->id);
}

int record_hold(struct record *record)
{
	int error;

	if (record_is_running(record))
		return fail_input("the container %s is running", record_name(record));
	if (work_begin(record->store, record->id, &record->work) == 0)
		return 0;
	error = errno;
	if (record_is_running(record)) { /* another command was quicker */
		fail_forget();
		fail_input("the container %s is running", record_name(record));
	}
	errno = error;
	return -1;
}

int record_hold_last(struct record *record)
{
	if (record_hold(record) == 0)
		return 0;
	if (errno != ENOSPC && errno != EDQUOT)
		return -1;
	fail_forget();
	work_end(&record->work);
	if (unlinkat(record->directory, "merged", AT_REMOVEDIR) < 0 && errno != ENOENT)
		return fail("rmdir merged of the container %s", record->id);
	return record_hold(record);
}

int record_started(struct record *record)
{
	json_object_set_new(state_of(record), "StartedAt", now());
	json_object_set_new(state_of(record), "Status", json_string("running"));
	json_object_set_new(state_of(record), "FinishedAt", json_string(""));
	json_object_set_new(state_of(record), "ExitCode", json_integer(0));
	return record_write(record);
}

/* Returns 0, or -1 without a message: there is no record, or it is damaged. */
static int read_again(struct record *record)
{
	autofree char *text = file_read_at(record->directory, FILE_NAME);
	json_t *json = text ? json_loads(text, 0, NULL) : NULL;

	if (!json_is_object(json_object_get(json, "State"))) {
		json_decref(json);
		return -1;
	}
	json_decref(record->json);
	record->json = json;
	return 0;
}

int record_refresh(struct record *record)
{
	if (read_again(record) == 0)
		return 0;
	return fail_input("the record of the container %s is damaged", record->id);
}

/* Another command may have changed the record meanwhile: `rename`. */
int record_ended(struct record *record, int status)
{
	autofd int lock = store_lock(record->store, true);

	if (lock < 0 || record_refresh(record) < 0)
		return -1;
	json_object_set_new(state_of(record), "FinishedAt", now());
	json_object_set_new(state_of(record), "Status", json_string("exited"));
	json_object_set_new(state_of(record), "ExitCode", json_integer(status));
	return record_write(record);
}

/* True if the image is in the list still. */
static int has_image(const struct record *record)
{
	autoindex struct index index = { 0 };

	if (index_read(record->store, &index) < 0)
		return -1;
	for (size_t i = 0; i < index_count(&index); i++) {
		const struct index_entry entry = index_entry(&index, i);

		if (strcmp(entry.manifest.text, record_text(record, "Manifest")) == 0)
			return 1;
	}
	return 0;
}

/* An image that was removed by force goes with its last container. */
static int release_image(const struct record *record)
{
	autofd int lock = -1;
	int found = has_image(record);

	if (found != 0)
		return found < 0 ? -1 : 0;
	lock = store_lock(record->store, true);
	return lock < 0 ? -1 : sweep(record->store, NULL);
}

int record_remove(struct record *record)
{
	read_again(record); /* without success: the record was never written */
	/* Without its record the container is none any more: the next command removes the rest. */
	unlinkat(record->directory, FILE_NAME, 0);
	if (*record_name(record))
		names_drop(record->store, record_name(record), record->id);
	else /* a damaged record does not say which name the container has */
		names_drop_all(record->store, record->id);
	if (remove_tree(record->store->containers, record->id) < 0) {
		work_abandon(&record->work);
		return -1;
	}
	return release_image(record);
}
