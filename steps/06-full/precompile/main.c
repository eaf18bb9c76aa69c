/*
 * The build of step 06 runs this program, which prints build/seccomp_precompiled.h: Docker's
 * filter, compiled for the capabilities of a usual container. Of the default capabilities, only
 * CAP_SYS_CHROOT changes the filter. With the argument `bare`, the program prints the bare filter,
 * as bwrap(1) takes it.
 */
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "seccomp_filter.h"

int main(int argc, char **argv)
{
	const uint64_t bounding = 1ULL << CAP_SYS_CHROOT;
	static struct seccomp filter;

	if (seccomp_default(&filter, bounding) < 0 || seccomp_compile(&filter) < 0)
		return fail_report();
	if (argc > 1 && strcmp(argv[1], "bare") == 0)
		return fwrite(filter.program.filter, sizeof(*filter.program.filter),
			      filter.program.len, stdout) != filter.program.len;
	printf("#define COMPILED_FOR 0x%jx\n", (uintmax_t)seccomp_default_capabilities(bounding));
	puts("static struct sock_filter compiled[] = {");
	for (size_t i = 0; i < filter.program.len; i++) {
		const struct sock_filter *code = &filter.program.filter[i];

		printf("\t{ 0x%x, %u, %u, 0x%x },\n", code->code, code->jt, code->jf, code->k);
	}
	puts("};");
	return 0;
}
