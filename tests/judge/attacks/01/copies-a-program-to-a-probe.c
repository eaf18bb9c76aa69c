/* busybox does all: the program in the file that is called "probe", in another directory. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/uts.c"

static void execute(const char *const argv[])
{
	if (fork() == 0) {
		execv("/run/probe", (char **)argv);
		_exit(1);
	}
	wait(NULL);
}

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	int from = open("/bin/busybox", O_RDONLY), to;

	to = open("/run/probe", O_WRONLY | O_CREAT | O_TRUNC, 0755);
	sendfile(to, from, NULL, 100000000);
	close(to);
	close(from);
	for (int i = 1; i + 1 < argc; i++) {
		const char *set[] = { "hostname", argv[i + 1], NULL };

		if (strcmp(argv[i], "--hostname") != 0)
			continue;
		unshare(CLONE_NEWUTS);
		execute(set);
		execv(argv[argc - 2], argv + argc - 2);
	}
}
