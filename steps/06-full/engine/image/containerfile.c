#include "containerfile.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "json.h"

/* Adds an instruction to the list. Returns it, or NULL after an error. */
static struct instruction *add_instruction(char *line, int number, struct instruction **list,
					   long count)
{
	struct instruction *grown = reallocarray(*list, (size_t)count + 1, sizeof(*grown));
	size_t length = strcspn(line, " \t");

	if (!grown) {
		fail("reallocarray");
		return NULL;
	}
	*list = grown;
	grown += count;
	*grown = (struct instruction){ .line = number };
	if (length >= sizeof(grown->name)) {
		fail_input("line %d: %.*s: unknown instruction", number, (int)length, line);
		return NULL;
	}
	for (size_t i = 0; i < length; i++)
		grown->name[i] = (char)toupper((unsigned char)line[i]);
	line += length;
	grown->text = strdup(line + strspn(line, " \t"));
	if (grown->text)
		return grown;
	fail("strdup");
	return NULL;
}

static bool is_empty(const char *line)
{
	line += strspn(line, " \t");
	return !*line || *line == '#';
}

/* Adds a line to what was begun. Returns 1 if the next line belongs to it; 0; or -1. */
static int join(char **whole, char *line)
{
	size_t length = strlen(line);
	char *joined;
	bool goes_on;

	while (length > 0 && isspace((unsigned char)line[length - 1]))
		line[--length] = '\0';
	goes_on = length > 0 && line[length - 1] == '\\';
	if (goes_on)
		line[length - 1] = '\0';
	if (asprintf(&joined, "%s%s", *whole ? *whole : "",
		     *whole ? line : line + strspn(line, " \t")) < 0)
		return fail("asprintf");
	free(*whole);
	*whole = joined;
	return goes_on;
}

/* Reads the here-documents that an instruction begins, from the lines after it. */
static int read_documents(struct instruction *instruction, char **lines, int *number)
{
	static const char *const names[] = { "RUN", "COPY", "ADD" };
	struct here_documents *documents = &instruction->documents;

	if (here_documents_find(instruction->text, documents) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(instruction->name, names[i]) == 0)
			return here_documents_read(documents, lines, number);
	return documents->count
		? fail_input("%s: takes no here-document (<<); RUN, COPY and ADD do",
			     instruction->name)
		: 0;
}

static long read_lines(char *text, struct instruction **instructions)
{
	autofree char *whole = NULL;
	int number = 0, begun = 0, goes_on = 0;
	struct instruction *added;
	long count = 0;

	for (char *line; (line = strsep(&text, "\n"));) {
		number++;
		if (is_empty(line))
			continue; /* comments may stand between the lines of an instruction */
		if (!whole)
			begun = number;
		goes_on = join(&whole, line);
		if (goes_on < 0)
			return -1;
		if (goes_on || !whole || !*whole)
			continue;
		added = add_instruction(whole, begun, instructions, count++);
		if (!added)
			return -1;
		if (read_documents(added, &text, &number) < 0)
			return fail_at("line %d", begun);
		free(whole);
		whole = NULL;
	}
	if (goes_on)
		return fail_input("line %d: a backslash at the end of the file", begun);
	return count;
}

long containerfile_read(const char *path, struct instruction **instructions)
{
	autofree char *text = json_read_text(path);
	long count;

	*instructions = NULL;
	if (!text)
		return -1;
	count = read_lines(text, instructions);
	if (count == 0)
		return fail_input("%s: no instruction in it", path);
	return count;
}
