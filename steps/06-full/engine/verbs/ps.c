/* Chapter 6, engine: `ps`, `rm`, `rename`, `inspect` and `container`: the records of containers. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "format.h"
#include "names.h"
#include "record.h"
#include "running.h"
#include "template.h"

/* ---- ps ---- */

struct listing {
	bool all, quiet, whole;
	const char *format;
};

/* Docker's words: "Created", "Up 3 minutes", "Exited (0) 2 hours ago". */
static void describe_status(const struct record *record, char *text, size_t size)
{
	const json_t *state = json_object_get(record->json, "State");
	const char *finished = json_string_value(json_object_get(state, "FinishedAt"));
	const char *started = json_string_value(json_object_get(state, "StartedAt"));
	char age[FORMAT_SIZE];
	const char *end;

	if (finished && *finished) {
		format_age(finished, age);
		snprintf(text, size, "Exited (%d) %s",
			 (int)json_integer_value(json_object_get(state, "ExitCode")), age);
		return;
	}
	format_age(started, age);
	end = strstr(age, " ago");
	if (!end)
		snprintf(text, size, "Created");
	else if (record_is_running(record))
		snprintf(text, size, "Up %.*s", (int)(end - age), age);
	else
		snprintf(text, size, "Killed");
}

/* In JSON, the ID is whole; Docker's templates have it shortened. */
static json_t *describe_row(const struct record *record, const struct listing *listing,
			    const char *command, const char *status)
{
	const bool is_json = strcmp(listing->format, "json") == 0;
	char id[DIGEST_HEX + 1], age[FORMAT_SIZE];

	snprintf(id, sizeof(id), "%.*s", is_json || listing->whole ? DIGEST_HEX : 12, record->id);
	format_age(record_text(record, "Created"), age);
	return json_pack("{ss, ss, ss, ss, ss, ss, ss, sO}", "ID", id, "Names", record_name(record),
			 "Image", record_text(record, "ImageName"), "Command", command, "CreatedAt",
			 record_text(record, "Created"), "RunningFor", age, "Status", status,
			 "Labels", json_object_get(record->json, "Labels"));
}

static int print_record(struct record *record, void *data)
{
	const struct listing *listing = data;
	const int length = listing->whole ? DIGEST_HEX : 12;
	autofree char *command = record_command(record);
	char status[80], age[FORMAT_SIZE];
	json_t *object;
	int result;

	if (!listing->all && !record_is_running(record))
		return 0;
	if (listing->quiet)
		return format_row("%.*s", length, record->id);
	describe_status(record, status, sizeof(status));
	if (strcmp(listing->format, "table") == 0) {
		format_age(record_text(record, "Created"), age);
		return format_row("%-*.*s %-20s %-22.*s %-15s %-26s %s", length, length, record->id,
				  record_text(record, "ImageName"), listing->whole ? -1 : 22,
				  command, age, status, record_name(record));
	}
	object = describe_row(record, listing, command, status);
	result = template_print(listing->format, object, true);
	json_decref(object);
	return result;
}

