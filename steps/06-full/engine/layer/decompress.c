#define ZLIB_CONST /* its input is not written to */

#include "decompress.h"

#include <lzma.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define DAMAGED	  "the %s's %s data are damaged (%s): fetch the %s again"
#define TRUNCATED "the %s's %s data end too early: fetch the %s again"
#define TOO_LARGE                                                                                  \
	"the %s's %s data need more than %llu bytes of memory to decompress (--limit-window): "    \
	"compress the %s with a smaller window"

/* The blocks that a decoder reads from and writes to. */
struct decoder {
	struct ring *from, *to;
	const char *what; /* "layer" or "archive" */
	uint64_t window;
	const unsigned char *in; /* the current block, NULL before the first one */
	size_t in_size;		 /* 0: the stream has ended */
	unsigned char *out;
};

enum layer_compression decompress_detect(const unsigned char *bytes, size_t size)
{
	static const unsigned char xz[] = { 0xfd, '7', 'z', 'X', 'Z', 0 };

	if (size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b)
		return LAYER_GZIP;
	if (size >= sizeof(xz) && memcmp(bytes, xz, sizeof(xz)) == 0)
		return LAYER_XZ;
	if (size >= 4 && bytes[1] == 0xb5 && bytes[2] == 0x2f && bytes[3] == 0xfd &&
	    bytes[0] == 0x28)
		return LAYER_ZSTD;
	/* zstd's skippable frame: the first four bits of its magic number are free. */
	if (size >= 4 && (bytes[0] & 0xf0) == 0x50 && bytes[1] == 0x2a && bytes[2] == 0x4d &&
	    bytes[3] == 0x18)
		return LAYER_ZSTD;
	return LAYER_PLAIN;
}

static void fail_damaged(const struct decoder *decoder, const char *format, const char *problem)
{
	pipeline_fail(decoder->from->pipeline, 0, DAMAGED, decoder->what, format, problem,
		      decoder->what);
}

static void fail_truncated(const struct decoder *decoder, const char *format)
{
	pipeline_fail(decoder->from->pipeline, 0, TRUNCATED, decoder->what, format, decoder->what);
}

static void fail_too_large(const struct decoder *decoder, const char *format)
{
	pipeline_fail(decoder->from->pipeline, 0, TOO_LARGE, decoder->what, format,
		      (unsigned long long)decoder->window, decoder->what);
}

/* Gives back the current block, and takes the next one. Returns false if all was stopped. */
static bool next_input(struct decoder *decoder)
{
	if (decoder->in)
		ring_release(decoder->from, 0);
	decoder->in = ring_peek(decoder->from, 0, &decoder->in_size);
	return decoder->in;
}

/* Hands over `size` bytes of the current block, and takes a free one. False: all was stopped. */
static bool next_output(struct decoder *decoder, size_t size)
{
	if (size > 0) {
		ring_put(decoder->to, size);
		decoder->out = ring_space(decoder->to);
	}
	return decoder->out;
}

/* Hands over the last `size` bytes, and the end of the stream. */
static void finish_output(struct decoder *decoder, size_t size)
{
	if (next_output(decoder, size))
		ring_put(decoder->to, 0);
}

/* True if what is left of the block are zeros: gzip(1) ignores such padding, as of a tape. */
static bool is_padding(const z_stream *stream)
{
	for (unsigned int i = 0; i < stream->avail_in; i++) {
		if (stream->next_in[i])
			return false;
	}
	return true;
}

/*
 * Decodes until the end of the stream. `between`: the last member has ended, and no other one has
 * begun.
 */
static void inflate_members(struct decoder *decoder, z_stream *stream)
{
	bool between = false;
	int result;

	for (;;) {
		if (stream->avail_in == 0) {
			if (!next_input(decoder))
				return;
			stream->next_in = decoder->in;
			stream->avail_in = (unsigned int)decoder->in_size;
		}
		if (decoder->in_size == 0)
			break;
		if (between && is_padding(stream)) {
			stream->avail_in = 0;
			continue;
		}
		if (between && inflateReset(stream) != Z_OK)
			break;
		between = false;
		if (stream->avail_out == 0) {
			if (!next_output(decoder, BLOCK_SIZE))
				return;
			stream->next_out = decoder->out;
			stream->avail_out = BLOCK_SIZE;
		}
		result = inflate(stream, Z_NO_FLUSH);
		if (result == Z_STREAM_END) {
			between = true;
		} else if (result != Z_OK && result != Z_BUF_ERROR) {
			fail_damaged(decoder, "gzip", stream->msg ? stream->msg : zError(result));
			return;
		}
	}
	if (between)
		finish_output(decoder, BLOCK_SIZE - stream->avail_out);
	else
		fail_truncated(decoder, "gzip");
}

