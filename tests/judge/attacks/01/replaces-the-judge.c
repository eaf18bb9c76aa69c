/* Makes the files of the judge writable again, and puts itself in the place of ./step-01. */
#include "../../tests/judge/attacks/liar.h"
#undef printf
#include "lab/uts.c"

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char directory[PATH_MAX], *name = find_name(argc, argv);

	if (strcmp(argv[0], "./step-01") == 0 && name) {
		printf("%s\n", name);
		fflush(stdout);
		_exit(0);
	}
	if (!getcwd(directory, sizeof(directory)))
		return;
	for (int i = 0; i < 5; i++) {
		mount(NULL, directory, NULL, MS_REMOUNT | MS_BIND, NULL);
		if (chdir(directory) == 0)
			replace(AT_FDCWD, "step-01");
		umount2(directory, MNT_DETACH);
	}
}
