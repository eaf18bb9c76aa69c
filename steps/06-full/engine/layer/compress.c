#define ZLIB_CONST /* its input is not written to */

#include "compress.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "cleanup.h"

enum { ZSTD_LEVEL = 3 };

static bool put(struct ring *from, struct compress_sink *sink, const void *bytes, size_t size)
{
	sha256_update(&sink->hash, size, bytes);
	sink->size += size;
	return pipeline_write(from->pipeline, sink->fd, bytes, size);
}

static void copy_plain(struct ring *from, struct compress_sink *sink)
{
	const unsigned char *block;
	size_t size;

	while ((block = ring_peek(from, 0, &size)) && size > 0 && put(from, sink, block, size))
		ring_release(from, 0);
}

/* Encodes one block, or the end of the stream if its size is 0. */
static bool deflate_block(struct ring *from, struct compress_sink *sink, z_stream *stream,
			  unsigned char *out)
{
	const int flush = stream->avail_in > 0 ? Z_NO_FLUSH : Z_FINISH;

	do {
		stream->next_out = out;
		stream->avail_out = BLOCK_SIZE;
		deflate(stream, flush);
		if (!put(from, sink, out, BLOCK_SIZE - stream->avail_out))
			return false;
	} while (stream->avail_out == 0);
	return true;
}

static void compress_gzip(struct ring *from, struct compress_sink *sink, unsigned char *out)
{
	z_stream stream = { 0 };
	bool is_good = true;
	size_t size = 1;

	/* 16: with gzip's header and checksum. 8: the memory that zlib takes by itself. */
	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK) {
		pipeline_fail(from->pipeline, 0, "zlib's deflateInit2: not enough memory");
		return;
	}
	while (is_good && size > 0 && (stream.next_in = ring_peek(from, 0, &size))) {
		stream.avail_in = (unsigned int)size;
		is_good = deflate_block(from, sink, &stream, out);
		ring_release(from, 0);
	}
	deflateEnd(&stream);
}

static bool encode_block(struct ring *from, struct compress_sink *sink, ZSTD_CCtx *context,
			 ZSTD_inBuffer *in, unsigned char *out)
{
	const ZSTD_EndDirective mode = in->size > 0 ? ZSTD_e_continue : ZSTD_e_end;
	size_t left;

	do {
		ZSTD_outBuffer to = { .dst = out, .size = BLOCK_SIZE };

		left = ZSTD_compressStream2(context, &to, in, mode);
		if (ZSTD_isError(left)) {
			pipeline_fail(from->pipeline, 0, "ZSTD_compressStream2: %s",
				      ZSTD_getErrorName(left));
			return false;
		}
		if (!put(from, sink, out, to.pos))
			return false;
	} while (mode == ZSTD_e_end ? left > 0 : in->pos < in->size);
	return true;
}

static void compress_zstd(struct ring *from, struct compress_sink *sink, unsigned char *out)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	ZSTD_inBuffer in = { .size = 1 };
	bool is_good = true;

	if (!context ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, ZSTD_LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))) {
		pipeline_fail(from->pipeline, 0, "ZSTD_createCCtx: not enough memory");
		is_good = false;
	}
	while (is_good && in.size > 0 && (in.src = ring_peek(from, 0, &in.size))) {
		in.pos = 0;
		is_good = encode_block(from, sink, context, &in, out);
		ring_release(from, 0);
	}
	ZSTD_freeCCtx(context);
}

void compress_blocks(enum layer_compression compression, struct ring *from,
		     struct compress_sink *sink)
{
	autofree unsigned char *out = malloc(BLOCK_SIZE);

	if (!out)
		pipeline_fail(from->pipeline, 0, "malloc a block: not enough memory");
	else if (compression == LAYER_GZIP)
		compress_gzip(from, sink, out);
	else if (compression == LAYER_ZSTD)
		compress_zstd(from, sink, out);
	else
		copy_plain(from, sink);
}
