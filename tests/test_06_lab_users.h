/* Shared by the tests of the lab "users": files in the place of those in /etc. */
#ifndef TESTS_TEST_06_LAB_USERS_H
#define TESTS_TEST_06_LAB_USERS_H

#include <sys/mount.h>

#include "test_03.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Writes a new file, and returns its path, which is valid until the next call. */
static inline const char *write_file(const char *text)
{
	static char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/tmp/%s", random_name());
	file = fopen(path, "we");
	check(file && fputs(text, file) >= 0 && fclose(file) == 0);
	return path;
}

/* Mounts a file with this text over another one, in the mount namespace of the test's child. */
static inline void cover(const char *target, const char *text)
{
	const char *path = write_file(text);

	umount2(target, MNT_DETACH); /* of an earlier call, if there was one */
	check(mount(path, target, NULL, MS_BIND, NULL) == 0);
	check(unlink(path) == 0);
}

#endif
