/*
 * Runs when step 06 is built, and prints build/filter_default.h: Docker's filter, compiled for the
 * capabilities of a usual container. Of the default ones, CAP_SYS_CHROOT alone makes a difference.
 */
#include <linux/capability.h>
#include <stdio.h>

#include "fail.h"
#include "filter.h"

int main(void)
{
	const uint64_t bounding = 1ULL << CAP_SYS_CHROOT;
	static struct filter filter;

	if (filter_docker(&filter, bounding) < 0 || filter_compile(&filter) < 0)
		return fail_report();
	printf("#define COMPILED_FOR 0x%jx\n", (uintmax_t)filter_docker_asks(bounding));
	puts("static struct sock_filter compiled[] = {");
	for (size_t i = 0; i < filter.program.len; i++) {
		const struct sock_filter *code = &filter.program.filter[i];

		printf("\t{ 0x%x, %u, %u, 0x%x },\n", code->code, code->jt, code->jf, code->k);
	}
	puts("};");
	return 0;
}
