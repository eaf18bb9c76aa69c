/* Lab join: what goes by a call, without pointers. */
#ifndef JUDGE_FLAT_JOIN_H
#define JUDGE_FLAT_JOIN_H

#include <stdbool.h>

#include "namespaces.h"

enum { PATH_BYTES = 64 };

/* struct joined; an empty path: not joined. */
struct flat_paths {
	char paths[NAMESPACE_KINDS][PATH_BYTES];
};

/* The execution domain of the joining process: personality(2). */
struct flat_config {
	bool has_personality;
	unsigned long personality;
};

#endif
