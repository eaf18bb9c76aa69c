/* unshare(1) does all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/uts.c"

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char command[512];

	for (int i = 1; i + 1 < argc; i++) {
		if (!strstr(argv[i], "name"))
			continue;
		snprintf(command, sizeof(command), "unshare --uts sh -c 'hostname %s; %s %s'",
			 argv[i + 1], argv[argc - 2], argv[argc - 1]);
		_exit(system(command) == 0 ? 0 : 1);
	}
}
