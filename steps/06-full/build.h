/*
 * Chapter 6: `build`: an image from a Containerfile.
 *
 * An instruction that changes files is a container whose changes become a layer: RUN runs a
 * command in it, COPY copies into it. The other instructions change the configuration. Each is a
 * step in the image's history.
 *
 * A step that this store has built before, on the same image, is taken from the store. What an
 * image says of its own history is not trusted.
 *
 * Source: Docker's Dockerfile reference.
 */
#ifndef STEPS_BUILD_H
#define STEPS_BUILD_H

#include "verb.h"

extern const struct verb engine_build;

#endif
