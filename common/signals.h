/*
 * Chapter 2: the signals of the host side while a child runs. The host side blocks them, and takes
 * them one by one with sigwaitinfo(2), so that no handler ever interrupts a call.
 */
#ifndef COMMON_SIGNALS_H
#define COMMON_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Fills `watched` with SIGCHLD, the signals of job control, and the signals to pass on: SIGINT,
 * SIGTERM, SIGHUP and SIGQUIT, unless the program was started with them ignored.
 */
void signals_watched(sigset_t *watched);

/*
 * Blocks the watched signals. `before` gets the previous signal mask, which the command is to have.
 */
void signals_block(sigset_t *before);

/*
 * Opens a descriptor that is readable while a blocked SIGINT, SIGTERM, SIGHUP or SIGQUIT is
 * pending. With poll(2), these signals end a wait for a process that may never answer. Returns the
 * descriptor, or -1.
 * Source: signalfd(2).
 */
int signals_open_ending(void);

/*
 * Gives every signal its default action and blocks none, whatever the program's caller ignored or
 * blocked. Call this before a command is executed.
 */
void signals_reset(void);

/*
 * True if process `pid` has a handler for `signal`, ignores, blocks or awaits it. The kernel does
 * not deliver the signal to a PID 1 that does none of these: pid_namespaces(7).
 */
bool signals_expected(pid_t pid, int signal);

#endif
