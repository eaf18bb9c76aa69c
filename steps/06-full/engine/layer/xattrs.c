#include "xattrs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <linux/limits.h>
#include <sys/xattr.h>

#include "attributes.h"
#include "cleanup.h"
#include "fail.h"

static int compare(const void *one, const void *other)
{
	return strcmp(((const struct xattr *)one)->name, ((const struct xattr *)other)->name);
}

/* The marks that overlayfs has made on the file. */
static void read_mark(const char *mark, const char *value, ssize_t size, struct xattrs *xattrs)
{
	if (strcmp(mark, "opaque") == 0)
		xattrs->is_opaque |= size == 1 && *value == 'y';
	if (strcmp(mark, "redirect") == 0 || strcmp(mark, "metacopy") == 0)
		xattrs->is_redirected = true;
}

static int add(struct xattrs *xattrs, const char *name, const void *value, size_t size)
{
	struct xattr *grown = reallocarray(xattrs->list, xattrs->count + 1, sizeof(*grown));
	struct xattr *added;

	if (!grown)
		return fail("reallocarray extended attributes");
	xattrs->list = grown;
	added = &grown[xattrs->count];
	added->name = strdup(name);
	added->value = malloc(size + 1);
	added->size = size;
	xattrs->count++;
	if (!added->name || !added->value)
		return fail("malloc extended attributes");
	memcpy(added->value, value, size);
	return 0;
}

static int read_one(const char *file, const char *name, bool userxattr, struct xattrs *xattrs,
		    const char *path)
{
	const char *overlay = userxattr ? "user.overlay." : "trusted.overlay.";
	const bool is_mark = strncmp(name, overlay, strlen(overlay)) == 0;
	autofree char *value = NULL;
	ssize_t size;

	if (!is_mark && !attributes_keep(name))
		return 0;
	value = malloc(XATTR_SIZE_MAX);
	if (!value)
		return fail("malloc an extended attribute");
	size = lgetxattr(file, name, value, XATTR_SIZE_MAX);
	if (size < 0)
		return errno == ENODATA ? 0 : fail("lgetxattr %s %s", path, name);
	if (!is_mark)
		return add(xattrs, name, value, (size_t)size);
	read_mark(name + strlen(overlay), value, size, xattrs);
	return 0;
}

int xattrs_read(int parent, const char *name, bool userxattr, struct xattrs *xattrs,
		const char *path)
{
	char file[64 + NAME_MAX];
	autofree char *names = NULL;
	ssize_t size;

	*xattrs = (struct xattrs){ 0 };
	/* There is no call for a file in an open directory before Linux 6.13. */
	snprintf(file, sizeof(file), "/proc/self/fd/%d/%s", parent, name);
	size = llistxattr(file, NULL, 0);
	if (size == 0 || (size < 0 && errno == EOPNOTSUPP))
		return 0;
	names = malloc(XATTR_LIST_MAX);
	if (!names)
		return fail("malloc names of extended attributes");
	size = llistxattr(file, names, XATTR_LIST_MAX);
	if (size < 0)
		return fail("llistxattr %s", path);
	for (const char *next = names; next < names + size; next += strlen(next) + 1) {
		if (read_one(file, next, userxattr, xattrs, path) < 0)
			return -1;
	}
	if (xattrs->count > 0)
		qsort(xattrs->list, xattrs->count, sizeof(*xattrs->list), compare);
	return 0;
}

void xattrs_free(struct xattrs *xattrs)
{
	for (size_t i = 0; i < xattrs->count; i++) {
		free(xattrs->list[i].name);
		free(xattrs->list[i].value);
	}
	free(xattrs->list);
	*xattrs = (struct xattrs){ 0 };
}
