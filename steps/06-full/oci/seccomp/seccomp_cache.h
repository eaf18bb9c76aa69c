/*
 * Chapter 6: a cache of compiled seccomp filters.
 *
 * libseccomp takes tens of milliseconds for a long list, much longer than the rest of a container's
 * start; and an engine sends the same list each time.
 */
#ifndef STEPS_SECCOMP_CACHE_H
#define STEPS_SECCOMP_CACHE_H

#include "seccomp_filter.h"

/*
 * On the host: compiles the filter, or reads the program that was stored for exactly the same text,
 * filter->source. Programs are stored in a directory below /run, or without root below
 * XDG_RUNTIME_DIR, that only this user can write to. Without such a directory, nothing is stored.
 * Returns 0 or -1.
 */
int seccomp_compile_once(struct seccomp *filter);

#endif
