/*
 * Another program, executed without a shell, for what no library of ours does: nft(8), busctl(1).
 */
#ifndef COMMON_PROGRAM_H
#define COMMON_PROGRAM_H

#include <stddef.h>

/*
 * Executes the program whose path is arguments[0], or one of that name in PATH, with `input` as its
 * standard input, and waits for its end. Should we end before, so does it.
 *
 * Returns what it has printed, which the caller frees; or NULL, with one line in `problem`: the
 * first of its own words, or why it could not be executed. There is no message then.
 */
char *program_run(const char *const arguments[], const char *input, char *problem, size_t size);

#endif
