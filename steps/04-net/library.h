/*
 * Chapter 4: shared libraries, loaded when they are needed.
 *
 * Linked, they would cost every start: a program that is linked dynamically takes 0.4 ms more.
 *
 * Source: dlopen(3).
 */
#ifndef STEPS_LIBRARY_H
#define STEPS_LIBRARY_H

/* A function of a library, and the pointer to it that is to be filled. */
struct function {
	const char *name;
	void *pointer; /* the address of a pointer to a function */
};

/* Loads a library; `functions` end with { 0 }. Returns what is wrong with it, or NULL. */
const char *library_load(const char *file, const struct function *functions);

#endif
