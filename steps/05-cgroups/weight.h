/*
 * Chapter 5: the weight of v2 that stands for shares of v1.
 */
#ifndef STEPS_WEIGHT_H
#define STEPS_WEIGHT_H

#include <stdint.h>

/* Makes a weight of v2, 1 to 10000, of CPU shares of v1, 2 to 262144. */
uint64_t cgroup_weight(uint64_t shares);

#endif
