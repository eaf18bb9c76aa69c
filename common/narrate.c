#include "narrate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "printable.h"

static void tell_stderr(const char *line)
{
	/* Both sides write to the same stderr, so each line is one call. */
	dprintf(STDERR_FILENO, "%s\n", line);
}

static const char *speaker;
static void (*teller)(const char *line) = tell_stderr;

void narrate_start(void)
{
	speaker = "host";
}

void narrate_to(void (*tell)(const char *line))
{
	teller = tell;
}

void narrate_as(const char *side)
{
	if (speaker)
		speaker = side;
}

void narrate(const char *operation, ...)
{
	char line[1024];
	int saved = errno, length;
	va_list arguments;

	if (!speaker)
		return;
	length = snprintf(line, sizeof(line), "[%s] ", speaker);
	va_start(arguments, operation);
	vsnprintf(line + length, sizeof(line) - (size_t)length, operation, arguments);
	va_end(arguments);
	printable_make(line);
	teller(line);
	errno = saved;
}
