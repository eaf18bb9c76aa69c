/*
 * Chapter 6: the form of a version, "1.3.0-rc.1+dev".
 *
 * Source: Semantic Versioning 2.0.0, semver.org, items 2, 9 and 10.
 */
#ifndef STEPS_SEMVER_H
#define STEPS_SEMVER_H

#include <stdbool.h>

/* True if the text is a version: three numbers, and perhaps a pre-release and a build. */
bool semver_is_valid(const char *version);

#endif
