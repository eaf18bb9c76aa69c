/*
 * Chapter 6: the mounts of a container: all that config.json or the options of `run` can ask for.
 *
 * Chapter 3 mounts what a container needs. Here are the other options of mount(8): attributes for a
 * whole tree, propagation, mapped ids, and a tmpfs that begins with a copy of what it covers.
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
	 * The mount, as in chapter 3. Its attributes are set for the mount and all below it. The
	 * source of a file system is a name for /proc/mounts. `opened` is a descriptor or -1. After
	 * mounts_open(), it is the tree of a bind mount, attached nowhere; after
	 * shared_pids_proc_open(), that of a proc; after mounts_attach(), the mount that
	 * mounts_finish() makes read-only.
	 */
	struct rootfs_mount mount;
	const char *text;	  /* a file with this text is mounted; NULL: none */
	bool bind, with_below;	  /* a bind mount; with what is mounted below its source */
	bool remount;		  /* not a new mount: changes the one that is there */
	bool tmpcopyup;		  /* the new file system gets a copy of what it covers */
	struct mounts_change one; /* for the mount itself, not for what is below */
	uint64_t cleared_below;	  /* attributes to clear for the mount and all below it */
	uint64_t propagation, propagation_below; /* MS_PRIVATE, MS_SLAVE, ...; 0: no option */
	bool map, map_below;			 /* an idmapped mount, all below it as well, */
	struct id_map *uids, *gids;		 /* with these ids; none: the container's */
	size_t uid_count, gid_count;
	bool word; /* an option has no value: in a bind mount, perhaps a misspelt attribute */
};

struct mounts_view; /* mounts_cgroup.h */

struct mounts {
	struct mounts_entry *list; /* in the order in which they are mounted */
	size_t count;
	bool on_host;	      /* the container may not look up the sources of bind mounts */
	bool sources_first;   /* all sources are opened before the first mount is made */
	bool peers;	      /* a shared bind mount is a peer of the host's mount */
	uint64_t propagation; /* of mounts without an option for it; 0: unchanged */
	const char *label; /* the SELinux label of all files in new file systems; NULL: no label */
	int files; /* a tmpfs for files with a text, and for device nodes (nodes.h); 0: none yet */
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

/* Returns the index of the first file system of this type, or mounts->count if there is none. */
size_t mounts_find(const struct mounts *mounts, const char *type);

/*
 * Returns the index of the last mount with this target that no later mount hides, or mounts->count
 * if there is none.
 */
size_t mounts_find_target(const struct mounts *mounts, const char *target);

/* Checks an entry that is complete. Returns NULL, or what is wrong with it. */
const char *mounts_problem(const struct mounts_entry *entry);

/*
 * On the host: opens the sources of bind mounts that the container could not open later: all with
 * on_host; otherwise those with mapped ids, those that are to be the host's peers, and links to
 * descriptors. With sources_first, opens all. In the container, before its root is attached: opens
 * the same sources, if they are not open yet. Returns 0 or -1.
 */
int mounts_open(struct mounts *mounts);

/*
 * On the host, while the child `pid` waits and its user namespace has its maps: makes bind mounts
 * idmapped. Returns 0 or -1 (EINVAL: this type of file system has no idmapped mounts).
 */
int mounts_map(const struct mounts *mounts, pid_t pid);

/*
 * In the container, whose mounts are slaves of the host's: mounts the entries from the index
 * `first` up to `end` - 1 below the new root, in this order: a source can be what an earlier entry
 * has mounted. An entry of the type "cgroup" mounts what `view` describes. A mount over the root
 * itself becomes the root: the descriptor `root` then refers to it. A read-only tmpfs can be
 * written to until mounts_finish(), for what is mounted or made in it (/dev). Both functions return
 * 0 or -1.
 */
int mounts_attach(struct mounts *mounts, size_t first, size_t end, const struct mounts_view *view,
		  int root);
int mounts_finish(const struct mounts *mounts);

/* Makes a proc, attached nowhere yet, as its entry says. Returns a descriptor or -1. */
int mounts_create_proc(const struct mounts_entry *entry);

/* True if the entry is a new file system of this type. */
bool mounts_is_new(const struct mounts_entry *entry, const char *type);

/* True if mounts_finish() is to make the entry read-only. */
bool mounts_is_late(const struct mounts_entry *entry);

#endif
