#include "layer.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "fail.h"
#include "input_stream.h"
#include "tar_source.h"
#include "unpack_entry.h"

/*
 * libarchive compares each entry of an access control list with all others, which takes seconds for
 * a list as long as headers may be. Such a list may come once, not in a million entries.
 */
enum {
	ACL_MAX = 1000,
	ACL_TYPES = ARCHIVE_ENTRY_ACL_TYPE_POSIX1E | ARCHIVE_ENTRY_ACL_TYPE_NFS4,
};

const struct layer_limits layer_limits_default = {
	.bytes = UINT64_C(64) << 30,
	.entries = 4 << 20,
	.window = 128 << 20,
};

/*
 * libarchive warns that it cannot convert a name that is not ASCII, and then returns its bytes as
 * they are in the archive, which is what is wanted. Any other warning means damage.
 */
static bool is_about_charset(struct archive *archive)
{
	const char *text = archive_error_string(archive);

	return text && strstr(text, "can't be converted");
}

static int fail_headers(struct archive *archive, const struct tar_source *source)
{
	const char *text = archive_error_string(archive);

	if (source->stream->tar_size == 0)
		return fail_input("the layer is empty: not even an archive without files is");
	if (archive_file_count(archive) <= 1 && archive_format(archive) == 0)
		return fail_input(
			"the layer is no tar archive, nor one that is compressed with gzip, "
			"zstd or xz");
	return fail_input(
		"the layer's archive is damaged behind entry %d (%s): fetch the layer again",
		archive_file_count(archive) - 1, text ? text : "unknown headers");
}

/* Reads the headers of the next entry. Returns 1, 0 at the end of the archive, or -1. */
static int next_entry(struct archive *archive, struct tar_source *source,
		      struct archive_entry *entry)
{
	int status;

	status = tar_source_next(source, archive, entry);
	if (status == ARCHIVE_EOF)
		return 0;
	if (status != ARCHIVE_OK && !(status == ARCHIVE_WARN && is_about_charset(archive)))
		return fail_headers(archive, source);
	if (archive_entry_acl_reset(entry, ACL_TYPES) > ACL_MAX)
		return fail_input("the layer has an entry with more than %d entries in its access "
				  "control list: the archive is not to be trusted",
				  ACL_MAX);
	return 1;
}

static int unpack_entries(struct unpack *unpack, struct tar_source *source,
			  struct archive_entry *entry)
{
	int more;

	if (tar_source_open(source, unpack->archive) != ARCHIVE_OK)
		return fail_headers(unpack->archive, source);
	while ((more = next_entry(unpack->archive, source, entry)) > 0) {
		if (unpack_entry(unpack, entry) < 0)
			return -1;
		if (archive_read_data_skip(unpack->archive) < ARCHIVE_WARN)
			return fail_headers(unpack->archive, source);
	}
	return more;
}

static int unpack_stream(struct unpack *unpack, struct input_stream *stream)
{
	struct tar_source source = { .stream = stream };
	struct archive_entry *entry = archive_entry_new();
	int result = -1, left;

	unpack->archive = archive_read_new();
	if (entry && unpack->archive)
		result = unpack_entries(unpack, &source, entry);
	else
		fail_input("archive_read_new: not enough memory");
	left = unpack_path_leave(&unpack->place);
	archive_entry_free(entry);
	archive_read_free(unpack->archive);
	return result < 0 ? -1 : left;
}

int layer_unpack(int input, int blob, int directory, const struct layer_use *use,
		 struct layer *layer)
{
	struct unpack unpack = {
		.use = use,
		.place = {
			.root = directory,
			.parent = -1,
			.userxattr = use->userxattr,
			.entries_left = use->limits.entries,
		},
		.bytes_left = use->limits.bytes,
	};
	struct input_stream stream;
	int result = input_stream_open(&stream, input, blob, true, &use->limits);

	if (result == 0)
		result = unpack_stream(&unpack, &stream);
	if (result == 0)
		result = input_stream_finish(&stream, layer);
	input_stream_close(&stream);
	return result;
}
