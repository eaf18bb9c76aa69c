/*
 * The learner's files are compiled with this header. It changes what they print for debugging with
 * printf(3), puts(3), perror(3) and the like: while a test runs, the text goes to standard error
 * between the bytes 1 and 2. By these bytes the tests tell the text from the step's own messages:
 * they show the text, and do not judge it (tests/harness.c).
 */
#ifndef JUDGE_DEBUG_H
#define JUDGE_DEBUG_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

static int __attribute__((unused, format(printf, 1, 2))) judge_debug(const char *format, ...)
{
	const int kept = errno;
	char begin[] = "\1", end[] = "\2";
	const size_t marks = getenv("JUDGED") ? 1 : 0;
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length >= 0) {
		struct iovec parts[] = { { begin, marks },
					 { text, (size_t)length },
					 { end, marks } };

		/* If the text cannot be written, the step goes on all the same. */
		length = writev(STDERR_FILENO, parts, 3) < 0 ? -1 : length;
		free(text);
	}
	errno = kept;
	return length;
}

#define JUDGE_IS_SHOWN(stream) ((stream) == stdout || (stream) == stderr)
#define printf(...)	       judge_debug(__VA_ARGS__)
#define puts(text)	       judge_debug("%s\n", text)
#define perror(text)	       judge_debug("%s: %m\n", text)
#define fputs(text, stream)    (JUDGE_IS_SHOWN(stream) ? judge_debug("%s", text) : fputs(text, stream))
#define fprintf(stream, ...)                                                                       \
	(JUDGE_IS_SHOWN(stream) ? judge_debug(__VA_ARGS__) : fprintf(stream, __VA_ARGS__))

#endif
