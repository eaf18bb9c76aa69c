/*
 * Calls of a learner's function from a test. The function is in another program, the subject
 * (subject.c), which is linked from the learner's files and executed for each call. So the memory
 * of the tests is out of its reach, and whatever it prints or closes, and however it ends, no test
 * passes by that.
 *
 * In the place of the learner's module a test program links functions of the same names, which are
 * made of one call each (stubs_NN.c):
 *
 *     int mount_attach(int mount, int root, const char *target, mode_t type)
 *     {
 *             return (int)call("mount_attach", DESCRIPTOR(mount), DESCRIPTOR(root), TEXT(target),
 *                              NUMBER(type));
 *     }
 *
 * The subject has the mounts, the user and the groups of the calling process, and executes no other
 * program. A failure that the function keeps with fail() is kept by the test as well, and errno is
 * set.
 */
#ifndef JUDGE_CALL_H
#define JUDGE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum call_kind {
	CALL_NUMBER = 1,
	CALL_DESCRIPTOR, /* the subject gets its own copy of it; a negative number stays as it is */
	CALL_TEXT,	 /* a string, or bytes that stay as they are, or NULL */
	CALL_BYTES, /* a structure without pointers, or NULL; what the function changes in it is
		       copied back */
};

struct call_argument {
	enum call_kind kind;
	int64_t number; /* or descriptor */
	void *bytes;
	size_t size; /* of text (with the NUL) or bytes */
};

#define NUMBER(value)	  ((struct call_argument){ CALL_NUMBER, (int64_t)(value), NULL, 0 })
#define DESCRIPTOR(value) ((struct call_argument){ CALL_DESCRIPTOR, (value), NULL, 0 })
#define TEXT(value)	  call_text(value)
#define BYTES(pointer)                                                                             \
	((struct call_argument){ CALL_BYTES, 0, (void *)(pointer),                                 \
				 (pointer) ? sizeof(*(pointer)) : 0 })

/* As BYTES(), for a pointer to const: nothing is copied back. */
#define CONST_BYTES(pointer)                                                                       \
	((struct call_argument){ CALL_TEXT, 0, (void *)(pointer),                                  \
				 (pointer) ? sizeof(*(pointer)) : 0 })

/*
 * Set by the stubs of a lab none of whose functions mounts anything: then the subject has mounts of
 * its own.
 */
extern bool call_mounts_nothing;

struct call_argument call_text(const char *text);

/*
 * Calls the learner's function of that name, with at most six arguments. Returns what it returned,
 * or -1 with a message if the subject ends without an answer, or has not answered after 20 s.
 */
#define call(name, ...) call_with(name, false, (const struct call_argument[]){ __VA_ARGS__, { 0 } })

/* As call(), for a function that returns a descriptor, or -1. */
#define call_for_descriptor(name, ...)                                                             \
	((int)call_with(name, true, (const struct call_argument[]){ __VA_ARGS__, { 0 } }))

/*
 * True: all calls of a process go to the same subject, as one after another in a program. A
 * stubs_NN.c sets it, for functions that change their own process; the test looks at
 * called_process().
 */
extern bool call_keeps_subject;

int64_t call_with(const char *name, bool is_descriptor, const struct call_argument *arguments);

#endif
