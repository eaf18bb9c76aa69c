/*
 * Chapter 6, engine: the layers of an image. A layer is a tar archive of the files that one step
 * of the image's making has added, changed or removed.
 *
 * A layer is unpacked into a directory that overlayfs takes as a lower one. An archive says by the
 * name of a file that another is removed (".wh.NAME", ".wh..wh..opq"), overlayfs by a device node
 * 0:0 and by an attribute of a directory; both functions translate.
 *
 * Source: OCI image specification, layer.md; kernel's Documentation/filesystems/overlayfs.rst.
 */
#ifndef STEPS_LAYER_H
#define STEPS_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "digest.h"

/* How a layer's tar stream is compressed. */
enum layer_compression {
	LAYER_PLAIN,
	LAYER_GZIP,
	LAYER_ZSTD,
	LAYER_XZ, /* may be read; the image specification has no media type for it */
};

/* Limits of an archive, which may be hostile. */
struct layer_limits {
	uint64_t bytes;	  /* the contents of all its files together, as their headers say */
	uint64_t entries; /* files, directories, links, ... */
	uint64_t window;  /* memory of the decoder, in bytes */
};

/* Sound limits: 64 GiB, 4 million entries, 128 MiB. */
extern const struct layer_limits layer_limits_default;

/* How the layer's directory is used. */
struct layer_use {
	struct layer_limits limits;
	bool userxattr; /* overlayfs reads user.overlay.*, not trusted.overlay.* (without root) */
	bool skip_devices; /* the process may make no device nodes: leave them out, and warn once */
};

struct layer {
	struct digest digest;		    /* of the blob */
	struct digest diff_id;		    /* of the tar stream */
	uint64_t size;			    /* of the blob, in bytes */
	enum layer_compression compression; /* of the blob */
};

/*
 * Reads a tar stream, compressed or not, from `input` until its end, and unpacks it below
 * `directory`, which is empty. Fills `layer`.
 *
 * `blob`: an empty file that gets the stream as it was received; a stream that is compressed with
 * xz is written without compression. -1: the blob exists already, and `input` reads it.
 *
 * No entry reaches outside of the directory, whatever the names and links in the archive are. Each
 * of the following is refused with one message that names the entry: a name that is absolute or
 * has "..", an entry below a file or a link, a hard link to what is not in the layer, a whiteout of
 * "." or "..", a device node 0:0, more than the limits allow, data that is truncated or damaged.
 * When it fails, the caller removes what is in the directory and in the blob.
 *
 * Returns 0 or -1.
 */
int layer_unpack(int input, int blob, int directory, const struct layer_use *use,
		 struct layer *layer);

/* The kinds of directories that layer_pack() packs. */
enum layer_source {
	LAYER_UPPER, /* the upper directory of an overlay: its marks become whiteouts */
	LAYER_TREE,  /* a whole root file system */
};

/*
 * Packs all that is below `directory` as one layer, and writes it to `output`, with compression
 * LAYER_PLAIN, LAYER_GZIP or LAYER_ZSTD. The same files give the same bytes: entries are sorted by
 * name. Sockets are left out, as Docker leaves them out. Fills `layer`. Returns 0 or -1.
 */
int layer_pack(int directory, enum layer_source source, bool userxattr,
	       enum layer_compression compression, int output, struct layer *layer);

/*
 * The same of files that belong to the users of a container; the archive gets the owners that the
 * container sees. NULL: as layer_pack().
 */
struct userns;
int layer_pack_of(const struct userns *users, int directory, enum layer_source source,
		  bool userxattr, enum layer_compression compression, int output,
		  struct layer *layer);

#endif
