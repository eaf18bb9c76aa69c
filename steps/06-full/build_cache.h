/*
 * Chapter 6: the cache of `build`.
 *
 * The store remembers the steps that it has built itself (built/HEX), each by what it began with:
 * the ID of the image before, which stands for its whole configuration, history and layers, and the
 * step's text. What an image from `load` or `pull` says of its own history is no cache: it may be a
 * lie.
 */
#ifndef STEPS_BUILD_CACHE_H
#define STEPS_BUILD_CACHE_H

#include "build_steps.h"

/* Makes a step of the image, and notes it for the next build. Returns 0 or -1. */
int build_make_step(struct build *build, const struct layer *layer, const struct make *make);

/* Takes the step that an earlier build has made. Returns 1; 0: there is none; or -1. */
int build_take_cached(struct build *build, const struct make *make);

/* Writes to the store which steps were made, once an image with them is there. Returns 0 or -1. */
int build_write_notes(const struct build *build);

#endif
