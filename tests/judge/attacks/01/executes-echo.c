/* The command is another one, which prints the name. */
#include <string.h>
#include <unistd.h>

#include "lab/uts.c"

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strstr(argv[i], "name"))
			execl("/bin/echo", "echo", argv[i + 1], (char *)NULL);
}