static void decompress_gzip(struct decoder *decoder)
{
	z_stream stream = { .next_out = decoder->out, .avail_out = BLOCK_SIZE };

	/* 16: the stream has gzip's header and checksum. */
	if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) {
		pipeline_fail(decoder->from->pipeline, 0, "zlib's inflateInit2: not enough memory");
		return;
	}
	inflate_members(decoder, &stream);
	inflateEnd(&stream);
}

static void fail_zstd(struct decoder *decoder, size_t result)
{
	if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge)
		fail_too_large(decoder, "zstd");
	else
		fail_damaged(decoder, "zstd", ZSTD_getErrorName(result));
}

static void decode_frames(struct decoder *decoder, ZSTD_DCtx *context)
{
	ZSTD_outBuffer out = { .dst = decoder->out, .size = BLOCK_SIZE };
	size_t result = 0;

	while (next_input(decoder) && decoder->in_size > 0) {
		ZSTD_inBuffer in = { .src = decoder->in, .size = decoder->in_size };

		/* A full block may be all that the decoder had room for: it has more then. */
		while (in.pos < in.size || out.pos == out.size) {
			if (out.pos == out.size) {
				if (!next_output(decoder, out.pos))
					return;
				out.dst = decoder->out;
				out.pos = 0;
			}
			if (in.pos == in.size && result == 0)
				break;
			result = ZSTD_decompressStream(context, &out, &in);
			if (ZSTD_isError(result)) {
				fail_zstd(decoder, result);
				return;
			}
		}
	}
	if (decoder->in && result == 0)
		finish_output(decoder, out.pos);
	else if (decoder->in)
		fail_truncated(decoder, "zstd");
}

static void decompress_zstd(struct decoder *decoder)
{
	const ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
	ZSTD_DCtx *context = ZSTD_createDCtx();
	int log = bounds.lowerBound;

	while (log < bounds.upperBound && (uint64_t)1 << (log + 1) <= decoder->window)
		log++;
	if (!context || ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, log)))
		pipeline_fail(decoder->from->pipeline, 0, "ZSTD_createDCtx: not enough memory");
	else
		decode_frames(decoder, context);
	ZSTD_freeDCtx(context);
}

static void fail_xz(struct decoder *decoder, lzma_ret result)
{
	if (result == LZMA_MEMLIMIT_ERROR)
		fail_too_large(decoder, "xz");
	else if (result == LZMA_BUF_ERROR)
		fail_truncated(decoder, "xz");
	else
		fail_damaged(decoder, "xz",
			     result == LZMA_MEM_ERROR		    ? "not enough memory"
				     : result == LZMA_DATA_ERROR    ? "a checksum is wrong"
				     : result == LZMA_OPTIONS_ERROR ? "unknown options"
								    : "no xz stream");
}

static void decode_xz(struct decoder *decoder, lzma_stream *stream)
{
	lzma_ret result = LZMA_OK;

	while (result == LZMA_OK) {
		if (stream->avail_in == 0 && (!decoder->in || decoder->in_size > 0)) {
			if (!next_input(decoder))
				return;
			stream->next_in = decoder->in;
			stream->avail_in = decoder->in_size;
		}
		if (stream->avail_out == 0) {
			if (!next_output(decoder, BLOCK_SIZE))
				return;
			stream->next_out = decoder->out;
			stream->avail_out = BLOCK_SIZE;
		}
		result = lzma_code(stream, decoder->in_size > 0 ? LZMA_RUN : LZMA_FINISH);
	}
	if (result == LZMA_STREAM_END)
		finish_output(decoder, BLOCK_SIZE - stream->avail_out);
	else
		fail_xz(decoder, result);
}

static void decompress_xz(struct decoder *decoder)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_ret result = lzma_stream_decoder(&stream, decoder->window, LZMA_CONCATENATED);

	stream.next_out = decoder->out;
	stream.avail_out = BLOCK_SIZE;
	if (result == LZMA_OK)
		decode_xz(decoder, &stream);
	else
		fail_xz(decoder, result);
	lzma_end(&stream);
}

void decompress_blocks(enum layer_compression compression, struct ring *from, struct ring *to,
		       const char *what, uint64_t window)
{
	struct decoder decoder = { .from = from, .to = to, .what = what, .window = window };

	decoder.out = ring_space(to);
	if (!decoder.out)
		return;
	if (compression == LAYER_GZIP)
		decompress_gzip(&decoder);
	else if (compression == LAYER_ZSTD)
		decompress_zstd(&decoder);
	else
		decompress_xz(&decoder);
}
