#include "loopback.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

int loopback_up(void)
{
	autofd int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq device = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

	if (any < 0)
		return fail("socket");
	narrate("ioctl SIOCSIFFLAGS lo IFF_UP");
	return ioctl(any, SIOCSIFFLAGS, &device) < 0 ? fail("ioctl SIOCSIFFLAGS lo") : 0;
}
