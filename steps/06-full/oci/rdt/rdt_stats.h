/*
 * Chapter 6: what the kernel counts for a class of resctrl and for a monitoring group.
 *
 * Source: Documentation/filesystems/resctrl.rst of the kernel. The names in the JSON are those of
 * runC's `events`.
 */
#ifndef STEPS_RDT_STATS_H
#define STEPS_RDT_STATS_H

#include <jansson.h>

/*
 * The object "intel_rdt", of a resctrl mounted at `root`: what the processor has, what the class
 * says, and what `group` has used in each domain ("": the class itself). Values that the kernel
 * does not count are left out. The caller frees it.
 */
json_t *rdt_stats(const char *root, const char *class, const char *group);

#endif
