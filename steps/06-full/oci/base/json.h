/*
 * Chapter 6: reading JSON, with errors that say where: "process.rlimits[2].type: unknown rlimit".
 *
 * Problems are collected, so that one run reports all of them. Every function accepts a missing
 * value (`value` is NULL), and then does nothing, so optional fields need no check. A null counts
 * as missing. Unknown members are ignored, as the specification demands.
 *
 * Source: jansson's documentation; RFC 8259; OCI runtime specification, config.md.
 */
#ifndef STEPS_JSON_H
#define STEPS_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The problems, one after the other. */
struct json_problems {
	char text[900];
	size_t count;
};

/* A value, and its place in the file. `parent` must exist as long as the value is used. */
struct json {
	json_t *value; /* NULL: there is none */
	const struct json *parent;
	const char *key; /* in an object; NULL: at `index` of an array */
	size_t index;
	struct json_problems *problems;
};

/*
 * Reads a file ("-": standard input) of at most 32 MiB, whose JSON has to be one object. Accepts
 * whole numbers up to 2^64-1, which jansson alone does not. The value is never freed, so the caller
 * may keep pointers to its strings. Returns 0 or -1.
 */
int json_read(const char *path, struct json_problems *problems, struct json *root);

/*
 * The two halves of json_read(): json_read_text() returns the text, or NULL; json_parse() parses
 * it.
 */
char *json_read_text(const char *path);
int json_parse(const char *text, const char *path, struct json_problems *problems,
	       struct json *root);

/* Ends the reading: returns 0, or -1 if there were problems, with all of them in the message. */
int json_finish(const char *path, const struct json_problems *problems);

/* Adds a problem of a value, or of a missing one. Returns -1. */
int json_problem(const struct json *at, const char *what, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Returns the member `key` of an object; a value that is no object is a problem. Capital and small
 * letters of `key` are the same, as in Go's decoder, on which engines rely.
 */
struct json json_member(const struct json *object, const char *key);

/* The entry of an object whose keys are not the specification's, such as annotations. */
struct json json_entry(const struct json *object, const char *key);

/* Returns the object, for json_object_foreach(), or NULL: it is missing, or a problem. */
json_t *json_members(const struct json *object);

/*
 * Returns the number of elements of an array, or one of them. json_count() treats a value that is
 * no array as a problem.
 */
size_t json_count(const struct json *array);
struct json json_element(const struct json *array, size_t index);

/*
 * Each fills *result from the member `key`, if it is there and of that kind; otherwise *result
 * stays as it is. They return true if *result was filled.
 */
bool json_get_bool(const struct json *object, const char *key, bool *result);
bool json_get_text(const struct json *object, const char *key, const char **result);
bool json_get_number(const struct json *object, const char *key, int64_t least, int64_t most,
		     int64_t *result);
bool json_get_unsigned(const struct json *object, const char *key, uint64_t most, uint64_t *result);

/* A list of texts, which ends with NULL. `count` may be NULL. */
bool json_get_texts(const struct json *object, const char *key, char ***result, size_t *count);

/* The same, but a missing member is a problem. */
bool json_need_text(const struct json *object, const char *key, const char **result);
bool json_need_unsigned(const struct json *object, const char *key, uint64_t most,
			uint64_t *result);

/* A word, and the value that it stands for. */
struct json_name {
	const char *name;
	uint32_t value;
};

/*
 * Looks the text at `at` up in `names`; a text that is not there is a problem. Returns true if
 * *value was filled.
 */
bool json_choose(const struct json *at, const struct json_name *names, size_t count,
		 uint32_t *value);

/* Looks up each text of an array. Returns the values together: each is a bit. */
uint32_t json_choose_all(const struct json *array, const struct json_name *names, size_t count);

/* The value as a text, or NULL with a problem. */
const char *json_text(const struct json *at);

/* Memory, zeroed, for `count` structures of `size` bytes. NULL: a problem, or none are wanted. */
void *json_allocate(const struct json *at, size_t count, size_t size);

#endif
