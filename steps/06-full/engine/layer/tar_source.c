#include "tar_source.h"

#include "fail.h"

/*
 * The bytes of all headers of one entry: long names, extended attributes, maps of sparse files.
 */
enum { HEADERS_MAX = 2 << 20 };

static la_ssize_t read_block(struct archive *archive, void *data, const void **block)
{
	struct tar_source *source = data;
	ssize_t size = input_stream_read(source->stream, block);

	(void)archive;
	if (size > 0 && source->is_in_headers) {
		if (source->headers_left == 0)
			size = fail_input("the %s has an entry with more than %d bytes of "
					  "headers: the archive is not to be trusted",
					  source->stream->what, HEADERS_MAX);
		else
			source->headers_left -= (size_t)size < source->headers_left
				? (size_t)size
				: source->headers_left;
	}
	return size < 0 ? ARCHIVE_FATAL : size;
}

int tar_source_open(struct tar_source *source, struct archive *archive)
{
	if (archive_read_support_format_tar(archive) != ARCHIVE_OK)
		return ARCHIVE_FATAL;
	return archive_read_open(archive, source, NULL, read_block, NULL);
}

int tar_source_next(struct tar_source *source, struct archive *archive, struct archive_entry *entry)
{
	int status;

	source->is_in_headers = true;
	source->headers_left = HEADERS_MAX;
	status = archive_read_next_header2(archive, entry);
	source->is_in_headers = false;
	return status;
}
