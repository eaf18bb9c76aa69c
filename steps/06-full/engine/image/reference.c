#include "reference.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"

enum { MOST_NAME = 255, MOST_TAG = 128 };

/* Small letters and digits, and between them ".", "_", "__" or hyphens. */
static bool is_component(const char *text, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t first = i, separators;

		while (i < length &&
		       (islower((unsigned char)text[i]) || isdigit((unsigned char)text[i])))
			i++;
		if (i == first)
			return false;
		if (i == length)
			return true;
		separators = strspn(text + i, text[i] == '-' ? "-" : text[i] == '_' ? "_" : ".");
		if (!separators || (text[i] != '-' && separators > (text[i] == '_' ? 2 : 1)))
			return false;
		i += separators;
	}
	return false;
}

/* Letters, digits and, between them, hyphens. */
static bool is_label(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    (text[i] != '-' || i == 0 || i + 1 == length))
			return false;
	return length > 0;
}

static bool is_domain(const char *text, size_t length)
{
	while (length > 0) {
		size_t label = 0;

		while (label < length && text[label] != '.')
			label++;
		if (!is_label(text, label))
			return false;
		if (label == length)
			return true;
		text += label + 1;
		length -= label + 1;
	}
	return false;
}

/*
 * The first component is a host if it could not be a part of a path: "localhost", "a.b", "c:5000",
 * "[::1]:5000".
 */
static bool is_host(const char *text, size_t length)
{
	const char *end = text + length, *colon = memrchr(text, ':', length);
	const bool is_v6 = *text == '[';
	const char *port =
		colon && (!is_v6 || (colon > text && colon[-1] == ']')) ? colon + 1 : end;
	const size_t name = (size_t)(port == end ? end - text : port - 1 - text);

	if (colon && port == end && !is_v6)
		return false;
	for (const char *digit = port; digit < end; digit++)
		if (!isdigit((unsigned char)*digit))
			return false;
	if (is_v6)
		return name > 2 && text[name - 1] == ']' &&
			strspn(text + 1, "0123456789abcdefABCDEF:") == name - 2;
	return is_domain(text, name) &&
		(port < end || memchr(text, '.', name) ||
		 (name == strlen("localhost") && strncmp(text, "localhost", name) == 0));
}

static bool is_path(const char *path, size_t length)
{
	const char *end = path + length;

	while (path < end) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		size_t part = (size_t)((slash ? slash : end) - path);

		if (!is_component(path, part))
			return false;
		path += part + 1;
		if (slash && path == end)
			return false;
	}
	return length > 0;
}

static bool is_tag(const char *tag)
{
	size_t length = strlen(tag);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)tag[i]) && tag[i] != '_' &&
		    (i == 0 || (tag[i] != '.' && tag[i] != '-')))
			return false;
	return length > 0 && length <= MOST_TAG;
}

int reference_split(const char *name, const char **tag)
{
	const char *slash = strrchr(name, '/');
	const char *colon = strrchr(slash ? slash : name, ':');

	*tag = colon ? colon + 1 : NULL;
	return (int)(colon ? colon - name : (long)strlen(name));
}

static const char *skip(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) == 0 ? text + length : text;
}

/* Returns what is below the registry docker.io, where "library/" may be left out. */
static const char *shorten(const char *text)
{
	const char *below = skip(skip(text, "index.docker.io/"), "docker.io/");

	if (strncmp(below, "library/", strlen("library/")) == 0 && !strchr(below + 8, '/'))
		return below + strlen("library/");
	return below;
}

char *reference_read(const char *text)
{
	const char *name = shorten(text), *path = name, *tag;
	const char *slash = strchr(name, '/');
	int length = reference_split(name, &tag);
	char *usual;

	if (slash && is_host(name, (size_t)(slash - name)))
		path = slash + 1;
	if (length > MOST_NAME || !is_path(path, (size_t)length - (size_t)(path - name)) ||
	    (tag && !is_tag(tag))) {
		fail_input("%s: no name of an image; a name is [HOST[:PORT]/]PATH[:TAG], "
			   "PATH in small letters",
			   text);
		return NULL;
	}
	if (asprintf(&usual, "%.*s:%s", length, name, tag ? tag : REFERENCE_TAG) < 0) {
		fail("asprintf");
		return NULL;
	}
	return usual;
}
