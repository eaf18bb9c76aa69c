/*
 * Chapter 6, engine: the threads that work on one layer, and the blocks of bytes that one hands to
 * the next.
 *
 * Only the caller's thread may call fail(), which keeps its message in a global. A thread that
 * fails leaves its message in the pipeline, and stops all others.
 *
 * Source: pthreads(7), eventfd(2).
 */
#ifndef STEPS_PIPELINE_H
#define STEPS_PIPELINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { BLOCK_SIZE = 256 * 1024, RING_BLOCKS = 8, RING_READERS = 2 };

/* The state that the threads share. */
struct pipeline {
	pthread_mutex_t lock;	/* protects all below, and the counters of all rings */
	pthread_cond_t changed; /* a ring has a new block or new room, or `stopped` is set */
	bool stopped;
	int error; /* the failed call's errno; 0: no system call failed */
	char problem[256];
	int stop_event; /* eventfd: readable when `stopped` is set, for threads that wait in poll */
};

/* Returns 0 or -1. pipeline_close() releases a pipeline whose threads have ended. */
int pipeline_open(struct pipeline *pipeline);
void pipeline_close(struct pipeline *pipeline);

/*
 * For a thread that failed: keeps the message, unless another thread failed before, and stops all.
 * `error`: the errno, or 0.
 */
void pipeline_fail(struct pipeline *pipeline, int error, const char *what, ...)
	__attribute__((format(printf, 3, 4)));

/* Stops all threads. */
void pipeline_stop(struct pipeline *pipeline);

/* For the caller's thread: if a thread has failed, passes its message to fail(). Returns -1 then.
 */
int pipeline_report(struct pipeline *pipeline);

/*
 * For a thread that reads a pipe or a socket: waits until `fd` has something. Returns false if the
 * pipeline was stopped.
 */
bool pipeline_wait_readable(struct pipeline *pipeline, int fd);

/* Writes all bytes. Returns false after a failure, which the pipeline has then. */
bool pipeline_write(struct pipeline *pipeline, int fd, const void *bytes, size_t size);

/* A queue of blocks. One thread fills them; each reader gets every block. */
struct ring {
	struct pipeline *pipeline;
	unsigned char *memory;
	size_t size[RING_BLOCKS];
	int readers;
	uint64_t filled;		 /* blocks since the beginning */
	uint64_t released[RING_READERS]; /* blocks, by each reader */
};

/* Returns 0 or -1. ring_close() may also be called for a ring that is all zeros. */
int ring_open(struct ring *ring, struct pipeline *pipeline, int readers);
void ring_close(struct ring *ring);

/* Waits for a free block of BLOCK_SIZE bytes. Returns NULL if the pipeline was stopped. */
unsigned char *ring_space(struct ring *ring);

/* Hands over the block that ring_space() returned. A size of 0 is the end of the stream. */
void ring_put(struct ring *ring, size_t size);

/*
 * Waits for the next block, and leaves it in the ring. A size of 0 is the end of the stream.
 * Returns NULL if the pipeline was stopped.
 */
const unsigned char *ring_peek(struct ring *ring, int reader, size_t *size);

/* Gives back the block that ring_peek() returned. */
void ring_release(struct ring *ring, int reader);

#endif
