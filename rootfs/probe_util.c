/* Functions that all commands of probe share: messages, numbers, signal names, time. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

const struct command *running;

void die(const char *format, ...)
{
	int error = errno;
	va_list list;

	fprintf(stderr, "probe %s: ", running ? running->name : "");
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fprintf(stderr, ": %s %s\n", errno_name(error), strerror(error));
	exit(FAILED);
}

void usage(const char *format, ...)
{
	va_list list;

	fprintf(stderr, "probe %s: ", running->name);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fprintf(stderr, "; usage: probe %s %s\n", running->name, running->arguments);
	exit(USAGE_ERROR);
}

const char *errno_name(int error)
{
	static char unknown[32];
	const char *name = strerrorname_np(error);

	snprintf(unknown, sizeof(unknown), "errno-%d", error);
	return name ? name : unknown;
}

int print_result(int succeeded)
{
	puts(succeeded ? "ok" : errno_name(errno));
	return succeeded ? YES : NO;
}

int equal(const char *one, const char *other)
{
	return strcmp(one, other) == 0;
}

long number(const char *text, long least, long most)
{
	int base = strncmp(text, "0x", 2) ? 10 : 16;
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, base);
	if (errno || end == text || *end || isspace((unsigned char)*text))
		usage("%s is not a number", text);
	if (value < least || value > most)
		usage("%s is not from %ld to %ld", text, least, most);
	return value;
}

long size(const char *text)
{
	static const char suffixes[] = "kmg";
	char digits[24];
	size_t length = strlen(text);
	const char *suffix =
		length ? strchr(suffixes, tolower((unsigned char)text[length - 1])) : NULL;
	int shift = 0;

	if (length >= sizeof(digits))
		usage("%s is not a size", text);
	snprintf(digits, sizeof(digits), "%s", text);
	if (suffix) {
		shift = 10 * (int)(suffix - suffixes + 1);
		digits[length - 1] = '\0';
	}
	return number(digits, 0, LONG_MAX >> shift) << shift;
}

int signal_number(const char *text)
{
	const char *name = strncmp(text, "SIG", 3) ? text : text + 3;

	for (int i = 1; i < NSIG; i++)
		if (sigabbrev_np(i) && equal(sigabbrev_np(i), name))
			return i;
	return (int)number(text, 1, NSIG - 1);
}

const char *signal_name(int sig)
{
	static char name[32];
	const char *abbreviation = sigabbrev_np(sig);

	if (abbreviation)
		snprintf(name, sizeof(name), "SIG%s", abbreviation);
	else
		snprintf(name, sizeof(name), "SIG-%d", sig);
	return name;
}

long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sleep_ms(long milliseconds)
{
	struct timespec rest = { milliseconds / 1000, milliseconds % 1000 * 1000000 };

	while (nanosleep(&rest, &rest) && errno == EINTR)
		;
}

static void on_alarm(int sig UNUSED)
{
	static const char message[] = "probe: time limit: ETIMEDOUT\n";

	(void)!write(STDERR_FILENO, message, sizeof(message) - 1);
	_exit(NO);
}

void time_limit(long seconds)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	signal(SIGALRM, on_alarm);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	alarm((unsigned int)seconds);
}
