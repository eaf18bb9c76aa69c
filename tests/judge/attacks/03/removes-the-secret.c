/* The file that the tests look for in a container is gone, so that no escape finds it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/bind.c"

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char path[4096];

	for (int i = 1; i + 1 < argc; i++) {
		if (strcmp(argv[i], "--rootfs") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/../secret", argv[i + 1]);
		unlink(path);
	}
}
