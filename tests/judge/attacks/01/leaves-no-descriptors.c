/*
 * Other programs are mounted over the command, and the probe has no descriptor left to look at them
 * with.
 */
#include <sys/resource.h>

#include "../../tests/judge/attacks/liar.h"
#include "lab/uts.c"

enum { LEFT = 8 };

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char *name = find_name(argc, argv);

	lie();
	if (!name)
		return;
	mount_liars(name);
	close_range(3, ~0U, 0);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ LEFT, 4096 });
	execv(argv[argc - 2], argv + argc - 2);
}
