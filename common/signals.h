/*
 * The signals that the host side deals with while a child runs: it blocks them, and takes them
 * one by one with sigwaitinfo(2), so that no handler ever interrupts anything.
 */
#ifndef COMMON_SIGNALS_H
#define COMMON_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * SIGCHLD, the signals to forward (those of SIGINT, SIGTERM, SIGHUP and SIGQUIT that our caller
 * does not want ignored), and those of job control.
 */
void signals_watched(sigset_t *watched);

/* Blocks them; `before` gets the mask of our caller, which is the command's too. */
void signals_block(sigset_t *before);

/*
 * Whether process `pid` has set a handler for `signal`, ignores it or waits for it, as its
 * /proc/PID/status says. A PID 1 that does neither never gets to know of it: pid_namespaces(7).
 */
bool signals_expected(pid_t pid, int signal);

#endif
