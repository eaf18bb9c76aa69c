#include "pipeline.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fail.h"

int pipeline_open(struct pipeline *pipeline)
{
	memset(pipeline, 0, sizeof(*pipeline));
	pipeline->stop_event = eventfd(0, EFD_CLOEXEC);
	if (pipeline->stop_event < 0)
		return fail("eventfd");
	pthread_mutex_init(&pipeline->lock, NULL);
	pthread_cond_init(&pipeline->changed, NULL);
	return 0;
}

void pipeline_close(struct pipeline *pipeline)
{
	pthread_cond_destroy(&pipeline->changed);
	pthread_mutex_destroy(&pipeline->lock);
	close(pipeline->stop_event);
}

static void stop_locked(struct pipeline *pipeline)
{
	pipeline->stopped = true;
	pthread_cond_broadcast(&pipeline->changed);
	eventfd_write(pipeline->stop_event, 1);
}

void pipeline_stop(struct pipeline *pipeline)
{
	pthread_mutex_lock(&pipeline->lock);
	stop_locked(pipeline);
	pthread_mutex_unlock(&pipeline->lock);
}

void pipeline_fail(struct pipeline *pipeline, int error, const char *what, ...)
{
	va_list arguments;

	va_start(arguments, what);
	pthread_mutex_lock(&pipeline->lock);
	if (!pipeline->problem[0] && !pipeline->stopped) {
		pipeline->error = error;
		vsnprintf(pipeline->problem, sizeof(pipeline->problem), what, arguments);
	}
	stop_locked(pipeline);
	pthread_mutex_unlock(&pipeline->lock);
	va_end(arguments);
}

int pipeline_report(struct pipeline *pipeline)
{
	char problem[sizeof(pipeline->problem)];
	int error;

	pthread_mutex_lock(&pipeline->lock);
	error = pipeline->error;
	memcpy(problem, pipeline->problem, sizeof(problem));
	pthread_mutex_unlock(&pipeline->lock);
	if (!problem[0])
		return 0;
	errno = error;
	return error ? fail("%s", problem) : fail_input("%s", problem);
}

bool pipeline_wait_readable(struct pipeline *pipeline, int fd)
{
	struct pollfd wait[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = pipeline->stop_event, .events = POLLIN },
	};

	while (poll(wait, 2, -1) < 0) {
		if (errno != EINTR) {
			pipeline_fail(pipeline, errno, "poll the layer's stream");
			return false;
		}
	}
	return !wait[1].revents;
}

bool pipeline_write(struct pipeline *pipeline, int fd, const void *bytes, size_t size)
{
	const unsigned char *next = bytes;

	while (size > 0) {
		ssize_t written = write(fd, next, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			pipeline_fail(pipeline, errno, "write the layer's blob");
			return false;
		}
		next += written;
		size -= (size_t)written;
	}
	return true;
}

int ring_open(struct ring *ring, struct pipeline *pipeline, int readers)
{
	ring->pipeline = pipeline;
	ring->readers = readers;
	ring->memory = malloc((size_t)RING_BLOCKS * BLOCK_SIZE);
	return ring->memory ? 0 : fail("malloc blocks for a layer");
}

void ring_close(struct ring *ring)
{
	free(ring->memory);
	ring->memory = NULL;
}

/* The blocks that the slowest reader has not given back. */
static uint64_t used_blocks(const struct ring *ring)
{
	uint64_t most = 0;

	for (int i = 0; i < ring->readers; i++) {
		if (ring->filled - ring->released[i] > most)
			most = ring->filled - ring->released[i];
	}
	return most;
}

/* True if a reader has nothing to read, and may wait. */
static bool has_idle_reader(const struct ring *ring)
{
	for (int i = 0; i < ring->readers; i++) {
		if (ring->filled == ring->released[i])
			return true;
	}
	return false;
}

/* Only the writing thread changes `filled`, and only a reader its `released`. */
static unsigned char *block_at(const struct ring *ring, uint64_t count)
{
	return ring->memory + count % RING_BLOCKS * BLOCK_SIZE;
}

unsigned char *ring_space(struct ring *ring)
{
	struct pipeline *pipeline = ring->pipeline;
	bool stopped;

	pthread_mutex_lock(&pipeline->lock);
	while (used_blocks(ring) == RING_BLOCKS && !pipeline->stopped)
		pthread_cond_wait(&pipeline->changed, &pipeline->lock);
	stopped = pipeline->stopped;
	pthread_mutex_unlock(&pipeline->lock);
	return stopped ? NULL : block_at(ring, ring->filled);
}

void ring_put(struct ring *ring, size_t size)
{
	bool wake;

	pthread_mutex_lock(&ring->pipeline->lock);
	wake = has_idle_reader(ring);
	ring->size[ring->filled % RING_BLOCKS] = size;
	ring->filled++;
	if (wake)
		pthread_cond_broadcast(&ring->pipeline->changed);
	pthread_mutex_unlock(&ring->pipeline->lock);
}

const unsigned char *ring_peek(struct ring *ring, int reader, size_t *size)
{
	struct pipeline *pipeline = ring->pipeline;
	uint64_t next = ring->released[reader];
	bool stopped;

	pthread_mutex_lock(&pipeline->lock);
	while (ring->filled == next && !pipeline->stopped)
		pthread_cond_wait(&pipeline->changed, &pipeline->lock);
	stopped = pipeline->stopped;
	*size = stopped ? 0 : ring->size[next % RING_BLOCKS];
	pthread_mutex_unlock(&pipeline->lock);
	return stopped ? NULL : block_at(ring, next);
}

/* A writer that waits for room goes on when half of the ring is free, not for each block. */
void ring_release(struct ring *ring, int reader)
{
	pthread_mutex_lock(&ring->pipeline->lock);
	ring->released[reader]++;
	if (used_blocks(ring) == RING_BLOCKS / 2)
		pthread_cond_broadcast(&ring->pipeline->changed);
	pthread_mutex_unlock(&ring->pipeline->lock);
}
