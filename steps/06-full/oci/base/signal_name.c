#include "signal_name.h"

#include <signal.h>
#include <string.h>
#include <strings.h>

#include "ids.h"

/* Signals that <signal.h> gives a second name; sigabbrev_np(3) knows only the first. */
static const struct {
	const char *name;
	int signal;
} aliases[] = {
	{ "CLD", SIGCHLD },  { "IOT", SIGABRT },   { "IO", SIGIO },
	{ "POLL", SIGPOLL }, { "UNUSED", SIGSYS },
};

/* Reads what follows "RTMIN" or "RTMAX": nothing, or `sign` and the distance from `base`. */
static int real_time_signal(const char *rest, char sign, int base)
{
	uint32_t distance = 0;

	if (*rest &&
	    (*rest != sign || !ids_read(rest + 1, (uint32_t)(SIGRTMAX - SIGRTMIN), &distance)))
		return -1;
	return sign == '+' ? base + (int)distance : base - (int)distance;
}

int signal_name_read(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	uint32_t number;

	if (ids_read(text, NSIG - 1, &number))
		return (int)number;
	for (int i = 1; i < NSIG; i++)
		if (sigabbrev_np(i) && strcasecmp(name, sigabbrev_np(i)) == 0)
			return i;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcasecmp(name, aliases[i].name) == 0)
			return aliases[i].signal;
	if (strncasecmp(name, "RTMIN", 5) == 0)
		return real_time_signal(name + 5, '+', SIGRTMIN);
	if (strncasecmp(name, "RTMAX", 5) == 0)
		return real_time_signal(name + 5, '-', SIGRTMAX);
	return -1;
}
