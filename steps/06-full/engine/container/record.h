/*
 * Chapter 6, engine: the record of a container, which stays when the container has ended.
 *
 *     containers/ID/record.json    what was asked, and what came of it, by Docker's names
 *     containers/ID/uses/          the blobs and layers that the container needs (work.h)
 *     containers/ID/upper, work    what the container has changed: directories of overlayfs
 *     containers/ID/merged         an empty directory: the place of the root file system
 *     containers/ID/remove         the container goes when it ends (--rm)
 *
 * While a container runs, or is made or removed, the process that does it holds work/ID. When that
 * process has ended, however, the container has ended as well.
 */
#ifndef STEPS_RECORD_H
#define STEPS_RECORD_H

#include <jansson.h>
#include <stdbool.h>

#include "image.h"
#include "store.h"
#include "work.h"

struct record {
	const struct store *store;
	char id[DIGEST_HEX + 1];
	int directory; /* of the container; -1: none is open */
	json_t *json;  /* record.json */
	/*
	 * record.json is there, but cannot be read as a record: reading it has failed. The ID and
	 * the directory are filled, which is enough to remove the container.
	 */
	bool is_damaged;
	struct work work;
};

#define RECORD_NONE                                                                                \
	{                                                                                          \
		.directory = -1, .work = WORK_NONE                                                 \
	}

#define autorecord __attribute__((cleanup(record_close)))

/* A new container, as its maker wants it. */
struct record_wish {
	const char *image;  /* a name or an ID */
	const char *name;   /* NULL: names_choose() */
	char *const *words; /* the options and operands of `run`, for a later `start` */
	json_t *labels;	    /* an object; NULL: none */
	bool remove;
};

/*
 * Makes the container, and holds it (record_hold). Fills `image`. The caller writes the record, by
 * record_write() or record_started(): until then the container goes with this process. Returns 0 or
 * -1.
 */
int record_create(const struct store *store, const struct record_wish *wish, struct record *record,
		  struct image *image);

/* Opens the record of the container with that name, ID, or beginning of an ID. Returns 0 or -1. */
int record_open(const struct store *store, const char *text, struct record *record);

/*
 * Opens the record of the container `id`. Returns 1; 0: it is just being made or removed; or -1.
 */
int record_read(const struct store *store, const char *id, struct record *record);

void record_close(struct record *record);

/*
 * Takes the container for this process, until record_close(). Returns 0, or -1: it is running.
 */
int record_hold(struct record *record);

/*
 * The same for a container that is to be removed. On a disk on which no directory can be made, one
 * of the container's makes room. Returns 0 or -1.
 */
int record_hold_last(struct record *record);

/* True while a process holds the container: it runs. */
bool record_is_running(const struct record *record);

const char *record_text(const struct record *record, const char *key);
const char *record_name(const struct record *record);

/* Returns the command with its words as one text, which the caller frees; NULL: no memory. */
char *record_command(const struct record *record);

/* Reads the image of the container, also one that has no name any more. Returns 0 or -1. */
int record_image(const struct record *record, struct image *image);

/* Writes what was changed in `json`. Returns 0 or -1. */
int record_write(const struct record *record);

/*
 * Reads the record anew. A caller that changes it holds the exclusive lock of the store from here
 * to record_write(). Returns 0 or -1.
 */
int record_refresh(struct record *record);

/* Notes that the container starts, or that it has ended with that status. They return 0 or -1. */
int record_started(struct record *record);
int record_ended(struct record *record, int status);

/* Removes a container that this process holds, with all that it has changed. Returns 0 or -1. */
int record_remove(struct record *record);

/* Calls look() for each container, the newest one first. Returns 0 or -1. */
int record_for_each(const struct store *store, int (*look)(struct record *record, void *data),
		    void *data);

#endif
