/*
 * Shared by the tests of layers: a directory with an empty layer and, beside it, what no layer may
 * reach.
 */
#ifndef TESTS_LAYERS_H
#define TESTS_LAYERS_H

#include <stddef.h>

#include "layer.h"
#include "tar.h"

/* The working directory of a test: layer/ is empty, outside/file and canary have a text. */
int layers_begin(void **state);

/* Fails if anything outside of layer/ has changed. */
int layers_end(void **state);

/* Declares a test with such a directory. */
#define layer_test(function) cmocka_unit_test_setup_teardown(function, layers_begin, layers_end)

/* The sound limits, as root. */
extern const struct layer_use layers_use;

/* Empties layer/, and unpacks the bytes there. Returns what layer_unpack() returns. */
int layers_unpack(const void *bytes, size_t size, const struct layer_use *use, struct layer *layer);

/* As layers_unpack(), with the end of the archive added; frees the archive. */
int layers_unpack_tar(struct tar *tar, const struct layer_use *use);

/* Returns the warnings since the test's begin, each with a newline. */
const char *layers_warnings(void);

/* Compresses by a program, "gzip -c" or another. The caller frees the bytes. */
struct tar layers_filter(const void *bytes, size_t size, const char *program);

#endif
