/*
 * Chapter 6, engine: digests. Everything in an image is named by the SHA-256 of its bytes.
 *
 * nettle computes them: it uses the processor's instructions for SHA where there are some, and
 * libarchive links it already.
 *
 * Source: OCI image specification, descriptor.md, "Digests".
 */
#ifndef STEPS_DIGEST_H
#define STEPS_DIGEST_H

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stddef.h>

#define DIGEST_PREFIX "sha256:"

enum {
	DIGEST_HEX = 64,				  /* characters */
	DIGEST_SIZE = sizeof(DIGEST_PREFIX) + DIGEST_HEX, /* "sha256:", 64 characters, "\0" */
};

/* A digest as a text, "sha256:0123...". An empty text: there is none. */
struct digest {
	char text[DIGEST_SIZE];
};

/* True if `text` is "sha256:" and 64 hexadecimal digits in small letters. */
bool digest_is_valid(const char *text);

/* The 64 digits alone: the name of the blob's file. */
const char *digest_hex(const struct digest *digest);

bool digest_is_same(const struct digest *one, const struct digest *other);

/* Ends the computing. `hash` was filled by sha256_init() and sha256_update(). */
struct digest digest_finish(struct sha256_ctx *hash);

/* The digest of `size` bytes. */
struct digest digest_of(const void *bytes, size_t size);

#endif
