#include "build_steps.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_cache.h"
#include "build_sources.h"
#include "cleanup.h"
#include "copy.h"
#include "fail.h"
#include "file.h"
#include "ids.h"
#include "lower.h"
#include "remove_tree.h"
#include "user_file.h"
#include "variables.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

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
		else if (strncmp(word, "--chmod=", 8) == 0)
			copying->mode = strdup(word + 8);
		else if (strcmp(word, "--link") != 0) /* each COPY is a layer of its own anyway */
			return fail_input(
				"%s %s: unknown option; there are --from, --chown and --chmod",
				copying->name, word);
		json_array_remove(words, 0);
	}
	if (json_array_size(words) < 2)
		return fail_input("%s: needs a source and a target", copying->name);
	return 0;
}

/* Looks a name up in /etc/passwd or /etc/group of the image. Fills the number, and the rest. */
static int look_up(int root, const char *path, const char *name, uint32_t *number, char **rest)
{
	autofd int fd = file_open_in_root(root, path, O_PATH);
	struct user_file file;
	struct user_entry entry;
	char link[32];
	int found = 0;

	if (fd < 0)
		return fail_input("the image has no %s, in which %s could be", path, name);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (user_file_open(&file, link) < 0)
		return -1;
	while ((found = user_file_next(&file, &entry)) > 0 && strcmp(entry.name, name) != 0)
		continue;
	if (found > 0) {
		*number = entry.number;
		*rest = strdup(entry.rest);
	}
	user_file_close(&file);
	return found == 0 ? fail_input("%s is not in %s of the image", name, path) : found;
}

/* The group is that of the user, or for a number the same number, as with Docker. */
static int look_up_user(int root, const char *user, uint32_t *uid, uint32_t *gid)
{
	autofree char *rest = NULL;

	if (ids_read(user, USER_ID_MAX, uid)) {
		*gid = *uid;
		return 0;
	}
	if (look_up(root, "/etc/passwd", user, uid, &rest) < 0)
		return -1;
	if (rest)
		rest[strcspn(rest, ":")] = '\0';
	return rest && ids_read(rest, USER_ID_MAX, gid)
		? 0
		: fail_input("%s has no group in /etc/passwd of the image", user);
}

static int look_up_group(int root, const char *group, uint32_t *gid)
{
	autofree char *rest = NULL;

	if (ids_read(group, USER_ID_MAX, gid))
		return 0;
	return look_up(root, "/etc/group", group, gid, &rest) < 0 ? -1 : 0;
}

/* `root`: the image's files, with the names of users and groups. */
static int read_owner(const struct copying *copying, int root, struct copy_owner *owner)
{
	const size_t length = copying->owner ? strcspn(copying->owner, ":") : 0;
	autofree char *user = strndup(copying->owner ? copying->owner : "", length);
	uint32_t uid = 0, gid = 0;

	if (!user)
		return fail("strndup");
	if (!copying->owner)
		return 0;
	if (look_up_user(root, user, &uid, &gid) < 0 ||
	    (copying->owner[length] && look_up_group(root, copying->owner + length + 1, &gid) < 0))
		return fail_at("%s --chown=%s", copying->name, copying->owner);
	*owner = (struct copy_owner){ .uid = uid, .gid = gid };
	return 0;
}

static int read_mode(const struct copying *copying, struct copy_owner *owner)
{
	char *end;
	unsigned long mode;

	if (!copying->mode)
		return 0;
	mode = strtoul(copying->mode, &end, 8);
	if (*end || mode > 07777 || !isdigit((unsigned char)*copying->mode))
		return fail_input("%s --chmod=%s: must be an octal number, such as 755",
				  copying->name, copying->mode);
	owner->has_mode = true;
	owner->mode = (mode_t)mode;
	return 0;
}

