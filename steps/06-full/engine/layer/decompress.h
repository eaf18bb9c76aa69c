/*
 * Chapter 6, engine: the decoders of layers. They are called directly, not as filters of
 * libarchive, because the memory that a hostile stream may ask for has to be limited.
 *
 * Source: zlib.h, zstd.h, lzma/container.h; RFC 1952 and RFC 8878: a stream may have several
 * members or frames, one after another.
 */
#ifndef STEPS_DECOMPRESS_H
#define STEPS_DECOMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "layer.h"
#include "pipeline.h"

/* Tells the compression by a stream's first bytes. */
enum layer_compression decompress_detect(const unsigned char *bytes, size_t size);

/*
 * Decodes the blocks of `from`, as its reader 0, into those of `to`, until the end of the stream.
 * `what` is the name of the stream in messages, "layer" or "archive". `window` limits the decoder's
 * memory, in bytes. Runs in a thread: a failure goes to the pipeline.
 */
void decompress_blocks(enum layer_compression compression, struct ring *from, struct ring *to,
		       const char *what, uint64_t window);

#endif
