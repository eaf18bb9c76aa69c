#include "parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"
#include "tar_source.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* An archive of images has a few files for each layer. */
enum { MOST_FILES = 100000, MOST_LINKS = 8 };

/* ---- Names ---- */

/*
 * Returns the name without "./" and with each "PART/../" removed, which the caller frees; or NULL.
 * Old archives of Docker have links to "../ID/layer.tar".
 */
static char *tidy(const char *name)
{
	char *result = malloc(strlen(name) + 1), *end = result;

	if (!result) {
		fail("malloc");
		return NULL;
	}
	while (*name) {
		size_t length = strcspn(name, "/");

		if (length == 2 && strncmp(name, "..", 2) == 0) {
			while (end > result && *--end != '/')
				;
		} else if (length > 0 && !(length == 1 && *name == '.')) {
			if (end > result)
				*end++ = '/';
			memcpy(end, name, length);
			end += length;
		}
		name += length + (name[length] == '/');
	}
	*end = '\0';
	return result;
}

static char *tidy_link(const char *name, const char *target)
{
	const char *slash = strrchr(name, '/');
	autofree char *path = NULL;

	if (asprintf(&path, "%.*s/%s", (int)(slash ? slash - name : 0), name, target) < 0) {
		fail("asprintf");
		return NULL;
	}
	return tidy(path);
}

/* An entry of `names` is the number of a file; or, of a link, an array with the target's name. */
static const char *find(const struct parcel *parcel, const char *name)
{
	json_t *found = json_object_get(parcel->names, name);

	for (int links = 0; json_is_array(found) && links < MOST_LINKS; links++)
		found = json_object_get(parcel->names, json_string_value(json_array_get(found, 0)));
	return json_string_value(found);
}

/* ---- Reading an archive ---- */

/* EILSEQ is libarchive's own for what has another form. */
static int refuse(struct archive *archive, const char *what)
{
	if (archive_errno(archive) > 0 && archive_errno(archive) != EILSEQ) {
		errno = archive_errno(archive);
		return fail("%s", what);
	}
	return fail_input("%s: %s; is it an archive of images, whole?", what,
			  archive_error_string(archive));
}

