#include "keyring.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

int keyring_join_new(void)
{
	narrate("keyctl KEYCTL_JOIN_SESSION_KEYRING");
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS &&
	    errno != EPERM)
		return fail("keyctl KEYCTL_JOIN_SESSION_KEYRING");
	return 0;
}
