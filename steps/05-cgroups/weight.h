/*
 * Chapter 5: the weight of v2 that stands for shares of v1.
 */
#ifndef STEPS_WEIGHT_H
#define STEPS_WEIGHT_H

#include <stdint.h>

/* Converts CPU shares of v1, 2 to 262144, to a weight of v2, 1 to 10000. */
uint64_t cgroup_weight(uint64_t shares);

#endif
