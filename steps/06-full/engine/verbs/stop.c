/* Chapter 6, engine: `stop` and `kill`: containers that run at another terminal. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>

#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "running.h"
#include "signal_name.h"

enum { PATIENCE = 10000 }; /* milliseconds */

/* The signal that the container, or its image, names as the one that asks it to end. */
static int stop_signal(const struct record *record)
{
	const json_t *settings = json_object_get(record->json, "Config");
	const char *text = json_string_value(json_object_get(settings, "StopSignal"));
	int signal = text ? signal_name_read(text) : SIGTERM;

	return signal > 0 ? signal : SIGTERM;
}

/* Returns the signal, or -1. `text` is NULL: the default one. */
static int read_signal(const char *text, int usual)
{
	int signal = text ? signal_name_read(text) : usual;

	return signal > 0 ? signal : fail_input("--signal %s: there is no such signal", text);
}

/* ---- stop ---- */

static int stop_one(const struct store *store, const char *text, const char *signal_text,
		    int64_t milliseconds)
{
	autorecord struct record record = RECORD_NONE;
	int signal;

	if (record_open(store, text, &record) < 0)
		return -1;
	signal = read_signal(signal_text, stop_signal(&record));
	if (signal < 0 || running_end(&record, signal, milliseconds) < 0)
		return -1;
	puts(text);
	return 0;
}

static int stop(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *signal = NULL;
	int64_t milliseconds = PATIENCE;
	const struct verb_option options[] = {
		{ "signal", 's', "SIGNAL", VALUE_TEXT, &signal,
		  "Not the one of --stop-signal, of the image, or TERM" },
		{ "timeout", 't', "SECONDS", VALUE_TIME, &milliseconds,
		  "Kill what has not ended by then (10)" },
		{ "time", 0, "SECONDS", VALUE_TIME, &milliseconds, "The same" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, ENGINE_MANY);
	autostore struct store store = STORE_CLOSED;
	int result = 0;

	if (!operands || engine_open(path, &store) < 0)
		return -1;
	if (milliseconds < 0) /* Docker's -1: for ever */
		milliseconds = -1;
	else if (milliseconds > INT_MAX)
		milliseconds = INT_MAX;
	for (; *operands; operands++)
		if (stop_one(&store, *operands, signal, milliseconds) < 0)
			result = fail_report();
	return fflush(stdout) < 0 ? fail("write what was stopped") : result;
}

const struct verb engine_stop = {
	"stop", "CONTAINER...", "End containers: a signal, later SIGKILL", STATUS_FAILED, stop,
};

/* ---- kill ---- */

static int kill_one(const struct store *store, const char *text, int signal)
{
	autorecord struct record record = RECORD_NONE;
	int sent;

	if (record_open(store, text, &record) < 0)
		return -1;
	sent = running_signal(&record, signal);
	if (sent < 0)
		return -1;
	if (sent == 0)
		return fail_input("the container %s is not running", record_name(&record));
	puts(text);
	return 0;
}

static int kill_all(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *text = NULL;
	const struct verb_option options[] = {
		{ "signal", 's', "SIGNAL", VALUE_TEXT, &text, "A name or a number (KILL)" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, ENGINE_MANY);
	autostore struct store store = STORE_CLOSED;
	int signal = operands ? read_signal(text, SIGKILL) : -1, result = 0;

	if (signal < 0 || engine_open(path, &store) < 0)
		return -1;
	for (; *operands; operands++)
		if (kill_one(&store, *operands, signal) < 0)
			result = fail_report();
	return fflush(stdout) < 0 ? fail("write what got the signal") : result;
}

const struct verb engine_kill = {
	"kill",	       "CONTAINER...", "Send a signal to the commands of containers",
	STATUS_FAILED, kill_all,
};
