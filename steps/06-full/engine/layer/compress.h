/*
 * Chapter 6, engine: the encoders of layers. The same bytes give the same compressed bytes: gzip's
 * header has no time and no name.
 *
 * Source: zlib.h, zstd.h.
 */
#ifndef STEPS_COMPRESS_H
#define STEPS_COMPRESS_H

#include <nettle/sha2.h>
#include <stdint.h>

#include "layer.h"
#include "pipeline.h"

/* The destination of the compressed bytes. */
struct compress_sink {
	int fd;
	struct sha256_ctx hash;
	uint64_t size;
};

/*
 * Encodes the blocks of `from`, as its reader 0, until the end of the stream. Runs in a thread: a
 * failure goes to the pipeline.
 */
void compress_blocks(enum layer_compression compression, struct ring *from,
		     struct compress_sink *sink);

#endif
