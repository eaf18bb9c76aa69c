/*
 * Chapter 6, engine: a layer's bytes on their way out. The caller writes the tar stream; beside it
 * the stream is hashed, and compressed, hashed and written.
 */
#ifndef STEPS_OUTPUT_STREAM_H
#define STEPS_OUTPUT_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "compress.h"
#include "layer.h"
#include "pipeline.h"

struct output_stream {
	struct pipeline pipeline;
	struct ring tar;
	pthread_t writer, hasher;
	bool has_writer, has_hasher;
	enum layer_compression compression;

	struct compress_sink sink;  /* the writing thread's */
	struct sha256_ctx tar_hash; /* the hashing thread's */
	unsigned char *block;	    /* the caller's: the block that is being filled */
	size_t used;
};

/* Starts the threads. Returns 0 or -1. output_stream_close() follows in both cases. */
int output_stream_open(struct output_stream *stream, int output,
		       enum layer_compression compression);

int output_stream_write(struct output_stream *stream, const void *bytes, size_t size);

/* Writes `size` bytes of the file `fd` from `offset` on. `path` is for messages. */
int output_stream_copy(struct output_stream *stream, int fd, off_t offset, off_t size,
		       const char *path);

/* Writes zeros until the stream's size is a multiple of 512, after a part of `size` bytes. */
int output_stream_pad(struct output_stream *stream, off_t size);

/* Waits until everything is written, and fills `layer`. Returns 0 or -1. */
int output_stream_finish(struct output_stream *stream, struct layer *layer);

void output_stream_close(struct output_stream *stream);

#endif
