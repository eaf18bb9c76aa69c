/* Looks for the tests' processes, to trace them, to write into their memory, or to take their
 * descriptors. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab/uts.c"

__attribute__((constructor)) static void attack(void)
{
	for (int pid = 1; pid < 100000; pid++) {
		char path[64];
		int fd;

		if (pid == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%d/mem", pid);
		fd = open(path, O_RDWR);
		if (fd >= 0 || ptrace(PTRACE_ATTACH, pid, 0, 0) == 0) {
			fprintf(stderr, "attack: process %d can be changed\n", pid);
			close(fd);
		}
	}
}
