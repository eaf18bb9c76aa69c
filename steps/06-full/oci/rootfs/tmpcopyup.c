#include "tmpcopyup.h"

#include <errno.h>
#include <fcntl.h>

#include "cleanup.h"
#include "copy_tree.h"
#include "fail.h"
#include "file.h"

int tmpcopyup(int root, const char *path, int mount)
{
	autofd int from = file_open_in_root(root, path, O_RDONLY | O_DIRECTORY);

	if (from < 0)
		return errno == ENOENT ? 0 : fail("openat2 %s in the root file system", path);
	return copy_tree_content(from, mount, true, NULL, NULL);
}
