#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hints.h"
#include "printable.h"

/* Room for the errno and the hint, however long the names in a message are. */
enum { EXPLANATION_MAX = 256 };

static struct failure kept;

__attribute__((format(printf, 3, 0))) static int keep(int status, int error, const char *what,
						      va_list arguments)
{
	const char *name, *hint;
	size_t used;

	if (kept.text[0])
		return -1;
	kept.status = status;
	vsnprintf(kept.text, sizeof(kept.text) - (error ? EXPLANATION_MAX : 0), what, arguments);
	printable_make(kept.text);
	if (error) {
		name = strerrorname_np(error);
		hint = hint_for(kept.text, error);
		used = strlen(kept.text);
		snprintf(kept.text + used, sizeof(kept.text) - used, ": %s %s%s%s",
			 name ? name : "errno", strerror(error), hint ? "; " : "",
			 hint ? hint : "");
	}
	errno = error;
	return -1;
}

int fail(const char *what, ...)
{
	va_list arguments;

	va_start(arguments, what);
	keep(STATUS_FAILED, errno, what, arguments);
	va_end(arguments);
	return -1;
}

int fail_status(int status, const char *what, ...)
{
	va_list arguments;

	va_start(arguments, what);
	keep(status, errno, what, arguments);
	va_end(arguments);
	return -1;
}

int fail_input(const char *message, ...)
{
	va_list arguments;

	va_start(arguments, message);
	keep(STATUS_FAILED, 0, message, arguments);
	va_end(arguments);
	return -1;
}

static void warn_stderr(const char *message)
{
	fprintf(stderr, "%s: warning: %s\n", program_invocation_short_name, message);
}

static void (*warn)(const char *message) = warn_stderr;

void fail_warn_to(void (*other)(const char *message))
{
	warn = other;
}

void fail_warn(const char *message, ...)
{
	char text[sizeof(kept.text)];
	va_list arguments;

	va_start(arguments, message);
	vsnprintf(text, sizeof(text), message, arguments);
	va_end(arguments);
	printable_make(text);
	warn(text);
}

void fail_forget(void)
{
	kept.text[0] = '\0';
}

const struct failure *fail_get(void)
{
	return &kept;
}

int fail_set(const struct failure *failure)
{
	if (!kept.text[0])
		kept = *failure;
	return -1;
}

int fail_at(const char *where, ...)
{
	const struct failure before = kept;
	va_list arguments;
	size_t used;

	va_start(arguments, where);
	vsnprintf(kept.text, sizeof(kept.text) / 2, where, arguments);
	va_end(arguments);
	printable_make(kept.text);
	used = strlen(kept.text);
	snprintf(kept.text + used, sizeof(kept.text) - used, ": %.*s",
		 (int)(sizeof(kept.text) - used - 3), before.text);
	return -1;
}

int fail_report(void)
{
	int status = kept.text[0] ? kept.status : STATUS_FAILED;

	fprintf(stderr, "%s: %s\n", program_invocation_short_name, kept.text);
	kept.text[0] = '\0';
	return status;
}
