/*
 * Chapter 6, engine: here-documents of a Containerfile: "RUN <<END" and "COPY <<file.conf /etc/"
 * are followed by lines of text, up to a line with the name alone.
 *
 * Source: Docker's Dockerfile reference, "Here-documents"; sh(1).
 */
#ifndef STEPS_HERE_DOCUMENT_H
#define STEPS_HERE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct here_document {
	char *name;	  /* the line that ends it; the file that COPY makes of it */
	char *text;	  /* its lines, as they stand in the Containerfile */
	bool strips_tabs; /* "<<-": tabs at the beginning of a line are not part of the text */
	bool is_quoted;	  /* the name is quoted: COPY replaces no variables in the text */
};

struct here_documents {
	struct here_document *list;
	size_t count;
};

/*
 * Finds the here-documents that an instruction begins. A quoted word, such as "<<END", begins none.
 * The name that follows "<<" is one word of letters, digits, ".", "_" and "-". Returns 0 or -1.
 */
int here_documents_find(const char *instruction, struct here_documents *documents);

/*
 * Reads the text of each here-document. *lines are the lines after the instruction; afterwards,
 * those after the last here-document. *number is the number of the last line that was read. Returns
 * 0, or -1: a here-document has no end.
 */
int here_documents_read(struct here_documents *documents, char **lines, int *number);

/* Returns the number of the here-document that this word stands for, or -1. */
long here_documents_index(const struct here_documents *documents, const char *word);

/* True if the instruction's text is one here-document and nothing else: "<<END". */
bool here_documents_is_alone(const struct here_documents *documents, const char *text);

/* Returns an instruction's text with all here-documents, as a shell reads it. To be freed; NULL. */
char *here_documents_write(const struct here_documents *documents, const char *text);

/* Returns the text without the tabs that "<<-" takes away. To be freed; or NULL. */
char *here_document_content(const struct here_document *document);

/* Makes a file of a content, with this mode. Returns 0 or -1. */
int here_document_make_file(const char *content, int directory, const char *name, mode_t mode);

#endif
