#include "library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

const char *library_load(const char *file, const struct function *functions)
{
	void *library = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
	static char problem[128];

	snprintf(problem, sizeof(problem), "%s cannot be loaded; `make deps` installs it", file);
	if (!library)
		return problem;
	for (const struct function *function = functions; function->name; function++) {
		void *address = dlsym(library, function->name);

		snprintf(problem, sizeof(problem), "%s lacks %s; it is too old", file,
			 function->name);
		if (!address)
			return problem;
		*(void **)function->pointer = address;
	}
	return NULL;
}
