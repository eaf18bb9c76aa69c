/*
 * Chapter 6, engine: reading a Containerfile: instructions, one a line.
 *
 * Source: Docker's Dockerfile reference: "Format".
 */
#ifndef STEPS_CONTAINERFILE_H
#define STEPS_CONTAINERFILE_H

#include "here_document.h"

struct instruction {
	char name[16]; /* in capital letters: "RUN" */
	char *text;    /* what follows, with lines joined */
	int line;      /* of its beginning */
	struct here_documents documents;
};

/*
 * Reads a Containerfile ("-": standard input). A line that ends with a backslash goes on in the
 * next one; a line that begins with "#" is a comment. Here-documents follow their instruction.
 * Returns the number of instructions, or -1.
 */
long containerfile_read(const char *path, struct instruction **instructions);

#endif
