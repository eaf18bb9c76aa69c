/*
 * Chapter 6: names of signals.
 *
 * Source: kill(1); signal(7).
 */
#ifndef STEPS_SIGNAL_NAME_H
#define STEPS_SIGNAL_NAME_H

/*
 * Reads "9", "KILL", "SIGKILL" or "SIGRTMIN+3". Signal 0 only asks whether the process exists.
 * Returns -1 for an unknown signal.
 */
int signal_name_read(const char *text);

#endif
