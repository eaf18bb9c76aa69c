/*
 * Chapter 6, engine: a layer's bytes on their way in. Five threads run beside one another:
 *
 *     input -> receive --> decompress --> the caller: input_stream_read()
 *                     \               \-> hash the tar stream
 *                      \-> hash the stream as it came, store it as blob
 *
 * A plain stream is not decompressed, and hashed once. An archive of images is only read: it is not
 * hashed, nor stored.
 */
#ifndef STEPS_INPUT_STREAM_H
#define STEPS_INPUT_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "layer.h"
#include "pipeline.h"

struct input_stream {
	struct pipeline pipeline;
	struct ring received, tar; /* `tar` is used if the stream is compressed */
	pthread_t receiver, storer, decoder, hasher;
	bool has_receiver, has_storer, has_decoder, has_hasher;

	int input, blob;
	const char *what; /* in messages: "layer", or "archive" of layers */
	uint64_t window;

	enum layer_compression compression; /* set by the receiving thread before its first block */

	/* The storing thread's. */
	uint64_t received_size;
	struct sha256_ctx received_hash;

	/* The hashing thread's. */
	struct sha256_ctx tar_hash;

	/* The caller's. */
	struct ring *source; /* `received` or `tar` */
	bool has_block, has_ended;
	uint64_t tar_size, tar_limit;
};

/*
 * Starts the threads. `is_hashed`: the stream is hashed, and stored in `blob`, unless that is -1.
 * Returns 0 or -1. input_stream_close() follows in both cases.
 */
int input_stream_open(struct input_stream *stream, int input, int blob, bool is_hashed,
		      const struct layer_limits *limits);

/*
 * Sets *block to the next block of the tar stream, which is valid until the next call. Returns its
 * size, 0 at the end, or -1.
 */
ssize_t input_stream_read(struct input_stream *stream, const void **block);

/* Reads what is left of a stream that is hashed, and fills `layer`. Returns 0 or -1. */
int input_stream_finish(struct input_stream *stream, struct layer *layer);

/* Stops the threads, and releases everything but the descriptors. */
void input_stream_close(struct input_stream *stream);

#endif
