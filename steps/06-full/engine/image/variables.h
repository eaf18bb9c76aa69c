/*
 * Chapter 6, engine: variables in the instructions of a Containerfile.
 *
 * Source: Docker's Dockerfile reference, "Environment replacement".
 */
#ifndef STEPS_VARIABLES_H
#define STEPS_VARIABLES_H

#include <jansson.h>

/*
 * Replaces $NAME, ${NAME}, ${NAME:-DEFAULT} and ${NAME:+TEXT} by the values of an object of texts.
 * Variables in DEFAULT and TEXT are replaced as well. Without the colon, an empty value counts,
 * too; a backslash before "$" and single quotes keep it. The result still has its quotes and
 * backslashes (change.h takes them off), and a backslash stands before each character of a value
 * that would otherwise be one, or end a word: a value never becomes two words. A JSON list stays
 * one. Returns a text that the caller frees, or NULL.
 */
char *variables_replace(const char *text, const json_t *variables);

/*
 * The same in a here-document: quotes are part of the text, and so is a value as it is. A backslash
 * is taken off, and keeps the character after it.
 */
char *variables_replace_in_document(const char *text, const json_t *variables);

#endif
