/*
 * Chapter 6: a root file system of layers: overlayfs.
 *
 * The lower directories are the layers of an image, which stay as they are and are shared by all
 * containers of the image. What a container changes goes into the upper directory.
 *
 * The directories are passed as descriptors. So neither the length of their paths nor a colon in
 * one matters.
 *
 * Source: the kernel's Documentation/filesystems/overlayfs.rst; fsconfig(2): "lowerdir+" since
 * Linux 6.7, by descriptor since 6.13.
 */
#ifndef STEPS_OVERLAY_H
#define STEPS_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The most layers. The older way has a page for all options: some 200 layers. */
enum { OVERLAY_MOST = 200 };

struct overlay {
	int *layers;	    /* open directories, the lowest one first */
	size_t layer_count; /* 0: the root file system is a directory, no overlay */
	int changes; /* the open directory with "upper" and "work"; -1: the overlay is read-only */
	bool is_brief; /* the changes go with the mount: unmounting need not write them to the disk
			*/
	bool is_shifted; /* the files belong to the container's users already */
	uid_t uid;	 /* with idmapped directories: the host's ids of the container's root */
	gid_t gid;
};

/*
 * Mounts the overlay, attached nowhere yet. In a user namespace overlayfs keeps its marks in
 * user.overlay.* instead of trusted.overlay.*. Returns the descriptor of the mount or -1.
 */
int overlay_mount(const struct overlay *overlay);

#endif
