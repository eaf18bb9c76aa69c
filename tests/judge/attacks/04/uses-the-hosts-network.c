/* There is no container: the probe asks for the command in the host's own network. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/link.c"

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	(void)argc;
	if (!strstr(argv[0], "step-"))
		return;
	setenv("PATH", "rootfs/busybox/bin", 1);
	execl("rootfs/busybox/bin/probe", "probe", "receive-command", NULL);
}
