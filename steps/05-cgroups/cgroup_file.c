#include "cgroup_file.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"

int cgroup_write(int directory, const char *name, const char *text, ...)
{
	autofd int fd = openat(directory, name, O_WRONLY | O_CLOEXEC);
	char value[256];
	va_list arguments;
	int length;

	va_start(arguments, text);
	length = vsnprintf(value, sizeof(value), text, arguments);
	va_end(arguments);
	narrate("write %s %s", name, value);
	if (fd < 0)
		return fail("open %s", name);
	if (length >= (int)sizeof(value))
		return fail_input("%s: the value is too long", name);
	if (write(fd, value, (size_t)length) != length)
		return fail("write %s %s", name, value);
	return 0;
}

int cgroup_try_write(int directory, const char *name, const char *text)
{
	autofd int fd = openat(directory, name, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

bool cgroup_has(int directory, const char *name)
{
	return faccessat(directory, name, F_OK, 0) == 0;
}

char *cgroup_read(int directory, const char *name)
{
	autofd int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	char *text = fd < 0 ? NULL : file_read_open(fd);

	if (!text)
		fail("%s %s", fd < 0 ? "open" : "read", name);
	return text;
}

uint64_t cgroup_read_number(int directory, const char *name, const char *key)
{
	autofree char *text = file_read_at(directory, name);
	const char *line = text;
	size_t length = key ? strlen(key) : 0;

	while (line && length && (strncmp(line, key, length) != 0 || line[length] != ' ')) {
		line = strchr(line, '\n');
		line += line ? 1 : 0;
	}
	if (!line)
		return CGROUP_UNKNOWN;
	line += length + (length ? 1 : 0);
	return isdigit((unsigned char)*line) ? strtoull(line, NULL, 10) : CGROUP_UNKNOWN;
}
