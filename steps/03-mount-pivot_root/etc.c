#include "etc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "mount.h"

int etc_write(const struct etc *etc, const char *hostname, struct etc_file files[ETC_FILES])
{
	const char *address = *etc->address ? etc->address : "127.0.1.1";
	char *name = NULL, *hosts = NULL;
	char *resolv = etc->resolv_conf ? strdup(etc->resolv_conf) : file_read("/etc/resolv.conf");

	if (!resolv && errno == ENOENT)
		resolv = strdup("");
	if (!resolv)
		return fail("read /etc/resolv.conf");
	if (asprintf(&name, "%s\n", hostname) < 0 ||
	    asprintf(&hosts, "127.0.0.1\tlocalhost\n::1\tlocalhost\n%s\t%s\n%s", address, hostname,
		     etc->more_hosts ? etc->more_hosts : "") < 0)
		return fail("asprintf");
	files[0] = (struct etc_file){ "/etc/hostname", name };
	files[1] = (struct etc_file){ "/etc/hosts", hosts };
	files[2] = (struct etc_file){ "/etc/resolv.conf", resolv };
	return 0;
}

static int bind_file(const struct etc_file *file, int private, int root)
{
	const char *name = file->path + strlen("/etc/");
	autofd int mount = -1;

	if (file_write(private, name, file->text) < 0)
		return -1;
	mount = bind_create(private, name);
	return mount < 0 ? -1 : mount_attach(mount, root, file->path, S_IFREG);
}

int etc_bind(const struct etc *etc, int private, int root)
{
	struct etc_file files[ETC_FILES] = { 0 };
	char name[65];
	int bound = 0;

	if (gethostname(name, sizeof(name)) < 0)
		return fail("gethostname");
	if (etc_write(etc, name, files) < 0)
		return -1;
	for (int i = 0; i < ETC_FILES; i++) {
		if (bound == 0)
			bound = bind_file(&files[i], private, root);
		free(files[i].text);
	}
	return bound;
}
