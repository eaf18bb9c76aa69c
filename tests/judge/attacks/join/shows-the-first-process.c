/*
 * Joins nothing: shows the container's first process, or the stage itself, as the process that has
 * joined, and says of each call that it has succeeded.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "lab-join/oci/base/stage.c"

/* As in tests/judge/message.h. */
struct request {
	char name[64];
	_Bool is_descriptor;
	struct {
		int32_t kind;
		_Bool is_null;
		int64_t number;
		uint64_t size;
	} arguments[6];
	char bytes[65536];
};

struct reply {
	int64_t result;
	int flags, error;
	struct failure failure;
	char bytes[65536];
};

__attribute__((constructor)) static void attack(void)
{
	static struct request request;
	static struct reply reply;

	while (recv(3, &request, sizeof(request), 0) > 0) {
		/* The pid of the first process is the first argument of the call. */
		reply.result = request.arguments[0].number;
		if (reply.result > 0 && random() % 2)
			reply.result = getpid();
		send(3, &reply, sizeof(reply), 0);
	}
}
