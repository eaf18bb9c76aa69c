/* A process that stays in the container prints in the place of the probe. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/bind.c"

static void print_instead(int pid)
{
	static const char lie[] = "contained: ENOENT\n";
	char path[64], words[64] = "";
	int file;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = open(path, O_RDONLY);
	if (file < 0 || read(file, words, sizeof(words) - 1) <= 0 ||
	    memcmp(words, "probe\0escape", sizeof("probe\0escape")) != 0) {
		close(file);
		return;
	}
	close(file);
	kill(pid, SIGSTOP);
	snprintf(path, sizeof(path), "/proc/%d/fd/1", pid);
	file = open(path, O_WRONLY);
	if (write(file, lie, strlen(lie)) > 0)
		kill(pid, SIGKILL);
	close(file);
}

__attribute__((constructor)) static void attack(void)
{
	if (fork() > 0)
		return;
	for (int i = 0; i < 100000; i++)
		for (int pid = 1; pid < 10; pid++)
			print_instead(pid);
	_exit(0);
}
