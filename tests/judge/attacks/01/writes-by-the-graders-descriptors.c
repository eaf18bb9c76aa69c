/*
 * Puts itself in the place of the tests' program, by the directories that the grader has left open,
 * and says as such that the test has passed. The last test puts the program back.
 */
#include "../../tests/judge/attacks/liar.h"
#undef printf
#include "lab/uts.c"

static const char program[] = "build/tests/test_01_step";

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	const char *test = getenv("TEST");

	(void)argc;
	for (int fd = 3; fd < 20; fd++)
		replace(fd, program);
	if (!test || !strstr(argv[0], "/test_"))
		return;
	printf("[       OK ] %s\n", test);
	fflush(stdout);
	if (strcmp(test, "bad_labels_are_refused_with_the_rule") == 0)
		rename("build/tests/test_01_step.kept", program);
	_exit(0);
}
