/* Lab seccomp: seccomp_compile.c, seccomp_default.c, seccomp_filter.c and seccomp_notify.c. */
#include "become.h"
#include "filter_seccomp.h"
#include "seccomp_filter.h"
#include "subject.h"

/* The caller has no more use for the program's memory, which stays until the process ends. */
static int compile(struct flat_filter *flat, struct flat_program *program)
{
	struct seccomp filter;

	unflatten(flat, &filter);
	if (seccomp_compile(&filter) < 0)
		return -1;
	return flatten_program(&filter.program, program);
}

static int default_rules(struct flat_filter *flat, uint64_t bounding)
{
	struct seccomp filter = { 0 };

	if (seccomp_default(&filter, bounding) < 0)
		return -1;
	return flatten(&filter, flat);
}

static int load(struct flat_filter *flat, struct flat_program *program, int has_listener,
		int childs)
{
	static char path[] = "/none";
	struct seccomp filter;

	unflatten(flat, &filter);
	filter.program = (struct sock_fprog){ (unsigned short)program->length, program->code };
	filter.listener.path = has_listener ? path : NULL;
	filter.listener.metadata = NULL;
	filter.listener.childs = childs;
	return seccomp_filter_load(&filter);
}

static int hand_over(int childs, int fd)
{
	const struct seccomp_notify listener = { .childs = childs };

	return seccomp_notify_hand_over(&listener, fd);
}

const struct function functions[] = {
	FUNCTION(no_new_privileges_set),
	FUNCTION(compile),
	FUNCTION(default_rules),
	FUNCTION(load),
	FUNCTION(hand_over),
	FUNCTION(become),
	{ 0 },
};
