#include "input_stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "decompress.h"
#include "fail.h"
#include "progress.h"

/* The bytes of the tar stream that an entry may have beside its content. */
enum { HEADERS_MAX = 4096, PADDING_MAX = 1 << 20 };

/* Reads a whole block, if there are so many bytes. Returns its size, or -1: all was stopped. */
static ssize_t receive_block(struct input_stream *stream, unsigned char *block)
{
	size_t size = 0;

	while (size < BLOCK_SIZE) {
		ssize_t got;

		if (!pipeline_wait_readable(&stream->pipeline, stream->input))
			return -1;
		got = read(stream->input, block + size, BLOCK_SIZE - size);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		progress_add(got > 0 ? (size_t)got : 0);
		if (got < 0) {
			pipeline_fail(&stream->pipeline, errno, "read the %s", stream->what);
			return -1;
		}
		if (got == 0)
			break;
		size += (size_t)got;
	}
	return (ssize_t)size;
}

static void *receive(void *argument)
{
	struct input_stream *stream = argument;
	bool is_first = true;
	unsigned char *block;
	ssize_t size;

	while ((block = ring_space(&stream->received))) {
		size = receive_block(stream, block);
		if (size < 0)
			return NULL;
		if (is_first)
			stream->compression = decompress_detect(block, (size_t)size);
		is_first = false;
		ring_put(&stream->received, (size_t)size);
		if (size == 0)
			return NULL;
	}
	return NULL;
}

/* An xz stream is not stored: hash_tar() stores what is decompressed of it. */
static void *store(void *argument)
{
	struct input_stream *stream = argument;
	const unsigned char *block;
	size_t size;

	while ((block = ring_peek(&stream->received, 1, &size)) && size > 0) {
		sha256_update(&stream->received_hash, size, block);
		stream->received_size += size;
		if (stream->blob >= 0 && stream->compression != LAYER_XZ &&
		    !pipeline_write(&stream->pipeline, stream->blob, block, size))
			return NULL;
		ring_release(&stream->received, 1);
	}
	return NULL;
}

static void *decode(void *argument)
{
	struct input_stream *stream = argument;

	decompress_blocks(stream->compression, &stream->received, &stream->tar, stream->what,
			  stream->window);
	return NULL;
}

static void *hash_tar(void *argument)
{
	struct input_stream *stream = argument;
	const bool stores = stream->blob >= 0 && stream->compression == LAYER_XZ;
	const unsigned char *block;
	size_t size;

	while ((block = ring_peek(&stream->tar, 1, &size)) && size > 0) {
		sha256_update(&stream->tar_hash, size, block);
		if (stores && !pipeline_write(&stream->pipeline, stream->blob, block, size))
			return NULL;
		ring_release(&stream->tar, 1);
	}
	return NULL;
}

static int start(pthread_t *thread, bool *has_started, void *(*function)(void *), void *argument)
{
	errno = pthread_create(thread, NULL, function, argument);
	*has_started = errno == 0;
	return errno ? fail("pthread_create") : 0;
}

static uint64_t add(uint64_t one, uint64_t other)
{
	return one > UINT64_MAX - other ? UINT64_MAX : one + other;
}

static uint64_t limit_of(const struct layer_limits *limits)
{
	uint64_t headers = limits->entries > UINT64_MAX / HEADERS_MAX
		? UINT64_MAX
		: limits->entries * HEADERS_MAX;

	return add(add(limits->bytes, headers), PADDING_MAX);
}

int input_stream_open(struct input_stream *stream, int input, int blob, bool is_hashed,
		      const struct layer_limits *limits)
{
	const int readers = is_hashed ? 2 : 1;
	size_t size;

	memset(stream, 0, sizeof(*stream));
	stream->input = input;
	stream->blob = blob;
	stream->what = is_hashed ? "layer" : "archive";
	stream->window = limits->window;
	stream->tar_limit = limit_of(limits);
	sha256_init(&stream->received_hash);
	sha256_init(&stream->tar_hash);
	if (pipeline_open(&stream->pipeline) < 0 ||
	    ring_open(&stream->received, &stream->pipeline, readers) < 0 ||
	    start(&stream->receiver, &stream->has_receiver, receive, stream) < 0)
		return -1;
	if (is_hashed && start(&stream->storer, &stream->has_storer, store, stream) < 0)
		return -1;
	/* The first block tells the compression. It stays in the ring. */
	if (!ring_peek(&stream->received, 0, &size))
		return pipeline_report(&stream->pipeline);
	stream->source = &stream->received;
	if (stream->compression == LAYER_PLAIN)
		return 0;
	stream->source = &stream->tar;
	if (ring_open(&stream->tar, &stream->pipeline, readers) < 0 ||
	    start(&stream->decoder, &stream->has_decoder, decode, stream) < 0)
		return -1;
	return is_hashed ? start(&stream->hasher, &stream->has_hasher, hash_tar, stream) : 0;
}

ssize_t input_stream_read(struct input_stream *stream, const void **block)
{
	size_t size;

	if (stream->has_ended)
		return 0;
	if (stream->has_block)
		ring_release(stream->source, 0);
	*block = ring_peek(stream->source, 0, &size);
	stream->has_block = *block;
	if (!*block)
		return pipeline_report(&stream->pipeline);
	stream->has_ended = size == 0;
	stream->tar_size += size;
	if (stream->tar_size > stream->tar_limit)
		return fail_input("the %s has more than %llu bytes, with the headers of its "
				  "entries: that is more than its limits allow",
				  stream->what, (unsigned long long)stream->tar_limit);
	return (ssize_t)size;
}

static void join(pthread_t thread, bool *has_started)
{
	if (*has_started)
		pthread_join(thread, NULL);
	*has_started = false;
}

static void join_all(struct input_stream *stream)
{
	join(stream->receiver, &stream->has_receiver);
	join(stream->storer, &stream->has_storer);
	join(stream->decoder, &stream->has_decoder);
	join(stream->hasher, &stream->has_hasher);
}

int input_stream_finish(struct input_stream *stream, struct layer *layer)
{
	const bool is_plain = stream->compression == LAYER_PLAIN;
	const bool is_stored_plain = stream->compression == LAYER_XZ && stream->blob >= 0;
	const void *block;
	ssize_t size;

	do {
		size = input_stream_read(stream, &block);
	} while (size > 0);
	if (size < 0)
		return -1;
	join_all(stream);
	if (pipeline_report(&stream->pipeline) < 0)
		return -1;
	layer->digest = digest_finish(&stream->received_hash);
	layer->diff_id = is_plain ? layer->digest : digest_finish(&stream->tar_hash);
	layer->size = stream->received_size;
	layer->compression = stream->compression;
	if (is_stored_plain) {
		layer->digest = layer->diff_id;
		layer->size = stream->tar_size;
		layer->compression = LAYER_PLAIN;
	}
	return 0;
}

void input_stream_close(struct input_stream *stream)
{
	pipeline_stop(&stream->pipeline);
	join_all(stream);
	ring_close(&stream->received);
	ring_close(&stream->tar);
	pipeline_close(&stream->pipeline);
}
