/*
 * Chapter 6: the mounts of a container: all that config.json or the options of `run` can ask for.
 *
 * Chapter 3 mounts what a container needs; here is what else mount(8) has words for: attributes for
 * a whole tree, propagation, mapped ids, a tmpfs that begins with what it covers.
 *
 * Source: mount_setattr(2), open_tree(2), mount_namespaces(7); mounts in the OCI runtime
 * specification, config.md. Article 2: Mounts.
 */
#ifndef STEPS_MOUNTS_H
#define STEPS_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rootfs.h"
#include "userns.h"

/* Changes of a mount's attributes (MOUNT_ATTR_*). */
struct mounts_change {
	uint64_t set, clear;
};

struct mounts_entry {
	/*
	 * What chapter 3 says of a mount. Its attributes are set for the mount and all below it.
	 * The source of a file system is a name for /proc/mounts. What is opened: mounts_open(),
	 * the tree of a bind mount, attached nowhere, or -1; shared_pids_proc_open(), the same of a
	 * proc; mounts_attach(), what mounts_finish() is to make read-only, or 0.
	 */
	struct rootfs_mount mount;
	const char *text;	  /* a file with this text is mounted; NULL: none */
	bool bind, with_below;	  /* a bind mount; with what is mounted below its source */
	bool remount;		  /* not a new mount: changes the one that is there */
	bool tmpcopyup;		  /* the new file system begins with what was in the place */
	struct mounts_change one; /* for the mount itself, not for what is below */
	uint64_t cleared_below;	  /* attributes that it and what is below do not have */
	uint64_t propagation, propagation_below; /* MS_PRIVATE, MS_SLAVE, ...; 0: as it comes */
	bool map, map_below;			 /* its owners are shown with other ids, */
	struct id_map *uids, *gids;		 /* these; none: the container's */
	size_t uid_count, gid_count;
	bool word; /* an option has no value: in a bind mount, perhaps a misspelt attribute */
};

struct mounts_view; /* mounts_cgroup.h */

struct mounts {
	struct mounts_entry *list; /* in the order in which they are mounted */
	size_t count;
	bool on_host;	      /* the container may not look up the sources of bind mounts */
	bool sources_first;   /* all sources are opened before the first mount is made */
	bool peers;	      /* a bind mount that is to be shared is so with the host as well */
	uint64_t propagation; /* of those that have no word for it; 0: as it comes */
	const char *label; /* of SELinux, for the files of new file systems; NULL: as they come */
	int texts; /* root_attach(): the directory that files with a text are made in; or 0 */
};

/* Adds an entry; mount.opened is its open source, 0 or -1: not open yet. Returns 0 or -1. */
int mounts_add(struct mounts *mounts, struct mounts_entry entry);

/*
 * Takes one option ("ro", "rbind", "mode=755") of the list that a mount has. Returns NULL, or what
 * is wrong with it.
 */
const char *mounts_option(struct mounts_entry *entry, const char *option);

/* The names of the options that are not a file system's own, from index 0 on; NULL: no more. */
const char *mounts_option_name(size_t index);

/* The attributes of a new mount. */
uint64_t mounts_attributes(const struct mounts_entry *entry);

/* The index of the first that is a file system of this type; the count: none is. */
size_t mounts_find(const struct mounts *mounts, const char *type);

/* The index of the last that has this target, and is seen there; the count: none has. */
size_t mounts_find_target(const struct mounts *mounts, const char *target);

/* What is wrong with an entry that is complete, or NULL. */
const char *mounts_problem(const struct mounts_entry *entry);

/*
 * On the host: opens the sources of bind mounts that the container cannot open when it is their
 * turn: on_host, those with mapped ids, the host's peers, and descriptors; with sources_first, all.
 * In the container, before its root is attached: the same, for those that are not open yet. Returns
 * 0 or -1.
 */
int mounts_open(struct mounts *mounts);

/*
 * On the host, while the child `pid` waits, whose user namespace is complete: gives bind mounts
 * their ids. Returns 0 or -1 (EINVAL: this type of file system has no idmapped mounts).
 */
int mounts_map(const struct mounts *mounts, pid_t pid);

/*
 * In the container, whose mounts are the host's slaves: mounts the entries from the index `first`
 * up to `end`, which is not one of them, below the new root, in their order: a source can be what
 * an earlier one has made. Where the type is "cgroup", what `view` shows. A mount over the root
 * itself becomes the root: the descriptor then refers to it. A tmpfs can be written to until
 * mounts_finish(), for what is mounted or made in it (/dev). They return 0 or -1.
 */
int mounts_attach(struct mounts *mounts, size_t first, size_t end, const struct mounts_view *view,
		  int root);
int mounts_finish(const struct mounts *mounts);

/* Makes a proc, attached nowhere yet, as its entry says. Returns a descriptor or -1. */
int mounts_create_proc(const struct mounts_entry *entry);

/* True if mounts_finish() is to make the entry read-only. */
bool mounts_is_late(const struct mounts_entry *entry);

#endif
