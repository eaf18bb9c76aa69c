#include "more_options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "fail.h"
#include "rootfs.h"

enum { KEY_MOUNT = 0xa00, KEY_ADD_HOST };

static const struct argp_option options[] = {
	{ "mount", KEY_MOUNT, "type=bind|tmpfs,...", 0,
	  "Mount as --volume or --tmpfs (source=, target=, readonly, tmpfs-size=, tmpfs-mode=)",
	  0 },
	{ "add-host", KEY_ADD_HOST, "NAME:ADDRESS", 0, "Add a line to /etc/hosts", 0 },
	{ 0 },
};

/* ---- --mount ---- */

/* The parts of the value. */
struct wish {
	const char *type, *source, *target, *size, *mode;
	bool read_only;
};

/* The words of Go's strconv.ParseBool. Returns false for another one. */
static bool read_bool(const char *value, bool *result)
{
	static const char *const words[][6] = {
		{ "0", "f", "F", "false", "FALSE", "False" },
		{ "1", "t", "T", "true", "TRUE", "True" },
	};

	for (int truth = 0; truth < 2; truth++)
		for (size_t i = 0; value && i < 6; i++)
			if (strcmp(value, words[truth][i]) == 0) {
				*result = truth;
				return true;
			}
	*result = true;
	return !value;
}

/* Returns false for a key that is not known. */
static bool set_key(struct wish *wish, const char *key, const char *value)
{
	static const struct {
		const char *key;
		size_t field;
	} texts[] = {
		{ "type", offsetof(struct wish, type) },
		{ "source", offsetof(struct wish, source) },
		{ "src", offsetof(struct wish, source) },
		{ "target", offsetof(struct wish, target) },
		{ "dst", offsetof(struct wish, target) },
		{ "destination", offsetof(struct wish, target) },
		{ "tmpfs-size", offsetof(struct wish, size) },
		{ "tmpfs-mode", offsetof(struct wish, mode) },
	};

	if (strcmp(key, "readonly") == 0 || strcmp(key, "ro") == 0)
		return read_bool(value, &wish->read_only);
	for (size_t i = 0; value && i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(key, texts[i].key) != 0)
			continue;
		*(const char **)((char *)wish + texts[i].field) = value;
		return true;
	}
	return false;
}

static int describe(const struct wish *wish, struct rootfs_mount *mount)
{
	char *text;

	*mount = (struct rootfs_mount){ .target = wish->target, .source = wish->source };
	if (wish->read_only)
		mount->attributes |= MOUNT_ATTR_RDONLY;
	if (strcmp(wish->type, "bind") == 0)
		return 0;
	mount->source = NULL;
	mount->type = "tmpfs";
	mount->attributes |= MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	if (asprintf(&text, "mode=%s%s%s", wish->mode ? wish->mode : "1777",
		     wish->size ? ",size=" : "", wish->size ? wish->size : "") < 0)
		return -1;
	mount->options = text;
	return 0;
}

static error_t add_mount(struct rootfs *rootfs, const char *text)
{
	struct wish wish = { .type = "bind" };
	struct rootfs_mount *grown =
		reallocarray(rootfs->mounts, rootfs->mount_count + 1, sizeof(*grown));
	char *rest = strdup(text); /* the mount points into it */

	if (!grown || !rest)
		return ENOMEM;
	rootfs->mounts = grown;
	for (char *part; (part = strsep(&rest, ","));) {
		const char *key = strsep(&part, "=");

		if (!set_key(&wish, key, part))
			return fail_input("--mount %s: unknown key or value: %s", text, key),
			       EINVAL;
	}
	if (strcmp(wish.type, "bind") != 0 && strcmp(wish.type, "tmpfs") != 0)
		return options_refuse("mount", text, "type must be bind or tmpfs");
	if (!wish.target || *wish.target != '/' || !wish.target[strspn(wish.target, "/.")])
		return options_refuse("mount", text, "needs target=, a path below /");
	if (strcmp(wish.type, "bind") == 0 && (!wish.source || !*wish.source))
		return options_refuse("mount", text, "needs source=, a path on the host");
	return describe(&wish, &grown[rootfs->mount_count++]) < 0 ? ENOMEM : 0;
}

/* ---- --add-host ---- */

static error_t add_host(struct etc *etc, const char *text)
{
	const char *colon = strchr(text, ':'), *address = colon ? colon + 1 : "";
	unsigned char bytes[16];
	char *lines;

	if (!colon || colon == text || strcspn(text, " \t\n") != strlen(text))
		return options_refuse("add-host", text, "must be NAME:ADDRESS");
	if (inet_pton(AF_INET, address, bytes) != 1 && inet_pton(AF_INET6, address, bytes) != 1)
		return options_refuse("add-host", text, "ADDRESS must be an IPv4 or IPv6 address");
	if (asprintf(&lines, "%s%s\t%.*s\n", etc->more_hosts ? etc->more_hosts : "", address,
		     (int)(colon - text), text) < 0)
		return ENOMEM;
	free(etc->more_hosts);
	etc->more_hosts = lines;
	return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct rootfs *rootfs = state->input;

	switch (key) {
	case KEY_MOUNT:
		return add_mount(rootfs, argument);
	case KEY_ADD_HOST:
		return add_host(&rootfs->etc, argument);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group more_options = {
	.title = "By Docker's other names:",
	.options = options,
	.parse = parse,
};
