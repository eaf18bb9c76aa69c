#include "output_stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

static void *write_out(void *argument)
{
	struct output_stream *stream = argument;

	compress_blocks(stream->compression, &stream->tar, &stream->sink);
	return NULL;
}

static void *hash_tar(void *argument)
{
	struct output_stream *stream = argument;
	const unsigned char *block;
	size_t size;

	while ((block = ring_peek(&stream->tar, 1, &size)) && size > 0) {
		sha256_update(&stream->tar_hash, size, block);
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

int output_stream_open(struct output_stream *stream, int output, enum layer_compression compression)
{
	const bool is_plain = compression == LAYER_PLAIN;

	memset(stream, 0, sizeof(*stream));
	stream->compression = compression;
	stream->sink.fd = output;
	sha256_init(&stream->sink.hash);
	sha256_init(&stream->tar_hash);
	if (pipeline_open(&stream->pipeline) < 0 ||
	    ring_open(&stream->tar, &stream->pipeline, is_plain ? 1 : 2) < 0 ||
	    start(&stream->writer, &stream->has_writer, write_out, stream) < 0)
		return -1;
	return is_plain ? 0 : start(&stream->hasher, &stream->has_hasher, hash_tar, stream);
}

/* Makes room in the current block. Returns the number of bytes, or 0: a thread has failed. */
static size_t make_room(struct output_stream *stream)
{
	if (stream->block && stream->used == BLOCK_SIZE) {
		ring_put(&stream->tar, stream->used);
		stream->block = NULL;
	}
	if (!stream->block) {
		stream->block = ring_space(&stream->tar);
		stream->used = 0;
	}
	return stream->block ? BLOCK_SIZE - stream->used : 0;
}

int output_stream_write(struct output_stream *stream, const void *bytes, size_t size)
{
	const unsigned char *next = bytes;

	while (size > 0) {
		size_t room = make_room(stream);

		if (room == 0)
			return pipeline_report(&stream->pipeline);
		if (room > size)
			room = size;
		memcpy(stream->block + stream->used, next, room);
		stream->used += room;
		next += room;
		size -= room;
	}
	return 0;
}

int output_stream_copy(struct output_stream *stream, int fd, off_t offset, off_t size,
		       const char *path)
{
	while (size > 0) {
		size_t room = make_room(stream);
		ssize_t got;

		if (room == 0)
			return pipeline_report(&stream->pipeline);
		if ((off_t)room > size)
			room = (size_t)size;
		got = pread(fd, stream->block + stream->used, room, offset);
		if (got < 0)
			return fail("read %s", path);
		if (got == 0)
			return fail_input("%s has become shorter while it was packed: stop what "
					  "writes to it, and try again",
					  path);
		stream->used += (size_t)got;
		offset += got;
		size -= got;
	}
	return 0;
}

int output_stream_pad(struct output_stream *stream, off_t size)
{
	static const unsigned char zeros[512];

	return output_stream_write(stream, zeros, (size_t)(-size & 511));
}

static void join(pthread_t thread, bool *has_started)
{
	if (*has_started)
		pthread_join(thread, NULL);
	*has_started = false;
}

int output_stream_finish(struct output_stream *stream, struct layer *layer)
{
	if (make_room(stream) == 0)
		return pipeline_report(&stream->pipeline);
	if (stream->used > 0)
		ring_put(&stream->tar, stream->used);
	if (!ring_space(&stream->tar))
		return pipeline_report(&stream->pipeline);
	ring_put(&stream->tar, 0);
	join(stream->writer, &stream->has_writer);
	join(stream->hasher, &stream->has_hasher);
	if (pipeline_report(&stream->pipeline) < 0)
		return -1;
	layer->digest = digest_finish(&stream->sink.hash);
	layer->diff_id = stream->compression == LAYER_PLAIN ? layer->digest
							    : digest_finish(&stream->tar_hash);
	layer->size = stream->sink.size;
	layer->compression = stream->compression;
	return 0;
}

void output_stream_close(struct output_stream *stream)
{
	pipeline_stop(&stream->pipeline);
	join(stream->writer, &stream->has_writer);
	join(stream->hasher, &stream->has_hasher);
	ring_close(&stream->tar);
	pipeline_close(&stream->pipeline);
}
