#include "loopback.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

int loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_LOOPBACK };
	autofd int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (any < 0)
		return fail("socket AF_INET");
	narrate("ioctl SIOCSIFFLAGS lo up");
	return ioctl(any, SIOCSIFFLAGS, &request) < 0 ? fail("ioctl SIOCSIFFLAGS lo up") : 0;
}
