/*
 * Chapter 6: the lines of a resctrl class, "L3:0=7f0;1=1f" or "MB:0=20;1=70".
 *
 * Source: Documentation/filesystems/resctrl.rst of the kernel.
 */
#ifndef STEPS_RDT_SCHEMATA_H
#define STEPS_RDT_SCHEMATA_H

#include <stdbool.h>

/* True if `there`, which the kernel has written, has all values of the lines of `wanted`. */
bool rdt_schemata_agree(const char *wanted, const char *there);

#endif
