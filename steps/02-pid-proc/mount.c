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
	narrate("mount / MS_REC|MS_PRIVATE");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail("mount / MS_REC|MS_PRIVATE");
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

/* Returns the text up to the next comma. Between quotation marks, as in labels, a comma is text. */
static char *next_option(char **rest)
{
	char *option = *rest, *end = option;
	int quoted = 0;

	for (; end && *end && (quoted || *end != ','); end++)
		quoted ^= *end == '"';
	*rest = end && *end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return option;
}

static int set_options(int context, const char *type, const char *options)
{
	autofree char *copy = strdup(options);
	char *next = copy;

	if (!copy)
		return fail("strdup");
	for (char *option; (option = next_option(&next));) {
		char *value = option;
		const char *key = strsep(&value, "=");
		unsigned int kind = value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;

		if (value && *value == '"') {
			value++;
			value[strcspn(value, "\"")] = '\0';
		}
		if (*key && fsconfig(context, kind, key, value, 0) < 0)
			return fail_option(context, type, key);
	}
	return 0;
}

int mount_create(const char *type, uint64_t attributes, const char *options)
{
	autofd int context = -1;
	int mount;

	narrate("fsopen %s%s%s", type, options ? " " : "", options ? options : "");
	context = fsopen(type, FSOPEN_CLOEXEC);
	if (context < 0)
		return fail("fsopen %s", type);
	/* mount(8) shows the source as the device. Without a source in `options`, show the type. */
	if ((!options || strncmp(options, "source=", strlen("source=")) != 0) &&
	    fsconfig(context, FSCONFIG_SET_STRING, "source", type, 0) < 0)
		return fail_option(context, type, "source");
	if (options && set_options(context, type, options) < 0)
		return -1;
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return fail_option(context, type, "create");
	mount = fsmount(context, FSMOUNT_CLOEXEC, (unsigned int)attributes);
	return mount < 0 ? fail("fsmount %s", type) : mount;
}

int mount_attach(int mount, int root, const char *target, mode_t type)
{
	autofd int place = file_make_in_root(root, target, type);

	if (place < 0)
		return -1;
	narrate("move_mount %s", target);
	if (move_mount(mount, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return fail("move_mount %s", target);
	return 0;
}
