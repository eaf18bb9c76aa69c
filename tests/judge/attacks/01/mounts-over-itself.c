/* hostname(1) has the step's own name. */
#include <sched.h>
#include <sys/wait.h>

#include "../../tests/judge/attacks/liar.h"
#include "lab/uts.c"

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char *name = find_name(argc, argv);

	if (!name || unshare(CLONE_NEWUTS) < 0)
		return;
	mount("/usr/bin/hostname", argv[0], NULL, MS_BIND, NULL);
	if (fork() == 0) {
		execl(argv[0], "hostname", name, (char *)NULL);
		_exit(1);
	}
	wait(NULL);
	umount2(argv[0], MNT_DETACH);
	execv(argv[argc - 2], argv + argc - 2);
}
