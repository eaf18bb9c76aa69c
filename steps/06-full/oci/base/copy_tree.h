/*
 * Chapter 6: copying a file, or a directory with all that is in it.
 */
#ifndef STEPS_COPY_TREE_H
#define STEPS_COPY_TREE_H

#include <stdbool.h>
#include <sys/types.h>

/* The owner, and perhaps the mode, that all copies get. */
struct copy_owner {
	uid_t uid;
	gid_t gid;
	bool is_others; /* the files come from a container: no set-user-ID bits, no device nodes */
	bool has_mode;	/* all copies get `mode`, but for links */
	mode_t mode;
};

/* The choice for a file or directory. */
enum copy_choice {
	COPY_TAKE,
	COPY_LEAVE, /* with all that is in it */
	COPY_LOOK,  /* something in the directory may be taken; without that, it is left out */
};

/* Chooses by the path, below the directory whose path is `before` ("", or with "/" at the end). */
struct copy_filter {
	enum copy_choice (*choose)(const void *data, const char *path);
	const void *data;
	const char *before;
};

/* Returns the choice for "BEFORE/PATH"; `path` may begin with "./". NULL: all is taken. */
enum copy_choice copy_choose(const struct copy_filter *filter, const char *path);

/*
 * Copies `name` in the open directory `from` to `new_name` in the open directory `to`: files,
 * directories, links (also hard ones among them) and nodes, with modes, times, capabilities and
 * user attributes. No link is followed. A directory that is there already gets what is in the other
 * one, and keeps its own mode, owner and times; another file is replaced. Both names are ".": `to`
 * is the copy of `from`, and gets its attributes. `owner` is NULL: each copy has the owner of its
 * original. Returns 0 or -1.
 */
int copy_tree(int from, const char *name, int to, const char *new_name,
	      const struct copy_owner *owner);

/*
 * Copies what is in the directory `from`, and what the filter takes, to the directory `to`.
 * `attributes`: `to` gets the attributes of `from`; or else its own ones stay.
 */
int copy_tree_content(int from, int to, bool attributes, const struct copy_owner *owner,
		      const struct copy_filter *filter);

/*
 * The same into a root file system: where `root` has a link to a directory, and `from` a directory,
 * the link stays, and the files go to where it leads within the root. Whiteouts are left out.
 */
int copy_tree_root(int from, int root);

#endif
