#include "rootfs_options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "fail.h"
#include "file.h"
#include "rootfs.h"

enum { KEY_ROOTFS = 0x400, KEY_TMPFS, KEY_READ_ONLY, KEY_CHROOT };

static const struct argp_option options[] = {
	{ "rootfs", KEY_ROOTFS, "DIR", 0, "Root file system (default: rootfs/busybox)", 0 },
	{ "volume", 'v', "SOURCE:TARGET[:ro]", 0, "Bind mount a file or directory of the host", 0 },
	{ "tmpfs", KEY_TMPFS, "TARGET[:OPTIONS]", 0, "Mount a tmpfs (size=64m,mode=755,exec)", 0 },
	{ "read-only", KEY_READ_ONLY, NULL, 0, "Mount the root file system read-only", 0 },
	{ "chroot", KEY_CHROOT, NULL, 0, "Use chroot(2), which does not contain root", 0 },
	{ 0 },
};

/* Options that are attributes of the mount. All others are options of the file system. */
static const struct {
	const char *name;
	uint64_t attribute;
	bool sets;
} attributes[] = {
	{ "ro", MOUNT_ATTR_RDONLY, true },     { "rw", MOUNT_ATTR_RDONLY, false },
	{ "nosuid", MOUNT_ATTR_NOSUID, true }, { "suid", MOUNT_ATTR_NOSUID, false },
	{ "nodev", MOUNT_ATTR_NODEV, true },   { "dev", MOUNT_ATTR_NODEV, false },
	{ "noexec", MOUNT_ATTR_NOEXEC, true }, { "exec", MOUNT_ATTR_NOEXEC, false },
};

/* Sets or clears the attribute that `option` names. Returns false if it names none. */
static bool set_attribute(struct rootfs_mount *mount, const char *option)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (strcmp(attributes[i].name, option) != 0)
			continue;
		if (attributes[i].sets)
			mount->attributes |= attributes[i].attribute;
		else
			mount->attributes &= ~attributes[i].attribute;
		return true;
	}
	return false;
}

static struct rootfs_mount *add_mount(struct rootfs *rootfs)
{
	struct rootfs_mount *grown =
		reallocarray(rootfs->mounts, rootfs->mount_count + 1, sizeof(*grown));

	if (!grown) {
		fail("reallocarray");
		return NULL;
	}
	rootfs->mounts = grown;
	grown += rootfs->mount_count++;
	*grown = (struct rootfs_mount){ 0 };
	return grown;
}

/* True if `target` is an absolute path other than "/", which --rootfs chooses. */
static bool is_target(const char *target)
{
	return target && *target == '/' && target[strspn(target, "/.")];
}

/* SOURCE:TARGET[:OPTION,...] */
static error_t add_volume(struct rootfs *rootfs, const char *text)
{
	struct rootfs_mount *mount = add_mount(rootfs);
	char *rest = strdup(text); /* `mount` points into it */

	if (!mount || !rest)
		return ENOMEM;
	mount->source = strsep(&rest, ":");
	mount->target = strsep(&rest, ":");
	if (!*mount->source || !is_target(mount->target)) {
		fail_input("--volume %s: must be SOURCE:TARGET[:ro], TARGET a path below /", text);
		return EINVAL;
	}
	for (char *option; (option = strsep(&rest, ","));) {
		if (!set_attribute(mount, option)) {
			fail_input("--volume %s: unknown option \"%s\"", text, option);
			return EINVAL;
		}
	}
	return 0;
}

/* TARGET[:OPTION,...], with the defaults of Docker's --tmpfs. */
static error_t add_tmpfs(struct rootfs *rootfs, const char *text)
{
	struct rootfs_mount *mount = add_mount(rootfs);
	char *rest = strdup(text), *kept;

	if (!mount || !rest)
		return ENOMEM;
	*mount = (struct rootfs_mount){
		.type = "tmpfs",
		.target = strsep(&rest, ":"),
		.attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
		.options = "mode=1777",
	};
	if (!is_target(mount->target)) {
		fail_input("--tmpfs %s: TARGET must be a path below /", text);
		return EINVAL;
	}
	if (!rest)
		return 0;
	kept = calloc(1, strlen("mode=1777") + 1 + strlen(rest) + 1);
	if (!kept) {
		fail("calloc");
		return ENOMEM;
	}
	strcpy(kept, mount->options);
	for (char *option; (option = strsep(&rest, ","));)
		if (!set_attribute(mount, option))
			strcat(strcat(kept, ","), option);
	mount->options = kept;
	return 0;
}

/* By default the root is what `make rootfs` builds beside the program. */
static error_t set_default(struct rootfs *rootfs)
{
	static char beside[PATH_MAX];

	rootfs->path = beside;
	return file_beside_program("rootfs/busybox", beside, sizeof(beside)) < 0 ? errno : 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct rootfs *rootfs = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		return set_default(rootfs);
	case KEY_ROOTFS:
		rootfs->path = argument;
		rootfs->is_chosen = true;
		return 0;
	case 'v':
		return add_volume(rootfs, argument);
	case KEY_TMPFS:
		return add_tmpfs(rootfs, argument);
	case KEY_READ_ONLY:
		rootfs->read_only = true;
		return 0;
	case KEY_CHROOT:
		rootfs->chroot = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group rootfs_options = {
	.title = "Root file system (chapter 3):",
	.options = options,
	.parse = parse,
};
