#include "place.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "fail.h"

int place_is_root(int root, int place)
{
	const unsigned int wanted = STATX_INO | STATX_MNT_ID;
	struct statx ours, theirs;

	if (statx(place, "", AT_EMPTY_PATH, wanted, &theirs) < 0)
		return fail("statx of a place in the root file system");
	/* The new root is always the root of a mount. Most places are not, and need no more. */
	if (!(theirs.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return 0;
	if (statx(root, "", AT_EMPTY_PATH, wanted, &ours) < 0)
		return fail("statx of the new root");
	return ours.stx_mnt_id == theirs.stx_mnt_id && ours.stx_ino == theirs.stx_ino;
}
