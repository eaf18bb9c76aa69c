#include "mount.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"

int mount_private(void)
{
	/*
	 * TODO 1: change the propagation of "/", and of every mount below it, to private: one call
	 * of mount(2), "Changing the propagation type of an existing mount". Tell it to narrate()
	 * first, and when it fails, to fail(): "mount / MS_REC|MS_PRIVATE".
	 */
	return 0;
}

/* The context holds the kernel's message about an option: "e tmpfs: Bad value". */
static int fail_option(int context, const char *type, const char *option)
{
	char text[256];
	int error = errno;
	ssize_t length = read(context, text, sizeof(text) - 1);

	errno = error;
	if (length <= 2)
		return fail("fsconfig %s %s", type, option);
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return fail("fsconfig %s %s (%s)", type, option, text + 2);
}

static int set_options(int context, const char *type, const char *options)
{
	/*
	 * TODO 3: `options` is a list as mount(8) has it: "mode=755,size=64m,noswap". Hand over
	 * each one, a key with a value or a flag without, by fsconfig(2). Empty ones are left out.
	 * Between quotation marks a comma belongs to the value, and the marks are not passed on:
	 * look for the end of an option byte by byte, for strsep(3) does not know these marks. When
	 * the kernel refuses an option, return what fail_option() returns for its key. Work on a
	 * copy, which autofree frees.
	 */
	(void)context;
	(void)type;
	(void)options;
	(void)fail_option;
	return 0;
}

int mount_create(const char *type, uint64_t attributes, const char *options)
{
	/*
	 * TODO 2: four steps, by descriptors that execve(2) closes: open a context of the type
	 * (fsopen(2)); set its "source", which mount(8) shows, to the type's name, unless the
	 * options begin with "source=", and set the options (fsconfig(2), set_options()); create it
	 * (fsconfig(2) again); make a mount of it, which has the attributes (fsmount(2)). The
	 * context is closed on every way out: autofd. Narrate "fsopen TYPE" first. Failures: fail()
	 * with "fsopen TYPE" or "fsmount TYPE"; for fsconfig(2), fail_option() with the key, or
	 * with "create" for the call that creates.
	 */
	(void)attributes;
	(void)options;
	(void)set_options;
	return fail_input("fsopen %s: not written yet (TODO 2)", type);
}

int mount_attach(int mount, int root, const char *target, mode_t type)
{
	/*
	 * TODO 4: move_mount(2) attaches the mount. Where: on the descriptor that
	 * file_make_in_root() gives, which looks `target` up below `root` and makes what is
	 * missing. Both ends are descriptors then, with empty paths, and there are flags for that.
	 * Narrate "move_mount TARGET" first, and fail() with the same words.
	 */
	(void)mount;
	(void)root;
	(void)type;
	return fail_input("move_mount %s: not written yet (TODO 4)", target);
}
