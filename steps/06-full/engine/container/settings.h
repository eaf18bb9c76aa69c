/*
 * Chapter 6, engine: the settings of a container: those of its image, changed by the options of
 * `run` and `create`. The record keeps them as "Config", and an image that is made of the container
 * begins with them.
 *
 * Source: docker-inspect(1), docker-commit(1); OCI image specification, config.md.
 */
#ifndef STEPS_SETTINGS_H
#define STEPS_SETTINGS_H

#include <jansson.h>

#include "config.h"
#include "container_options.h"
#include "net.h"
#include "record.h"

/*
 * Describes the settings. `config` is as the options have filled it: config->command.argv has the
 * operands after the image's name. Returns an object, or NULL.
 */
json_t *settings_describe(const struct image *image, const struct container_options *options,
			  const struct config *config, const struct net *net);

/* Describes the volumes and mounts, as Docker's "Mounts". Returns a list, or NULL. */
json_t *settings_mounts(const struct config *config);

/* Gives an image that was made of the container its settings. Returns 0 or -1. */
int settings_apply(const struct record *record, struct image *image);

#endif
