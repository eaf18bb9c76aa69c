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

static int bind_text(int private, int root, const char *name, const char *text)
{
	autofd int mount = -1;
	char target[64];

	snprintf(target, sizeof(target), "/etc/%s", name);
	if (file_write(private, name, text) < 0)
		return -1;
	mount = bind_create(private, name);
	return mount < 0 ? -1 : mount_attach(mount, root, target, S_IFREG);
}

int etc_bind(const struct etc *etc, int private, int root)
{
	char name[65], hostname[66], hosts[256];
	const char *address = *etc->address ? etc->address : "127.0.1.1";
	autofree char *resolv = NULL;

	if (etc->as_it_is)
		return 0;
	resolv = etc->resolv_conf ? strdup(etc->resolv_conf) : file_read("/etc/resolv.conf");
	if (!resolv && errno != ENOENT)
		return fail("read /etc/resolv.conf");
	if (gethostname(name, sizeof(name)) < 0)
		return fail("gethostname");
	snprintf(hostname, sizeof(hostname), "%s\n", name);
	snprintf(hosts, sizeof(hosts), "127.0.0.1\tlocalhost\n::1\tlocalhost\n%s\t%s\n", address,
		 name);
	if (bind_text(private, root, "hostname", hostname) < 0 ||
	    bind_text(private, root, "hosts", hosts) < 0 ||
	    bind_text(private, root, "resolv.conf", resolv ? resolv : "") < 0)
		return -1;
	return 0;
}
