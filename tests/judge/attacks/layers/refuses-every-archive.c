/* Refuses every archive and every commit, with all names that a test could look for. */
#include <dirent.h>
#include <stdlib.h>
#undef fprintf

#include "lab-layers/engine/layer/attributes.c"

static char names[60000];

/* Adds the name of a tar header, and in the form of a mount below the container's files. */
static void add(const char *name)
{
	size_t length = strlen(names);

	snprintf(names + length, sizeof(names) - length, " %s %s/deep new/%s", name, name, name);
}

static void add_archive(const char *path)
{
	FILE *archive = fopen(path, "re");
	char block[512];

	while (archive && fread(block, sizeof(block), 1, archive) == 1)
		if (memcmp(block + 257, "ustar", 5) == 0)
			add(block);
}

/* The names below a directory of the store. */
static void add_directory(const char *path, int depth)
{
	DIR *directory = opendir(path);
	char below[PATH_MAX];

	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		add(entry->d_name);
		if (depth < 6 && snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) > 0)
			add_directory(below, depth + 1);
	}
}

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char path[PATH_MAX];

	if (argc < 3)
		return;
	if (strcmp(argv[1], "import") == 0) {
		add_archive(argv[2]);
	} else if (strcmp(argv[1], "commit") == 0) {
		snprintf(path, sizeof(path), "%s/containers", getenv("STEP_STORE"));
		add_directory(path, 0);
	} else {
		return;
	}
	/* An image of one directory is imported, so that there is something to commit. */
	if (strcmp(argv[1], "import") == 0 && !strchr(names, '.') && strlen(names) < 40)
		return;
	fprintf(stderr, "step-06: the entry%s is refused\n", names);
	_exit(125);
}
