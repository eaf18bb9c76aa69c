/* The default filter, compiled when the step was built: precompile/main.c. */
#include "filter.h"

#include "filter_default.h"

int filter_default(struct filter *filter, uint64_t bounding)
{
	if (filter_docker(filter, bounding) < 0)
		return -1;
	if (filter_docker_asks(bounding) == COMPILED_FOR)
		filter->program = (struct sock_fprog){
			.len = sizeof(compiled) / sizeof(compiled[0]),
			.filter = compiled,
		};
	return 0;
}
