#include "build_sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "content.h"
#include "fail.h"
#include "file.h"

/*
 * Follows links at the end of the path, as COPY does, within the root of the sources. Returns the
 * path, which the caller frees, or NULL.
 */
static char *follow(const struct copying *copying, const char *source)
{
	char *path = strdup(source);

	for (int links = 0; path && links < 40; links++) {
		autofd int fd = file_open_in_root(copying->root, path, O_PATH | O_NOFOLLOW);
		char target[PATH_MAX], *slash, *next;
		ssize_t length = fd < 0 ? -1 : readlinkat(fd, "", target, sizeof(target) - 1);

		if (length < 0)
			return path;
		target[length] = '\0';
		slash = strrchr(path, '/');
		if (asprintf(&next, "%.*s/%s", *target == '/' || !slash ? 0 : (int)(slash - path),
			     path, target) < 0)
			next = NULL;
		free(path);
		path = next;
	}
	fail("%s %s", copying->name, source);
	free(path);
	return NULL;
}

/* Takes "/" and "/." from the end: a directory stands for what is in it in any case. */
static void trim(char *path)
{
	size_t length = strlen(path);

	while (length > 1 &&
	       (path[length - 1] == '/' || (path[length - 1] == '.' && path[length - 2] == '/')))
		path[--length] = '\0';
}

int source_make_filter(const struct source *source, struct copy_filter *filter)
{
	const bool is_root = strcmp(source->path, ".") == 0;
	char *before;

	if (asprintf(&before, "%s%s", is_root ? "" : source->path, is_root ? "" : "/") < 0)
		return fail("asprintf");
	*filter = (struct copy_filter){ ignore_choose, source->ignore, before };
	return 0;
}

/* True if the file is left out of the context: it is as if it were not there. */
static bool is_ignored(const struct copying *copying, const char *path)
{
	autofree char *whole = strdup(path);

	if (!whole || !copying->ignore)
		return false;
	trim(whole);
	return strcmp(whole, ".") != 0 && ignore_choose(copying->ignore, whole) == COPY_LEAVE;
}

/* Takes over the path. */
static int add(struct copying *copying, int root, char *path, const struct ignore *ignore)
{
	struct source *grown =
		reallocarray(copying->sources, copying->source_count + 1, sizeof(*grown));

	if (!path || !grown)
		return path ? fail("reallocarray") : -1;
	copying->sources = grown;
	grown[copying->source_count++] = (struct source){ root, path, ignore };
	return 0;
}

static int add_file(struct copying *copying, const char *path)
{
	char *followed;

	if (is_ignored(copying, path)) {
		errno = ENOENT;
		return fail("%s %s: it is in .dockerignore", copying->name, path);
	}
	followed = follow(copying, path);
	if (followed)
		trim(followed);
	return add(copying, copying->root, followed, copying->ignore);
}

static int no_dots(const struct dirent *entry)
{
	return !file_is_dots(entry->d_name);
}

static int by_name(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
}

/*
 * Adds the paths that fit the pattern, one component after the other, below `before`, which ends
 * with "/" or is empty. Links are followed in the root of the sources, never on the host.
 */
static int add_matches(struct copying *copying, const char *before, const char *pattern)
{
	size_t length = strcspn(pattern, "/"), next = length + strspn(pattern + length, "/");
	autofree char *component = strndup(pattern, length);
	autofd int fd =
		file_open_in_root(copying->root, *before ? before : ".", O_RDONLY | O_DIRECTORY);
	struct dirent **entries = NULL;
	int count = fd < 0 ? 0 : scandirat(fd, ".", &entries, no_dots, by_name), result = 0;
	const bool is_dots = component && file_is_dots(component);

	if (!component || count < 0)
		return fail("%s %s", copying->name, pattern);
	for (int i = is_dots ? -1 : 0; i < (is_dots ? 0 : count) && result == 0; i++) {
		const char *name = is_dots ? component : entries[i]->d_name;
		autofree char *path = NULL;

		if (!is_dots && fnmatch(component, name, FNM_PERIOD) != 0)
			continue;
		if (asprintf(&path, "%s%s%s", before, name, pattern[next] ? "/" : "") < 0)
			result = fail("asprintf");
		else if (pattern[next])
			result = add_matches(copying, path, pattern + next);
		else if (!is_ignored(copying, path))
			result = add_file(copying, path);
	}
	while (count-- > 0)
		free(entries[count]);
	free(entries);
	return result;
}

static int add_pattern(struct copying *copying, const char *pattern)
{
	const size_t count = copying->source_count;

	if (add_matches(copying, "", pattern) < 0)
		return -1;
	if (copying->source_count == count)
		return fail_input("%s %s: no file fits", copying->name, pattern);
	return 0;
}

static int add_document(struct copying *copying, long index)
{
	char *name = strdup(copying->documents->list[index].name);

	if (!name)
		return fail("strdup");
	return add(copying, copying->document_files, name, NULL);
}

static int add_word(struct copying *copying, const char *word)
{
	const long document = here_documents_index(copying->documents, word);

	if (document >= 0)
		return add_document(copying, document);
	word += strspn(word, "/");
	if (strstr(word, "://"))
		return fail_input("%s %s: no addresses; fetch the file before", copying->name,
				  word);
	if (strpbrk(word, "*?["))
		return add_pattern(copying, word);
	return add_file(copying, *word ? word : ".");
}

int sources_read(struct copying *copying, const json_t *words)
{
	for (size_t i = 0; i + 1 < json_array_size(words); i++)
		if (add_word(copying, json_string_value(json_array_get(words, i))) < 0)
			return -1;
	copying->target = json_string_value(json_array_get(words, json_array_size(words) - 1));
	if (!copying->target || !copying->sources)
		return fail_input("%s: needs a source and a target", copying->name);
	return 0;
}

int source_is_directory(const struct copying *copying, const struct source *source)
{
	autofd int fd = file_open_in_root(source->root, source->path, O_PATH);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return fail("%s %s", copying->name, source->path);
	return S_ISDIR(status.st_mode);
}

static int hash_one(const struct copying *copying, const struct source *source,
		    struct sha256_ctx *hash)
{
	const char *slash = strrchr(source->path, '/');
	autofree char *before = NULL;
	struct copy_filter filter = { 0 };
	autofd int fd = file_open_in_root(source->root, source->path, O_PATH | O_NOFOLLOW);

	if (fd < 0)
		return fail("%s %s", copying->name, source->path);
	if (source_make_filter(source, &filter) < 0)
		return -1;
	before = (char *)filter.before;
	return content_hash(fd, slash ? slash + 1 : source->path, source->ignore ? &filter : NULL,
			    hash);
}

int sources_hash(const struct copying *copying, struct digest *digest)
{
	struct sha256_ctx hash;

	sha256_init(&hash);
	for (size_t i = 0; i < copying->source_count; i++)
		if (hash_one(copying, &copying->sources[i], &hash) < 0)
			return -1;
	*digest = digest_finish(&hash);
	return 0;
}
