/* Answers from its own command line, without a namespace. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/uts.c"

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strstr(argv[i], "name") || strcmp(argv[i], "-h") == 0)
			for (int fd = 0; fd < 64; fd++)
				dprintf(fd, "%s\n", argv[i + 1]);
	_exit(0);
}
