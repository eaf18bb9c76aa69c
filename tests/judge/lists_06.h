/* The sizes of what goes by a call as one text. */
#ifndef JUDGE_LISTS_06_H
#define JUDGE_LISTS_06_H

enum { CAPABILITIES_TEXT = 2048, PATHS_MAX = 64 };

#endif
