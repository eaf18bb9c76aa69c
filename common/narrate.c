#include "narrate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *speaker;

void narrate_start(void)
{
	speaker = "host";
}

void narrate_as(const char *side)
{
	if (speaker)
		speaker = side;
}

void narrate(const char *operation, ...)
{
	char line[1024];
	int saved = errno;
	va_list arguments;

	if (!speaker)
		return;
	va_start(arguments, operation);
	vsnprintf(line, sizeof(line), operation, arguments);
	va_end(arguments);
	/* One call, one line: both sides write to the same stderr. */
	dprintf(STDERR_FILENO, "[%s] %s\n", speaker, line);
	errno = saved;
}
