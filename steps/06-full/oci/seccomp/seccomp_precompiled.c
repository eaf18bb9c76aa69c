/* The default filter, compiled when the step was built: precompile/main.c. */
#include "seccomp_filter.h"

#include "seccomp_precompiled.h"

int seccomp_precompiled(struct seccomp *filter, uint64_t bounding)
{
	if (seccomp_default(filter, bounding) < 0)
		return -1;
	if (seccomp_default_capabilities(bounding) == COMPILED_FOR)
		filter->program = (struct sock_fprog){
			.len = sizeof(compiled) / sizeof(compiled[0]),
			.filter = compiled,
		};
	return 0;
}
