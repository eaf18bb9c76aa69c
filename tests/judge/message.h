/* The messages between a test (call.c) and the subject (subject.c), by a socket with messages. */
#ifndef JUDGE_MESSAGE_H
#define JUDGE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"
#include "fail.h"

enum {
	ARGUMENTS_MAX = 6,
	BYTES_MAX = 65536, /* of all texts and structures of a call */
	SOCKET = 3,	   /* the subject's descriptor of the socket */
};

/* `request` goes to the subject, with the descriptors of the arguments in their order. */
struct request {
	char name[64];
	bool is_descriptor; /* the function returns one */
	struct {
		int32_t kind; /* enum call_kind; 0: the end */
		bool is_null; /* text or bytes */
		int64_t number;
		uint64_t size; /* of text or bytes */
	} arguments[ARGUMENTS_MAX];
	char bytes[BYTES_MAX]; /* one after another, each at a multiple of 16 */
};

/* `reply` comes back, with one descriptor if the function has returned one. */
struct reply {
	int64_t result;
	int flags; /* of the descriptor: FD_CLOEXEC */
	int error; /* errno */
	struct failure failure;
	char bytes[BYTES_MAX]; /* as in the request, with the function's changes */
};

/* Returns the place at which the next text or structure begins after `size` bytes. */
static inline size_t message_next(size_t size)
{
	return (size + 15) & ~(size_t)15;
}

/* Sends a message with `count` descriptors. Returns 0, or -1 with errno. */
int message_send(int socket, const void *bytes, size_t size, const int *fds, size_t count);

/* Receives a message of exactly `size` bytes, with at most `most` descriptors. Returns how many, or
 * -1. */
int message_receive(int socket, void *bytes, size_t size, int *fds, size_t most);

#endif
