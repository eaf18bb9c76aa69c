/*
 * Lab seccomp: a filter as one structure without pointers, which goes by a call. A filter with more
 * or longer rules than it has room for cannot go.
 */
#ifndef JUDGE_FILTER_SECCOMP_H
#define JUDGE_FILTER_SECCOMP_H

#include <stdint.h>
#include <string.h>

#include "seccomp_filter.h"

enum { RULES_MAX = 64, NAMES_MAX = 12288 };

struct flat_filter {
	struct seccomp_rule rules[RULES_MAX];
	struct seccomp filter;	    /* its pointers mean nothing */
	uint32_t begins[RULES_MAX]; /* of each rule's names, in `names` */
	char names[NAMES_MAX];
};

struct flat_program {
	uint32_t length;
	struct sock_filter code[BPF_MAXINSNS];
};

/* Returns 0, or -1 if the filter has more than there is room for. */
static inline int flatten(const struct seccomp *filter, struct flat_filter *flat)
{
	size_t used = 0;

	flat->filter = *filter;
	if (filter->rule_count > RULES_MAX)
		return -1;
	for (size_t i = 0; i < filter->rule_count; i++) {
		size_t size = strlen(filter->rules[i].names) + 1;

		if (used + size > NAMES_MAX)
			return -1;
		flat->rules[i] = filter->rules[i];
		flat->begins[i] = (uint32_t)used;
		memcpy(flat->names + used, filter->rules[i].names, size);
		used += size;
	}
	return 0;
}

/* Makes *filter of it, whose rules and names stay in `flat`. */
static inline void unflatten(struct flat_filter *flat, struct seccomp *filter)
{
	*filter = flat->filter;
	filter->source = NULL;
	if (filter->rule_count > RULES_MAX)
		filter->rule_count = RULES_MAX;
	flat->names[NAMES_MAX - 1] = '\0';
	for (size_t i = 0; i < filter->rule_count; i++)
		flat->rules[i].names =
			flat->names + (flat->begins[i] < NAMES_MAX ? flat->begins[i] : 0);
	filter->rules = filter->rules ? flat->rules : NULL;
	filter->program = (struct sock_fprog){ 0 };
}

/* Returns 0, or -1 if the program is longer than the kernel takes. */
static inline int flatten_program(const struct sock_fprog *program, struct flat_program *flat)
{
	flat->length = program->len;
	if (program->len > BPF_MAXINSNS)
		return -1;
	if (program->len > 0)
		memcpy(flat->code, program->filter, program->len * sizeof(*flat->code));
	return 0;
}

#endif