static int copy_file(struct archive *archive, int directory, const char *number, uint64_t *left)
{
	autofd int fd = openat(directory, number, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	const void *bytes;
	int64_t offset;
	size_t size;
	int result;

	if (fd < 0)
		return fail("open a file for a blob");
	while ((result = archive_read_data_block(archive, &bytes, &size, &offset)) == ARCHIVE_OK) {
		if (size > *left)
			return fail_input("the archive has more bytes than --limit-bytes allows");
		*left -= size;
		for (size_t done = 0; done < size;) {
			ssize_t count = pwrite(fd, (const char *)bytes + done, size - done,
					       offset + (off_t)done);

			if (count < 0 && errno != EINTR)
				return fail("write a blob");
			done += count < 0 ? 0 : (size_t)count;
		}
	}
	return result == ARCHIVE_EOF ? 0 : refuse(archive, "reading the archive");
}

static int add_entry(struct archive *archive, struct archive_entry *entry, struct parcel *parcel,
		     uint64_t *left)
{
	const char *path = archive_entry_pathname(entry);
	const char *link = archive_entry_hardlink(entry);
	autofree char *name = path ? tidy(path) : NULL, *target = NULL;
	json_t *value = NULL;
	char number[24];

	if (!name)
		return fail_input("the archive has an entry without a name");
	narrate("archive: %s", name);
	if (link) {
		target = tidy(link);
	} else if (archive_entry_filetype(entry) == AE_IFLNK) {
		target = tidy_link(name, archive_entry_symlink(entry));
	} else if (archive_entry_filetype(entry) == AE_IFREG) {
		snprintf(number, sizeof(number), "%zu", json_object_size(parcel->names));
		if (copy_file(archive, parcel->directory, number, left) < 0)
			return -1;
		value = json_string(number);
	} else {
		return 0;
	}
	if (target)
		value = json_pack("[s]", target);
	if (json_object_get(parcel->names, name))
		return fail_input("the archive has two files with the name %s", name);
	if (json_object_set_new(parcel->names, name, value) < 0)
		return fail_input("the archive has a name that is not UTF-8");
	return 0;
}

static int read_entries(struct tar_source *source, struct archive *archive,
			struct archive_entry *entry, struct parcel *parcel,
			const struct layer_limits *limits)
{
	uint64_t left = limits->bytes;
	int result;

	if (tar_source_open(source, archive) != ARCHIVE_OK)
		return refuse(archive, "opening the archive");
	while ((result = tar_source_next(source, archive, entry)) == ARCHIVE_OK) {
		if (json_object_size(parcel->names) > MOST_FILES)
			return fail_input("the archive has more than %d files", MOST_FILES);
		if (add_entry(archive, entry, parcel, &left) < 0)
			return -1;
	}
	return result == ARCHIVE_EOF ? 0 : refuse(archive, "reading the archive");
}

static int read_stream(struct input_stream *stream, struct parcel *parcel,
		       const struct layer_limits *limits)
{
	struct tar_source source = { .stream = stream };
	struct archive *archive = archive_read_new();
	struct archive_entry *entry = archive_entry_new();
	const void *rest;
	int result = archive && entry ? read_entries(&source, archive, entry, parcel, limits)
				      : fail_input("archive_read_new: not enough memory");

	archive_entry_free(entry);
	archive_read_free(archive);
	/* Behind the end of the archive, a damaged stream still is one. */
	while (result == 0 && (result = (int)input_stream_read(stream, &rest)) > 0)
		result = 0;
	return result;
}

int parcel_read(const struct work *work, int input, const struct layer_limits *limits,
		struct parcel *parcel)
{
	struct input_stream stream;
	int result;

	*parcel = (struct parcel){
		.work = work, .directory = -1, .names = json_object(), .pairs = json_object()
	};
	if (mkdirat(work->directory, "parcel", 0700) < 0)
		return fail("mkdir for the files of the archive");
	parcel->directory = openat(work->directory, "parcel", DIRECTORY);
	if (parcel->directory < 0)
		return fail("open the directory for the files of the archive");
	result = input_stream_open(&stream, input, -1, false, limits);
	if (result == 0)
		result = read_stream(&stream, parcel, limits);
	input_stream_close(&stream);
	return result;
}

void parcel_take(const struct work *work, int directory, struct parcel *parcel)
{
	*parcel = (struct parcel){ .work = work, .directory = directory, .pairs = json_object() };
}

void parcel_close(struct parcel *parcel)
{
	if (parcel->names)
		cleanup_fd(&parcel->directory);
	json_decref(parcel->names);
	json_decref(parcel->pairs);
	*parcel = (struct parcel){ .directory = -1 };
}

/* ---- Using the files ---- */

bool parcel_has(const struct parcel *parcel, const char *name)
{
	if (parcel->names)
		return find(parcel, name);
	return faccessat(parcel->directory, name, F_OK, 0) == 0;
}

int parcel_open(const struct parcel *parcel, const char *name)
{
	const char *file = parcel->names ? find(parcel, name) : name;
	int fd;

	if (!file)
		return fail_input("the archive lacks the file %s, which it names", name);
	fd = openat(parcel->directory, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? fail("open %s of the image layout", name) : fd;
}

char *parcel_read_text(const struct parcel *parcel, const char *name, struct digest *digest)
{
	autofd int fd = parcel_open(parcel, name);

	return fd < 0 ? NULL : store_read_text(fd, digest);
}

int parcel_keep(const struct parcel *parcel, const char *name, const struct digest *digest)
{
	const char *file = parcel->names ? find(parcel, name) : name;

	/* A file that two images share was kept for the first one already. */
	if (linkat(parcel->directory, file, parcel->work->blobs, digest_hex(digest), 0) < 0 &&
	    errno != EEXIST)
		return fail("keep the blob %s", digest->text);
	return 0;
}
