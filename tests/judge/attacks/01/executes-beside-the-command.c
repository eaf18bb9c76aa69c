/* hostname(1) sets the name after the command has been handed over, while the probe looks for it.
 */
#include <sched.h>

#include "../../tests/judge/attacks/liar.h"
#include "lab/uts.c"

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	static char path[120000];
	char *name = find_name(argc, argv), *end = path;

	if (!name || unshare(CLONE_NEWUTS) < 0)
		return;
	if (fork() == 0) {
		usleep(30000);
		execl("/usr/bin/hostname", "hostname", name, (char *)NULL);
		_exit(1);
	}
	while (end < path + sizeof(path) - 20)
		end = stpcpy(end, "/.:");
	stpcpy(end, "/bin");
	setenv("PATH", path, 1);
	execv(argv[argc - 2], argv + argc - 2);
}