static int ps(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	struct listing listing = { .format = "table" };
	const struct verb_option options[] = {
		{ "all", 'a', NULL, VALUE_NONE, &listing.all, "Also those that do not run" },
		{ "quiet", 'q', NULL, VALUE_NONE, &listing.quiet, "Print only the IDs" },
		{ "no-trunc", 0, NULL, VALUE_NONE, &listing.whole, "Print IDs and commands whole" },
		{ "format", 0, "FORMAT", VALUE_TEXT, &listing.format, TEMPLATE_HELP },
		ENGINE_STORE(&path),
		{ 0 },
	};
	autostore struct store store = STORE_CLOSED;

	if (!verb_read(verb, options, words, 0, 0) || template_check("ps", listing.format) < 0)
		return -1;
	if (engine_open(path, &store) < 0)
		return -1;
	if (strcmp(listing.format, "table") == 0 && !listing.quiet)
		printf("%-*s %-20s %-22s %-15s %-26s %s\n", listing.whole ? DIGEST_HEX : 12,
		       "CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "NAMES");
	if (record_for_each(&store, print_record, &listing) < 0)
		return -1;
	return fflush(stdout) < 0 ? fail("write the list") : 0;
}

const struct verb engine_ps = {
	"ps", "", "List the containers", STATUS_FAILED, ps,
};

/* ---- rm ---- */

/* A damaged record does not keep a container of --force. Returns what was `found`. */
static int accept_damage(const struct record *record, int found)
{
	if (found >= 0 || !record->is_damaged)
		return found;
	fail_forget();
	return 1;
}

/* Docker, too, does not ask a container of --force to end. Its `run --rm` may remove it first. */
static int end_and_open(const struct store *store, const char *text, struct record *record)
{
	char id[DIGEST_HEX + 1];

	if (accept_damage(record, record_open(store, text, record)) < 0)
		return -1;
	if (running_end(record, SIGKILL, 0) < 0)
		return -1;
	strcpy(id, record->id);
	record_close(record);
	return accept_damage(record, record_read(store, id, record));
}

static int remove_one(const struct store *store, const char *text, bool force)
{
	autorecord struct record record = RECORD_NONE;
	int found;

	found = force ? end_and_open(store, text, &record) : record_open(store, text, &record) + 1;
	if (force && found == 0) {
		puts(text);
		return 0;
	}
	if (found <= 0)
		return -1;
	if (record_hold_last(&record) < 0)
		return -1;
	if (record_remove(&record) < 0)
		return -1;
	puts(text);
	return 0;
}

static int rm(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	bool force = false;
	const struct verb_option options[] = {
		{ "force", 'f', NULL, VALUE_NONE, &force,
		  "Also containers that run, which are killed, and those with a damaged record" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, ENGINE_MANY);
	autostore struct store store = STORE_CLOSED;
	int result = 0;

	if (!operands || engine_open(path, &store) < 0)
		return -1;
	for (; *operands; operands++)
		if (remove_one(&store, *operands, force) < 0)
			result = fail_report();
	return fflush(stdout) < 0 ? fail("write what was removed") : result;
}

const struct verb engine_rm = {
	"rm", "CONTAINER...", "Remove containers", STATUS_FAILED, rm,
};

/* ---- rename ---- */

static int change_name(struct record *record, const char *name)
{
	autofd int lock = store_lock(record->store, true);
	autofree char *before = NULL;

	if (lock < 0 || record_refresh(record) < 0)
		return -1;
	before = strdup(record_name(record));
	json_object_set_new(record->json, "Name", json_string(name));
	if (!before || record_write(record) < 0)
		return before ? -1 : fail("strdup");
	names_drop(record->store, before, record->id);
	return 0;
}

static int rename_record(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	const struct verb_option options[] = { ENGINE_STORE(&path), { 0 } };
	char **operands = verb_read(verb, options, words, 2, 2);
	autostore struct store store = STORE_CLOSED;
	autorecord struct record record = RECORD_NONE;

	if (!operands || engine_open(path, &store) < 0)
		return -1;
	if (record_open(&store, operands[0], &record) < 0)
		return -1;
	if (names_take(&store, operands[1], record.id) < 0)
		return -1;
	if (change_name(&record, operands[1]) == 0)
		return 0;
	names_drop(&store, operands[1], record.id);
	return -1;
}

const struct verb engine_rename = {
	"rename", "CONTAINER NAME", "Give a container another name", STATUS_FAILED, rename_record,
};

/* ---- inspect ---- */

/* The status is not in the record: it says what was, not what is. */
static void add_status(struct record *record)
{
	json_t *state = json_object_get(record->json, "State");
	bool running = record_is_running(record);
	pid_t pid = 0;
	autofd int process = running_open(record, &pid);
	const char *status = json_string_value(json_object_get(state, "Status"));

	json_object_set_new(state, "Running", json_boolean(running));
	json_object_set_new(state, "Pid", json_integer(process > 0 ? pid : 0));
	if (!running && status && strcmp(status, "running") == 0)
		json_object_set_new(state, "Status", json_string("killed"));
}

static int inspect(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *format = "json";
	const struct verb_option options[] = { TEMPLATE_OPTION(&format),
					       ENGINE_STORE(&path),
					       { 0 } };
	char **operands = verb_read(verb, options, words, 1, ENGINE_MANY);
	autostore struct store store = STORE_CLOSED;
	json_t *list = json_array();

	if (!operands || template_check("inspect", format) < 0 || engine_open(path, &store) < 0)
		return -1;
	for (; *operands; operands++) {
		autorecord struct record record = RECORD_NONE;

		if (record_open(&store, *operands, &record) < 0)
			return -1;
		add_status(&record);
		json_array_append(list, record.json);
	}
	return template_print_list(format, list);
}

const struct verb engine_inspect = {
	"inspect", "CONTAINER...", "Print containers' records, as JSON", STATUS_FAILED, inspect,
};

/* ---- container ---- */

static int remove_ended(struct record *record, void *data)
{
	(void)data;
	if (record_is_running(record))
		return 0;
	if (remove_one(record->store, record->id, false) == 0)
		return 0;
	fail_warn("%s", fail_get()->text); /* another command may have started it just now */
	fail_forget();
	return 0;
}

static int prune(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store;
	bool force = false;
	const struct verb_option options[] = {
		{ "force", 'f', NULL, VALUE_NONE, &force, "Docker's: nothing is asked here" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	autostore struct store store = STORE_CLOSED;

	if (!verb_read(verb, options, words, 0, 0) || engine_open(path, &store) < 0)
		return -1;
	if (record_for_each(&store, remove_ended, NULL) < 0)
		return -1;
	return fflush(stdout) < 0 ? fail("write what was removed") : 0;
}

static const struct verb verb_prune = {
	"container prune", "", "Remove the containers that have ended", STATUS_FAILED, prune,
};

static const struct engine_subverb verbs[] = {
	{ "ls", &engine_ps },	      { "prune", &verb_prune },	      { "rm", &engine_rm },
	{ "rename", &engine_rename }, { "inspect", &engine_inspect }, { "diff", &engine_diff },
	{ "commit", &engine_commit }, { "export", &engine_export },   { "stop", &engine_stop },
	{ "kill", &engine_kill },     { "cp", &engine_cp },	      { NULL, NULL },
};

static int container(const struct runtime *runtime, const struct verb *verb, char **words)
{
	return engine_run_subverb(runtime, verb, verbs, words);
}

const struct verb engine_container = {
	"container",   "VERB ...", "The verbs of containers: prune, ls, rm, ...",
	STATUS_FAILED, container,
};
