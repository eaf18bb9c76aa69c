#include "place.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "fail.h"

int place_is_root(int root, int place)
{
	const unsigned int wanted = STATX_INO | STATX_MNT_ID;
	struct statx ours, theirs;

	if (statx(root, "", AT_EMPTY_PATH, wanted, &ours) < 0 ||
	    statx(place, "", AT_EMPTY_PATH, wanted, &theirs) < 0)
		return fail("statx of a place in the root file system");
	return ours.stx_mnt_id == theirs.stx_mnt_id && ours.stx_ino == theirs.stx_ino;
}
