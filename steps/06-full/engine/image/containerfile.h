/*
 * Chapter 6, engine: reading a Containerfile: instructions, one a line, in which variables stand.
 *
 * Source: Docker's Dockerfile reference: "Format", "Environment replacement".
 */
#ifndef STEPS_CONTAINERFILE_H
#define STEPS_CONTAINERFILE_H

#include <jansson.h>
#include <stddef.h>

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

/*
 * Replaces $NAME, ${NAME}, ${NAME:-DEFAULT} and ${NAME:+TEXT} by the values of an object of texts.
 * Variables in DEFAULT and TEXT are replaced as well. Without the colon, an empty value counts,
 * too; a backslash before "$" and single quotes keep it. The result still has its quotes and
 * backslashes (change.h takes them off), and a backslash stands before each character of a value
 * that would otherwise be one, or end a word: a value never becomes two words. A JSON list stays
 * one. Returns a text that the caller frees, or NULL.
 */
char *containerfile_expand(const char *text, const json_t *variables);

/*
 * The same in a here-document: quotes are part of the text, and so is a value as it is. A backslash
 * is taken off, and keeps the character after it.
 */
char *containerfile_expand_document(const char *text, const json_t *variables);

#endif
