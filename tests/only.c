/* TEST=NAME in the environment makes a test program run only that test. tests/grade.sh uses it. */
#include <stdlib.h>

#include "harness.h"

__attribute__((constructor)) static void choose_test(void)
{
	const char *name = getenv("TEST");

	if (name)
		cmocka_set_test_filter(name);
}
