#include "rdt_schemata.h"

#include <stdlib.h>
#include <string.h>

/* The kernel writes spaces before a name, and zeroes before a number. */
static const char *skip_spaces(const char *text)
{
	return text + strspn(text, " \t");
}

/* Returns the text after "L3:" in the line of that resource; NULL: there is no such line. */
static const char *find_line(const char *text, const char *name, size_t length)
{
	while (text) {
		text = skip_spaces(text);
		if (strncmp(text, name, length) == 0)
			return text + length;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

/*
 * Finds the value of a domain, "1=1f". Bandwidth is decimal, but is only compared: so it can be
 * read as hexadecimal as well.
 */
static bool find_value(const char *line, unsigned long domain, unsigned long *value)
{
	for (const char *part = line; *part && *part != '\n'; part++) {
		char *end;
		unsigned long found = strtoul(part, &end, 10);

		if (end == part || *end != '=')
			return false;
		*value = strtoul(end + 1, &end, 16);
		if (found == domain)
			return true;
		if (*end != ';')
			return false;
		part = end;
	}
	return false;
}

static bool line_agrees(const char *wanted, const char *there)
{
	size_t length = strcspn(wanted, ":\n") + 1;
	const char *line = find_line(there, wanted, length);

	for (const char *part = wanted + length; line; part++) {
		char *end;
		unsigned long value, domain = strtoul(part, &end, 10);

		if (end == part || *end != '=' || !find_value(line, domain, &value) ||
		    strtoul(end + 1, &end, 16) != value)
			return false;
		if (*end != ';')
			return !*end || *end == '\n';
		part = end;
	}
	return false;
}

bool rdt_schemata_agree(const char *wanted, const char *there)
{
	while (*wanted) {
		wanted = skip_spaces(wanted);
		if (*wanted && *wanted != '\n' && !line_agrees(wanted, there))
			return false;
		wanted += strcspn(wanted, "\n");
		wanted += *wanted == '\n';
	}
	return true;
}
