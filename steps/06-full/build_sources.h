/*
 * Chapter 6: the sources of COPY and ADD: which files and here-documents the words name.
 *
 * Links are followed within the root of the sources, never on the host.
 */
#ifndef STEPS_BUILD_SOURCES_H
#define STEPS_BUILD_SOURCES_H

#include <jansson.h>

#include "copy_tree.h"
#include "digest.h"
#include "here_document.h"
#include "ignore.h"

struct source {
	int root;		     /* an open directory: `path` is below it */
	char *path;		     /* no link at its end is left */
	const struct ignore *ignore; /* what is left out of it; NULL: nothing */
};

struct copying {
	const char *name;	     /* of the instruction */
	const char *from;	     /* --from=STAGE; NULL: the context */
	const char *owner;	     /* --chown=USER:GROUP */
	const char *mode;	     /* --chmod=MODE */
	int root;		     /* where the sources are */
	const struct ignore *ignore; /* NULL: nothing is left out */
	const struct here_documents *documents;
	int document_files; /* the directory with a file of each here-document */
	struct source *sources;
	size_t source_count;
	const char *target;
};

/* Fills the sources and the target from the words: SOURCE... TARGET. Returns 0 or -1. */
int sources_read(struct copying *copying, const json_t *words);

/* Fills the digest of all sources: by content, names and modes. Returns 0 or -1. */
int sources_hash(const struct copying *copying, struct digest *digest);

/* A directory stands for what is in it. Returns 1, 0, or -1: there is no such file. */
int source_is_directory(const struct copying *copying, const struct source *source);

/* The filter for what is in the source, a directory; its `before` is to be freed. Returns 0 or -1.
 */
int source_make_filter(const struct source *source, struct copy_filter *filter);

#endif
