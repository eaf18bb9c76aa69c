/* The shell's commands set the names. */
#define uts_set uts_set_of_the_lab
#include "lab/uts.c"
#undef uts_set

#include <stdio.h>
#include <stdlib.h>

int uts_set(const struct uts *uts)
{
	char command[256];

	snprintf(command, sizeof(command), "hostname '%s'; domainname '%s'",
		 uts->hostname ? uts->hostname : "", uts->domainname ? uts->domainname : "");
	return system(command) < 0 ? -1 : 0;
}
