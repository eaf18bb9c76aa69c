/* Mounts a program that prints the wanted name over uname(1) and cat(1), and over the tests' own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lab/uts.c"

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	static const char *const targets[] = { "/usr/bin/uname", "/usr/bin/cat",
					       "/usr/bin/grep",	 "build/probe",
					       "tests/run.sh",	 "build/host" };
	int script;

	for (int i = 1; i + 1 < argc; i++) {
		if (!strstr(argv[i], "name"))
			continue;
		script = open("/tmp/fake", O_WRONLY | O_CREAT | O_TRUNC, 0755);
		dprintf(script, "#!/bin/sh\necho '%s'\n", argv[i + 1]);
		close(script);
	}
	for (unsigned int i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		mount("/tmp/fake", targets[i], NULL, MS_BIND, NULL);
}
