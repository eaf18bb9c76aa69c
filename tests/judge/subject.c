/*
 * The subject: a program with a learner's files and a list of their functions (functions_NN.c).
 * It receives a call, makes it, and answers, until the test has ended. See call.h.
 */
#include "subject.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "message.h"

/* A function of any type. On the processors that Linux has, an argument takes a whole register. */
typedef long caller(long, long, long, long, long, long);

static const struct function *find(const char *name)
{
	const struct function *next = functions;

	while (next->name && strcmp(next->name, name) != 0)
		next++;
	return next->name ? next : NULL;
}

/* Fills `values`, the arguments of the call. `bytes` has their texts and structures. */
static void read_arguments(const struct request *request, char *bytes, const int *fds, long *values)
{
	size_t used = 0;

	for (size_t i = 0; i < ARGUMENTS_MAX && request->arguments[i].kind; i++) {
		values[i] = request->arguments[i].number;
		if (request->arguments[i].kind == CALL_DESCRIPTOR && values[i] >= 0)
			values[i] = *fds++;
		if (request->arguments[i].kind != CALL_TEXT &&
		    request->arguments[i].kind != CALL_BYTES)
			continue;
		values[i] = request->arguments[i].is_null ? 0 : (long)(bytes + used);
		if (!request->arguments[i].is_null)
			used = message_next(used + request->arguments[i].size);
	}
}

/* Makes one call. Returns false when there are no more. */
static bool serve(void)
{
	static struct request request;
	static struct reply reply;
	int fds[ARGUMENTS_MAX], fd;
	long values[ARGUMENTS_MAX] = { 0 };
	const struct function *function;

	if (message_receive(SOCKET, &request, sizeof(request), fds, ARGUMENTS_MAX) < 0)
		return false;
	function = find(request.name);
	if (!function)
		return false;
	memcpy(reply.bytes, request.bytes, sizeof(reply.bytes));
	read_arguments(&request, reply.bytes, fds, values);
	fail_forget();
	errno = 0;
	reply.result = ((caller *)function->address)(values[0], values[1], values[2], values[3],
						     values[4], values[5]);
	reply.error = errno;
	reply.failure = *fail_get();
	fd = (int)reply.result;
	if (request.is_descriptor && fd >= 0)
		reply.flags = fcntl(fd, F_GETFD);
	return message_send(SOCKET, &reply, sizeof(reply), &fd,
			    request.is_descriptor && fd >= 0 ? 1 : 0) == 0;
}

int main(void)
{
	while (serve())
		;
}
