

#include "build_cache.h"

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
#include "copy.h"
#include "fail.h"
#include "file.h"
#include "ids.h"
#include "lower.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

struct copying {
	const char *name;	     /* of the instruction */
	const char *from;	     /* --from=STAGE; NULL: the context */
	const char *owner;	     /* --chown=UID:GID */
	int root;		     /* where the sources are */
	const struct ignore *ignore; /* NULL: nothing is left out */
	char **sources;
	size_t source_count;
	const char *target;
};

static int read_options(struct copying *copying, json_t *words)
{
	while (json_array_size(words) > 0) {
		const char *word = json_string_value(json_array_get(words, 0));

		if (!word || strncmp(word, "--", 2) != 0)
			break;
		if (strncmp(word, "--from=", 7) == 0)
			copying->from = strdup(word + 7);
		else if (strncmp(word, "--chown=", 8) == 0)
			copying->owner = strdup(word + 8);
		else
			return fail_input("%s %s: unknown option; there are --from and --chown",
					  copying->name, word);
		json_array_remove(words, 0);
	}
	if (json_array_size(words) < 2)
		return fail_input("%s: needs a source and a target", copying->name);
	return 0;
}

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

/* The filter for what is in the directory `source`; its `before` is to be freed. */
static int make_filter(const struct copying *copying, const char *source,
		       struct copy_filter *filter)
{
	char *before;