static int copy_source(const struct copying *copying, const struct source *source,
		       const struct copy_place *target, const struct copy_owner *owner)
{
	struct copy_place from = { .root = source->root, .path = source->path };
	autofree char *content = NULL, *before = NULL;
	struct copy_filter filter = { 0 };
	int is_directory = source_is_directory(copying, source);

	if (is_directory < 0)
		return -1;
	if (is_directory && asprintf(&content, "%s/.", source->path) < 0)
		return fail("asprintf");
	if (is_directory)
		from.path = content;
	if (source_make_filter(source, &filter) < 0)
		return -1;
	before = (char *)filter.before;
	from.filter = source->ignore ? &filter : NULL;
	return copy(&from, target, true, owner);
}

static int copy_sources(const struct copying *copying, int root, const char *workdir)
{
	struct copy_owner owner = { 0 };
	autofree char *path = NULL;
	const bool several = copying->source_count > 1;

	if (read_owner(copying, root, &owner) < 0 || read_mode(copying, &owner) < 0)
		return -1;
	if (asprintf(&path, "%s/%s%s", *copying->target == '/' ? "" : workdir, copying->target,
		     several ? "/" : "") < 0)
		return fail("asprintf");
	for (size_t i = 0; i < copying->source_count; i++) {
		const struct copy_place target = { .root = root, .path = path };

		if (copy_source(copying, &copying->sources[i], &target, &owner) < 0)
			return -1;
	}
	return 0;
}

/* An archive that ADD unpacks at "/" is a layer by itself. */
static bool is_archive(const struct copying *copying)
{
	static const char *const ends[] = { ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.zst" };
	const char *source = copying->sources[0].path;

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
	autofd int input =
		file_open_in_root(copying->sources[0].root, copying->sources[0].path, O_RDONLY);
	struct layer layer;

	if (input < 0)
		return fail("open %s", copying->sources[0].path);
	if (copying->source_count > 1 || strcmp(copying->target, "/") != 0)
		return fail_input("ADD %s %s: archives are unpacked only alone, at /",
				  copying->sources[0].path, copying->target);
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

	if (sources_hash(copying, &digest) < 0)
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

/* Variables are replaced, unless the name is quoted. To be freed; or NULL. */
static char *document_content(const struct build *build, const struct here_document *document)
{
	autofree char *text = here_document_content(document);
	char *content;

	if (text && !document->is_quoted)
		return variables_replace_in_document(text, build->variables);
	content = text;
	text = NULL;
	return content;
}

/* Makes a file of each here-document, in the directory "documents" of the work. */
static int make_documents(const struct build *build, struct copying *copying)
{
	const int work = build->work->directory;

	if (!copying->documents->count)
		return 0;
	if (remove_tree(work, "documents") < 0)
		return -1;
	if (mkdirat(work, "documents", 0700) < 0)
		return fail("mkdir for here-documents");
	copying->document_files = openat(work, "documents", DIRECTORY);
	if (copying->document_files < 0)
		return fail("open the directory of here-documents");
	for (size_t i = 0; i < copying->documents->count; i++) {
		const struct here_document *document = &copying->documents->list[i];
		autofree char *content = document_content(build, document);

		if (!content)
			return -1;
		if (here_document_make_file(content, copying->document_files, document->name,
					    0644) < 0)
			return -1;
	}
	return 0;
}

static int copy_words(struct build *build, struct copying *copying, const char *text, json_t *words)
{
	autofd int stage = -1;

	if (read_options(copying, words) < 0)
		return -1;
	if (copying->from) {
		stage = open_stage(build, copying->from);
		if (stage < 0)
			return -1;
		copying->root = stage;
		copying->ignore = NULL;
	}
	if (make_documents(build, copying) < 0 || sources_read(copying, words) < 0)
		return -1;
	return copy_step(build, copying, text);
}

int build_copy(struct build *build, const char *name, const char *text, json_t *words,
	       const struct here_documents *documents)
{
	struct copying copying = { .name = name,
				   .root = build->context,
				   .ignore = &build->ignore,
				   .documents = documents,
				   .document_files = -1 };
	int result = copy_words(build, &copying, text, words);

	cleanup_fd(&copying.document_files);
	return result;
}
