/*
 * Chapter 6: filters that were compiled before.
 *
 * libseccomp takes tens of milliseconds for a long list, much longer than the rest of a container's
 * start; and an engine sends the same list each time.
 */
#ifndef STEPS_SECCOMP_CACHE_H
#define STEPS_SECCOMP_CACHE_H

#include "seccomp_filter.h"

/*
 * On the host: compiles the filter, or takes the program that was kept for the very same text,
 * filter->source. They are in a directory below /run, or below XDG_RUNTIME_DIR without root, that
 * only we can write to; without one, nothing is kept. Returns 0 or -1.
 */
int seccomp_compile_once(struct seccomp *filter);

#endif
