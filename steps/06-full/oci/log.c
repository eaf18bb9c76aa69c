#include "log.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

/* RFC 3339: with a time that it cannot read, an engine loses the line. */
static void tell_time(char *text, size_t size)
{
	struct timespec now;
	struct tm parts;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* A text in quotes, in which nothing ends the line or the quotes. The caller frees it. */
static char *quote(const char *text)
{
	/* What is no UTF-8, jansson does not take. */
	json_t *string = json_string(text);
	char *quoted;

	if (!string)
		string = json_string("(a message that is not in UTF-8)");
	quoted = json_dumps(string, JSON_ENCODE_ANY);
	json_decref(string);
	return quoted;
}

void log_write(const struct log *log, const char *level, const char *message)
{
	autofd int fd = -1;
	autofree char *quoted = NULL;
	char now[32];

	if (!log->path)
		return;
	fd = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return;
	tell_time(now, sizeof(now));
	quoted = quote(message);
	if (!quoted)
		return;
	if (log->json)
		dprintf(fd, "{\"level\":\"%s\",\"msg\":%s,\"time\":\"%s\"}\n", level, quoted, now);
	else
		dprintf(fd, "time=\"%s\" level=%s msg=%s\n", now, level, quoted);
}

int log_set_format(struct log *log, const char *format)
{
	if (strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
		return fail_input("--log-format %s: must be text or json", format);
	log->json = strcmp(format, "json") == 0;
	return 0;
}
