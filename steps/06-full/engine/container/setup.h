/*
 * Chapter 6, engine: an image and a record become what the runtime takes: the layers of an overlay,
 * and the image's defaults where the options say nothing.
 *
 * Source: OCI image specification, conversion.md; docker-run(1).
 */
#ifndef STEPS_SETUP_H
#define STEPS_SETUP_H

#include "config.h"
#include "container_options.h"
#include "record.h"

/*
 * Opens the layers of the image and the directories of the container, and makes them the root file
 * system. Returns 0 or -1.
 */
int setup_rootfs(const struct record *record, const struct image *image, struct config *config);

/*
 * Fills command, environment, working directory and user. config->command.argv has the operands
 * after the image's name; NULL: there are none. Returns 0 or -1: there is no command.
 */
int setup_process(const struct image *image, const struct container_options *options,
		  struct config *config);

/*
 * Gives the upper directory, which is still empty, the owner and the mode of the image's root.
 * Returns 0 or -1.
 */
int setup_match_root(const struct overlay *overlay);

#endif
