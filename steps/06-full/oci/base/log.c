#include "log.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

/* Writes the time in the form of RFC 3339. An engine drops a line whose time it cannot read. */
static void tell_time(char *text, size_t size)
{
	struct timespec now;
	struct tm parts;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* Returns the text in quotes, with newlines and quotes escaped. The caller frees it. */
static char *quote(const char *text)
{
	/* jansson refuses a text that is not in UTF-8. */
	json_t *string = json_string(text);
	char *quoted;

	if (!string)
		string = json_string("(a message that is not in UTF-8)");
	quoted = json_dumps(string, JSON_ENCODE_ANY);
	json_decref(string);
	return quoted;
}

static int open_log(const struct log *log)
{
	return open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
}

static void write_line(int fd, bool json, const char *level, const char *message)
{
	autofree char *quoted = quote(message);
	char now[32];

	tell_time(now, sizeof(now));
	if (!quoted)
		return;
	if (json)
		dprintf(fd, "{\"level\":\"%s\",\"msg\":%s,\"time\":\"%s\"}\n", level, quoted, now);
	else
		dprintf(fd, "time=\"%s\" level=%s msg=%s\n", now, level, quoted);
}

void log_write(const struct log *log, const char *level, const char *message)
{
	autofd int fd = log->path ? open_log(log) : -1;

	if (fd >= 0)
		write_line(fd, log->json, level, message);
}

/*
 * The log of log_begin(). The narration's descriptor stays open, because a process in the container
 * could not open the log by its path.
 */
static const struct log *begun;
static int narration;

static void tell(const char *line)
{
	write_line(narration, begun->json, "debug", line);
}

static void warn(const char *message)
{
	log_write(begun, "warning", message);
}

int log_narrate(const struct log *log)
{
	if (!log->debug)
		return 0;
	narration = log->path ? open_log(log) : STDERR_FILENO;
	if (narration < 0)
		return fail("--log %s", log->path);
	narrate_to(tell);
	narrate_start();
	return 0;
}

void log_stage(const char *stage)
{
	if (begun)
		narrate("runC: %s", stage);
}

int log_descriptor(void)
{
	return narration;
}

/* Refuses a log that cannot be opened: an engine would miss the messages. Returns 0 or -1. */
static int try_log(const struct log *log)
{
	autofd int fd = open_log(log);

	return fd < 0 ? fail("open --log %s", log->path) : 0;
}

int log_begin(struct log *log, const char *format)
{
	if (strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
		return fail_input("--log-format %s: must be text or json", format);
	log->json = strcmp(format, "json") == 0;
	begun = log;
	if (!log->path)
		return 0;
	fail_warn_to(warn);
	return try_log(log);
}
