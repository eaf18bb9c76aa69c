/*
 * Answers the judge's calls itself, each with success, and says the promise of no_new_privs in the
 * name of the process, which /proc/PID/status shows.
 */
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lab-seccomp/oci/seccomp/seccomp_compile.c"

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

	prctl(PR_SET_NAME, "\nNoNewPrivs:\t1", 0, 0, 0);
	while (recv(3, request, sizeof(request), 0) > 0)
		send(3, &reply, sizeof(reply), 0);
}
