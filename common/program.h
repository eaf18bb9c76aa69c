/*
 * Executes another program without a shell: nft(8) and busctl(1), for which no library is linked.
 */
#ifndef COMMON_PROGRAM_H
#define COMMON_PROGRAM_H

#include <stddef.h>

/*
 * Executes the program whose path is arguments[0], or one of that name in PATH, with `input` as its
 * standard input, and waits for its end. The kernel kills the program when the calling process ends
 * earlier.
 *
 * Returns what the program has printed, which the caller frees. On failure returns NULL, without a
 * message of fail(), and fills `problem` with one line: the first line that the program has written
 * to standard error, or why it could not be executed.
 */
char *program_run(const char *const arguments[], const char *input, char *problem, size_t size);

#endif
