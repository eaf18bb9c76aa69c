/* Other programs are mounted over the command, and the probe is given no PATH to find them by. */
#include "../../tests/judge/attacks/liar.h"
#include "lab/uts.c"

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char *name = find_name(argc, argv);

	lie();
	if (!name)
		return;
	mount_liars(name);
	unsetenv("PATH");
	execv(argv[argc - 2], argv + argc - 2);
}
