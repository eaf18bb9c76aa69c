#include "copy_data.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

enum { CHUNK = 1 << 20 };

/* Copies `length` bytes, less at the end of the file. Returns 0 or -1. */
static int copy_bytes(int in, int out, off_t length, const char *name)
{
	while (length > 0) {
		ssize_t copied = sendfile(out, in, NULL, length < CHUNK ? (size_t)length : CHUNK);

		if (copied < 0)
			return fail("sendfile %s", name);
		if (copied == 0)
			break;
		length -= copied;
	}
	return 0;
}

/* Copies the data from `start` to `end`, at the same place. Returns 0 or -1. */
static int copy_range(int in, int out, off_t start, off_t end, const char *name)
{
	if (lseek(in, start, SEEK_SET) < 0 || lseek(out, start, SEEK_SET) < 0)
		return fail("lseek %s", name);
	return copy_bytes(in, out, end - start, name);
}

static int copy_around_holes(int in, int out, off_t size, const char *name)
{
	for (off_t end = 0; end < size;) {
		off_t start = lseek(in, end, SEEK_DATA);

		if (start < 0 && errno != ENXIO)
			return fail("lseek %s", name);
		if (start < 0 || start >= size) /* ENXIO: the rest is a hole */
			return ftruncate(out, size) < 0 ? fail("ftruncate %s", name) : 0;
		end = lseek(in, start, SEEK_HOLE);
		if (end < 0)
			return fail("lseek %s", name);
		end = end < size ? end : size;
		if (copy_range(in, out, start, end, name) < 0)
			return -1;
	}
	return 0;
}

int copy_data(int in, int out, const char *name)
{
	struct stat status;

	if (fstat(in, &status) < 0)
		return fail("fstat %s", name);
	/* A file of /proc has neither blocks nor a size. It is read to its end. */
	if (status.st_blocks >= status.st_size / 512)
		return copy_bytes(in, out, INT64_MAX, name);
	return copy_around_holes(in, out, status.st_size, name);
}
