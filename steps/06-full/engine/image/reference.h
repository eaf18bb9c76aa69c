/*
 * Chapter 6, engine: names of images, "[HOST[:PORT]/]PATH[:TAG]".
 *
 * A name is kept in the form that Docker shows: with its tag, without "docker.io/library/".
 *
 * Source: github.com/distribution/reference: the grammar; docker-tag(1).
 */
#ifndef STEPS_REFERENCE_H
#define STEPS_REFERENCE_H

/* The tag that a name without one gets. */
#define REFERENCE_TAG "latest"

/*
 * Returns the name in its usual form, which the caller frees: "docker.io/library/busybox" becomes
 * "busybox:latest". NULL: `text` is no name of an image.
 */
char *reference_read(const char *text);

/*
 * Splits a usual name into the part before the tag, whose length is returned, and the tag, to which
 * *tag points.
 */
int reference_split(const char *name, const char **tag);

#endif
