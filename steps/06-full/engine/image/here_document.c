#include "here_document.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

/* ---- The words that begin here-documents ---- */

/* Returns the length of the first word, with its quotes. A space in quotes does not end a word. */
static size_t word_length(const char *text)
{
	char quote = '\0';
	size_t i = 0;

	for (; text[i] && (quote || !strchr(" \t", text[i])); i++) {
		if (text[i] == '\\' && quote != '\'' && text[i + 1])
			i++;
		else if (quote && text[i] == quote)
			quote = '\0';
		else if (!quote && (text[i] == '"' || text[i] == '\''))
			quote = text[i];
	}
	return i;
}

/* Returns the length of "<<", "<<-" or "3<<" at the beginning of a word; 0: the word has none. */
static size_t sign_length(const char *word, size_t length)
{
	size_t sign = strspn(word, "0123456789") + 2;

	if (sign > length || strncmp(word + sign - 2, "<<", 2) != 0)
		return 0;
	if (sign < length && word[sign] == '-')
		sign++;
	return sign < length && !memchr(word + sign, '<', length - sign) ? sign : 0;
}

static bool is_name(const char *name)
{
	const size_t length = strspn(name,
				     "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return length > 0 && !name[length] && !file_is_dots(name);
}

/* Takes the quotes off: 'END', "END" or \END. */
static char *unquote(const char *text, size_t length)
{
	char *name = malloc(length + 1), *end = name;

	for (size_t i = 0; name && i < length; i++)
		if (!strchr("\"'\\", text[i]))
			*end++ = text[i];
	if (!name)
		fail("malloc");
	else
		*end = '\0';
	return name;
}

static int add(const char *word, size_t length, struct here_documents *documents)
{
	const size_t sign = sign_length(word, length);
	struct here_document *grown =
		reallocarray(documents->list, documents->count + 1, sizeof(*grown));
	char *name;

	if (!grown)
		return fail("reallocarray");
	documents->list = grown;
	name = unquote(word + sign, length - sign);
	if (!name)
		return -1;
	if (!is_name(name))
		return fail_input("%.*s: the name of a here-document must be a word of its own, of "
				  "letters, digits, \".\", \"_\" and \"-\"",
				  (int)length, word);
	grown[documents->count++] = (struct here_document){
		.name = name,
		.strips_tabs = word[sign - 1] == '-',
		.is_quoted = strlen(name) < length - sign,
	};
	return 0;
}

int here_documents_find(const char *instruction, struct here_documents *documents)
{
	const char *word = instruction + strspn(instruction, " \t");

	*documents = (struct here_documents){ 0 };
	while (*word) {
		size_t length = word_length(word);

		if (sign_length(word, length) && add(word, length, documents) < 0)
			return -1;
		word += length;
		word += strspn(word, " \t");
	}
	return 0;
}

long here_documents_index(const struct here_documents *documents, const char *word)
{
	const size_t sign = sign_length(word, strlen(word));

	for (size_t i = 0; sign && i < documents->count; i++)
		if (strcmp(documents->list[i].name, word + sign) == 0)
			return (long)i;
	return -1;
}

bool here_documents_is_alone(const struct here_documents *documents, const char *text)
{
	const size_t length = word_length(text);

	return documents->count == 1 && sign_length(text, length) &&
		!text[length + strspn(text + length, " \t")];
}

/* ---- Their text ---- */

static bool is_end(const struct here_document *document, const char *line)
{
	const size_t length = strlen(document->name);

	if (document->strips_tabs)
		line += strspn(line, "\t");
	return strncmp(line, document->name, length) == 0 &&
		(!line[length] || strcmp(line + length, "\r") == 0);
}

static int read_one(struct here_document *document, char **lines, int *number)
{
	size_t size;
	FILE *out = open_memstream(&document->text, &size);
	char *line;

	if (!out)
		return fail("open_memstream");
	while ((line = strsep(lines, "\n")) && !is_end(document, line)) {
		++*number;
		fprintf(out, "%s\n", line);
	}
	++*number;
	if (fclose(out) == EOF)
		return fail("open_memstream");
	return line ? 0
		    : fail_input("the here-document %s has no end: a line with %s alone is missing",
				 document->name, document->name);
}

int here_documents_read(struct here_documents *documents, char **lines, int *number)
{
	for (size_t i = 0; i < documents->count; i++)
		if (read_one(&documents->list[i], lines, number) < 0)
			return -1;
	return 0;
}

char *here_documents_write(const struct here_documents *documents, const char *text)
{
	char *whole = NULL;
	size_t size;
	FILE *out = open_memstream(&whole, &size);

	if (!out) {
		fail("open_memstream");
		return NULL;
	}
	fputs(text, out);
	for (size_t i = 0; i < documents->count; i++)
		fprintf(out, "\n%s%s", documents->list[i].text, documents->list[i].name);
	if (fclose(out) == 0)
		return whole;
	fail("open_memstream");
	return NULL;
}

/* Removes the tabs at the beginning of each line. */
static void strip_tabs(char *text)
{
	char *end = text;
	bool at_begin = true;

	for (; *text; text++) {
		if (at_begin && *text == '\t')
			continue;
		at_begin = *text == '\n';
		*end++ = *text;
	}
	*end = '\0';
}

char *here_document_content(const struct here_document *document)
{
	char *text = strdup(document->text);

	if (!text)
		fail("strdup");
	else if (document->strips_tabs)
		strip_tabs(text);
	return text;
}

int here_document_make_file(const char *content, int directory, const char *name, mode_t mode)
{
	const size_t length = strlen(content);
	autofd int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0)
		return fail("create %s of a here-document", name);
	for (size_t done = 0; done < length;) {
		ssize_t written = write(fd, content + done, length - done);

		if (written < 0)
			return fail("write %s of a here-document", name);
		done += (size_t)written;
	}
	return fchmod(fd, mode) < 0 ? fail("chmod %s of a here-document", name) : 0;
}
