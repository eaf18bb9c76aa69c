/* Rules for devices, in the form in which a call can have them. */
#ifndef JUDGE_RULES_05_H
#define JUDGE_RULES_05_H

#include <stddef.h>

#include "device.h"

enum { RULES_MAX = 16 };

struct flat_rules {
	size_t count;
	struct device_rule rules[RULES_MAX]; /* without their texts */
	char access[RULES_MAX][4];
};

#endif
