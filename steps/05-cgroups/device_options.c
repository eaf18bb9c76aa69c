#include "device_options.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "fail.h"
#include "options.h"

static bool is_access(const char *text)
{
	return *text && !text[strspn(text, "rwm")];
}

/* Returns true if `path` is below /dev, which is a tmpfs of the container's own. */
static bool is_in_dev(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 && path[strlen(path) - 1] != '/' &&
		!strstr(path, "/../") && strcmp(strrchr(path, '/'), "/..") != 0;
}

error_t device_add_option(struct devices *devices, const char *value)
{
	autofree char *text = strdup(value); /* not freed on success: its parts stay in use */
	char *rest = text;
	const char *host, *inside, *access;
	struct stat status;
	struct device_rule rule;
	struct device_node node;

	if (!text) {
		fail("strdup");
		return ENOMEM;
	}
	host = strsep(&rest, ":");
	inside = strsep(&rest, ":");
	access = strsep(&rest, ":");
	/* PATH:rw */
	if (inside && !access && is_access(inside)) {
		access = inside;
		inside = NULL;
	}
	inside = inside ? inside : host;
	access = access ? access : "rwm";
	if (stat(host, &status) < 0) {
		fail("stat %s", host);
		return errno;
	}
	if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode))
		return options_refuse("device", value, "is not a device");
	if (rest || !is_access(access) || !is_in_dev(inside))
		return options_refuse("device", value,
				      "must be PATH[:PATH][:rwm], with a PATH inside below /dev");
	rule = (struct device_rule){
		.allow = true,
		.type = S_ISCHR(status.st_mode) ? 'c' : 'b',
		.major = (int)major(status.st_rdev),
		.minor = (int)minor(status.st_rdev),
		.access = access,
	};
	node = (struct device_node){
		.path = inside,
		.mode = status.st_mode,
		.uid = status.st_uid,
		.gid = status.st_gid,
		.device = status.st_rdev,
	};
	if (device_add_rule(devices, rule) < 0 || device_add_node(devices, node) < 0)
		return ENOMEM;
	text = NULL;
	return 0;
}