	if (asprintf(&before, "%s%s", strcmp(source, ".") == 0 ? "" : source,
		     strcmp(source, ".") == 0 ? "" : "/") < 0)
		return fail("asprintf");
	*filter = (struct copy_filter){ ignore_choose, copying->ignore, before };
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

static int add_source(struct copying *copying, const char *path)
{
	char **grown = reallocarray(copying->sources, copying->source_count + 1, sizeof(*grown));

	if (!grown)
		return fail("reallocarray");
	copying->sources = grown;
	if (is_ignored(copying, path)) {
		errno = ENOENT;
		return fail("%s %s: it is in .dockerignore", copying->name, path);
	}
	grown[copying->source_count] = follow(copying, path);
	if (!grown[copying->source_count])
		return -1;
	trim(grown[copying->source_count++]);
	return 0;
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
			result = add_source(copying, path);
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

static int read_sources(struct copying *copying, const json_t *words)
{
	for (size_t i = 0; i + 1 < json_array_size(words); i++) {
		const char *source = json_string_value(json_array_get(words, i));

		source += strspn(source, "/");
		if (strstr(source, "://"))
			return fail_input("%s %s: no addresses; fetch the file before",
					  copying->name, source);
		if ((strpbrk(source, "*?[") ? add_pattern(copying, source)
					    : add_source(copying, *source ? source : ".")) < 0)
			return -1;
	}
	copying->target = json_string_value(json_array_get(words, json_array_size(words) - 1));
	if (!copying->target || !copying->sources)
		return fail_input("%s: needs a source and a target", copying->name);
	return 0;
}

/* A directory stands for what is in it. Returns 1, 0, or -1: there is no such file. */
static int is_directory(const struct copying *copying, const char *source)
{
	autofd int fd = file_open_in_root(copying->root, source, O_PATH);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return fail("%s %s", copying->name, source);
	return S_ISDIR(status.st_mode);
}

static int hash_sources(const struct copying *copying, struct digest *digest)
{
	struct sha256_ctx hash;

	sha256_init(&hash);
	for (size_t i = 0; i < copying->source_count; i++) {
		const char *source = copying->sources[i], *slash = strrchr(source, '/');
		autofree char *before = NULL;
		struct copy_filter filter = { 0 };
		autofd int fd = file_open_in_root(copying->root, source, O_PATH | O_NOFOLLOW);

		if (fd < 0)
			return fail("%s %s", copying->name, source);
		if (make_filter(copying, source, &filter) < 0)
			return -1;
		before = (char *)filter.before;
		if (content_hash(fd, slash ? slash + 1 : source, copying->ignore ? &filter : NULL,
				 &hash) < 0)
			return -1;
	}
	*digest = digest_finish(&hash);
	return 0;
}

static int read_owner(const struct copying *copying, struct copy_owner *owner)
{
	uint32_t uid = 0, gid = 0;

	if (!copying->owner)
		return 0;
	/* fchownat(2) takes -1 for "leave the owner", which is root. */
	if (!ids_read_pair(copying->owner, USER_ID_MAX, &uid, &gid)) {
		gid = 0;
		if (!ids_read(copying->owner, USER_ID_MAX, &uid))
			return fail_input("%s --chown=%s: must be numbers, UID or UID:GID",
					  copying->name, copying->owner);
	}
	*owner = (struct copy_owner){ .uid = uid, .gid = gid };
	return 0;
}

static int copy_sources(const struct copying *copying, int root, const char *workdir)
{
	struct copy_owner owner = { 0 };
	autofree char *path = NULL;
	const bool several = copying->source_count > 1;

	if (read_owner(copying, &owner) < 0)
		return -1;
	if (asprintf(&path, "%s/%s%s", *copying->target == '/' ? "" : workdir, copying->target,
		     several ? "/" : "") < 0)
		return fail("asprintf");
	for (size_t i = 0; i < copying->source_count; i++) {
		const struct copy_place target = { .root = root, .path = path };
		int whole = is_directory(copying, copying->sources[i]);
		autofree char *content = NULL, *before = NULL;
		struct copy_filter filter = { 0 };
		struct copy_place source = { .root = copying->root, .path = copying->sources[i] };

		if (whole < 0)
			return -1;
		if (whole && asprintf(&content, "%s/.", copying->sources[i]) < 0)
			return fail("asprintf");
		if (whole)
			source.path = content;
		if (make_filter(copying, copying->sources[i], &filter) < 0)
			return -1;
		before = (char *)filter.before;
		source.filter = copying->ignore ? &filter : NULL;
		if (copy(&source, &target, true, &owner) < 0)
			return -1;
	}
	return 0;
}

/* An archive that ADD unpacks at "/" is a layer by itself. */
static bool is_archive(const struct copying *copying)
{
	static const char *const ends[] = { ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.zst" };
	const char *source = copying->sources[0];

	for (size_t i = 0; strcmp(copying->name, "ADD") == 0 && i < sizeof(ends) / sizeof(ends[0]);
	     i++) {
		size_t length = strlen(source), end = strlen(ends[i]);

		if (length > end && strcmp(source + length - end, ends[i]) == 0)
			return true;
	}
	return false;
}

static int unpack_archive(const struct build *build, const struct copying *copying, int directory)
{
	const struct layer_use use = store_layer_use(build->store, &layer_limits_default);
	autofd int input = file_open_in_root(copying->root, copying->sources[0], O_RDONLY);
	struct layer layer;

	if (input < 0)
		return fail("open %s", copying->sources[0]);
	if (copying->source_count > 1 || strcmp(copying->target, "/") != 0)
		return fail_input("ADD %s %s: archives are unpacked only alone, at /",
				  copying->sources[0], copying->target);
	return layer_unpack(input, -1, directory, &use, &layer);
}

/*
 * Unpacks aside, then copies into the root. In the upper directory, an entry of the archive would
 * hide a link of the layers below, such as /lib, and a whiteout would remove their files.
 */
static int add_archive(const struct build *build, const struct copying *copying,
		       const struct overlay *overlay, int root)
{
	autofd int aside = -1;

	if (mkdirat(overlay->changes, "archive", 0700) < 0)
		return fail("mkdir for an archive");
	aside = openat(overlay->changes, "archive", DIRECTORY);
	if (aside < 0)
		return fail("open the directory of an archive");
	if (unpack_archive(build, copying, aside) < 0)
		return -1;
	return copy_tree_root(aside, root);
}

static int fill(struct build *build, const struct copying *copying, struct overlay *overlay)
{
	const char *workdir = build->image.defaults.workdir;
	autofd int root = overlay->layer_count ? overlay_mount(overlay)
					       : openat(overlay->changes, "upper", DIRECTORY);

	if (root < 0)
		return overlay->layer_count ? -1 : fail("open the upper directory of a step");
	if (!is_archive(copying))
		return copy_sources(copying, root, workdir ? workdir : "");
	return overlay->layer_count ? add_archive(build, copying, overlay, root)
				    : unpack_archive(build, copying, root);
}

/* Opens the files of another stage, or of an image. */
static int open_stage(struct build *build, const char *name)
{
	struct overlay overlay = { .changes = -1 };
	struct image image;
	int root = -1;

	if (build_find_image(build, name, &image) < 0)
		return fail_at("COPY --from=%s", name);
	if (lower_open(build->store, build->work, &image, &overlay) == 0)
		root = lower_mount(&overlay);
	lower_close(&overlay);
	return root;
}

static int copy_step(struct build *build, struct copying *copying, const char *text)
{
	struct overlay overlay = { .changes = -1 };
	autofree char *by = NULL;
	struct make make = { 0 };
	struct digest digest;
	int cached;

	if (hash_sources(copying, &digest) < 0)
		return -1;
	if (asprintf(&by, "%s %s # %s", copying->name, text, digest.text) < 0)
		return fail("asprintf");
	make.created_by = by;
	cached = build_take_cached(build, &make);
	if (cached != 0)
		return cached < 0 ? -1 : 0;
	if (build_begin_container(build, &overlay) < 0 || fill(build, copying, &overlay) < 0)
		return -1;
	return build_end_container(build, &overlay, &make);
}

int build_copy(struct build *build, const char *name, const char *text, json_t *words)
{
	struct copying copying = { .name = name, .root = build->context, .ignore = &build->ignore };
	autofd int stage = -1;

	if (read_options(&copying, words) < 0)
		return -1;
	if (copying.from) {
		stage = open_stage(build, copying.from);
		if (stage < 0)
			return -1;
		copying.root = stage;
		copying.ignore = NULL;
	}
	if (read_sources(&copying, words) < 0 || !copying.sources || !copying.target)
		return -1;
	return copy_step(build, &copying, text);
}
