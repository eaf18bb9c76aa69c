#include "progress.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include "fail.h"

static _Atomic uint64_t *bytes_done; /* in memory that is shared with children */

int progress_begin(void)
{
	void *shared = mmap(NULL, sizeof(*bytes_done), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return fail("mmap");
	bytes_done = shared;
	return 0;
}

void progress_add(size_t bytes)
{
	if (bytes_done)
		atomic_fetch_add(bytes_done, bytes);
}

uint64_t progress_bytes(void)
{
	return bytes_done ? atomic_load(bytes_done) : 0;
}
