/*
 * Chapter 6, engine: the verbs of images and of containers that have ended. `run`, `create` and
 * `start`, which make containers run, are in launch.c, above.
 *
 * Names, options and what is printed are Docker's.
 */
#ifndef STEPS_ENGINE_H
#define STEPS_ENGINE_H

#include "store.h"
#include "verb.h"
#include "work.h"

extern const struct verb engine_images, engine_pull, engine_push, engine_import, engine_load,
	engine_save, engine_history, engine_tag, engine_rmi, engine_image;
extern const struct verb engine_ps, engine_rm, engine_rename, engine_inspect, engine_diff,
	engine_export, engine_commit, engine_cp, engine_container, engine_stop, engine_kill,
	engine_system;

/* A verb of two words, such as "image prune". A list ends with { NULL, NULL }. */
struct engine_subverb {
	const char *name;
	const struct verb *verb;
};

/* Runs the one that the second word names. Returns as verb->run() does. */
int engine_run_subverb(const struct runtime *runtime, const struct verb *verb,
		       const struct engine_subverb *list, char **words);

/* For verb_read(): any number of operands, and options may follow them. */
enum { ENGINE_MANY = 10000 };

/* The options before the verb. */
struct runtime {
	const char *store; /* its directory; NULL: the default one */
};

/* The same option, after the verb. */
#define ENGINE_STORE(path)                                                                         \
	{                                                                                          \
		"store", 0, "DIR", VALUE_TEXT, (path),                                             \
			"Where images and containers are (STEP_STORE)"                             \
	}

/*
 * Opens the store, removes what commands that were killed have left there, and adds the image
 * `busybox` to a new store. Returns 0 or -1.
 */
int engine_open(const char *path, struct store *store);

/* Adds the image busybox:latest, made of the root file system that `make rootfs` builds. 0 or -1.
 */
int engine_add_busybox(const struct store *store);

/* How an image is fetched. */
struct engine_fetch {
	bool always;   /* ask the registry, even if the image is here */
	bool quiet;    /* print only the name */
	bool insecure; /* the registry may have no certificate, or speak HTTP */
};

/*
 * Makes sure that the image is there: busybox from the workbook's root file system, others by
 * skopeo(1), which speaks to registries. Returns 0 or -1.
 */
int engine_fetch(const struct store *store, const char *name, const struct engine_fetch *fetch);

/*
 * Runs `skopeo copy` between two places; `what` is for messages: "pull NAME". Returns 0 or -1.
 */
int engine_skopeo(const char *what, const char *source, const char *target, bool insecure);

#endif
