/*
 * Chapter 6: the steps of a build: what each instruction does to the image.
 */
#ifndef STEPS_BUILD_STEPS_H
#define STEPS_BUILD_STEPS_H

#include <jansson.h>
#include <stdbool.h>

#include "here_document.h"
#include "ignore.h"
#include "make.h"
#include "overlay.h"

enum { BUILD_STAGES = 64 };

/* A FROM and the instructions after it. */
struct build_stage {
	char *name;
	struct image image;
	bool made; /* a step of it has made a layer */
};

struct build {
	const struct store *store;
	const struct work *work;
	int context;	      /* the open directory that COPY copies from */
	struct ignore ignore; /* what COPY leaves out of it */
	const char *network;  /* of RUN; NULL: as `run` */
	bool no_cache, pulls;
	bool quiet;	    /* prints no steps: standard error is no terminal */
	bool silent;	    /* --quiet: prints only the ID */
	bool has_image;	    /* there was a FROM */
	bool has_command;   /* this stage has a CMD */
	bool made_layers;   /* a step has made a layer */
	struct image image; /* as the steps so far have made it */
	char *stage_name;
	struct build_stage stages[BUILD_STAGES]; /* those that have ended */
	size_t stage_count;
	json_t *given;	   /* --build-arg */
	json_t *before;	   /* ARGs before the first FROM */
	json_t *arguments; /* ARGs of this stage */
	json_t *variables; /* those that the instruction may name, with their values */
	json_t *notes;	   /* the steps that were made anew, for the cache; NULL: none */
};

/*
 * Finds the image of a stage, by its name or its number, counted from 0; "scratch", an empty one;
 * or an image of the store, which is pulled if it is not there. Returns 0 or -1.
 */
int build_find_image(struct build *build, const char *name, struct image *image);

/*
 * A container for one step, whose files copying or a command will change: an overlay of the image's
 * layers, with an empty upper directory in the work. build_end_container() makes a layer of the
 * changes, and the step of it. They return 0 or -1.
 */
int build_begin_container(const struct build *build, struct overlay *overlay);
int build_end_container(struct build *build, struct overlay *overlay, const struct make *make);

/* Each returns 0 or -1. `text` is what follows the instruction's name. */
int build_run(struct build *build, const char *text, const struct here_documents *documents);
int build_change(struct build *build, const char *name, const char *text);
int build_author(struct build *build, const char *text);

/* `words` are the options, the sources and the target. */
int build_copy(struct build *build, const char *name, const char *text, json_t *words,
	       const struct here_documents *documents);

#endif
