#include "nft.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "narrate.h"
#include "program.h"

static unsigned int changes;

__attribute__((format(printf, 2, 0))) static const char *
run(const char **problem, const char *commands, va_list arguments)
{
	/* --numeric: otherwise nft looks names up, maybe by DNS. --terse: sets may be huge. */
	static const char *const nft[] = { "/usr/sbin/nft", "--handle", "--numeric", "--stateless",
					   "--terse",	    "--file",	"-",	     NULL };
	static char *printed, wrong[256];
	autofree char *text = NULL;

	free(printed);
	printed = NULL;
	if (vasprintf(&text, commands, arguments) < 0) {
		text = NULL;
		snprintf(wrong, sizeof(wrong), "out of memory");
	} else {
		narrate("nft %.*s", (int)strcspn(text, "\n;"), text);
		printed = program_run(nft, text, wrong, sizeof(wrong));
	}
	if (problem)
		*problem = wrong;
	return printed;
}

const char *nft_run(const char **problem, const char *commands, ...)
{
	const char *printed;
	va_list arguments;

	va_start(arguments, commands);
	printed = run(problem, commands, arguments);
	va_end(arguments);
	changes += printed != NULL;
	return printed;
}

const char *nft_list(const char *commands, ...)
{
	const char *printed;
	va_list arguments;

	va_start(arguments, commands);
	printed = run(NULL, commands, arguments);
	va_end(arguments);
	return printed;
}

unsigned int nft_changes(void)
{
	return changes;
}

char *nft_line(char **rest, struct nft_chain *chain)
{
	char *line = strsep(rest, "\n");

	if (!line)
		return NULL;
	if (sscanf(line, "table %7s %63s", chain->family, chain->table) == 2)
		*chain->name = '\0';
	sscanf(line, " chain %63s", chain->name);
	return line + strspn(line, "\t");
}

bool nft_has_comment(const char *line, const char *comment)
{
	char mark[80];

	snprintf(mark, sizeof(mark), "comment \"%s\"", comment);
	return strstr(line, mark);
}

unsigned long nft_handle(const char *line)
{
	const char *handle = strstr(line, "# handle ");

	return handle ? strtoul(handle + strlen("# handle "), NULL, 10) : 0;
}

void nft_delete_marked(const char *commands, const char *comment)
{
	const char *listing = nft_list("%s", commands);
	autofree char *copy = listing ? strdup(listing) : NULL;
	struct nft_chain chain = { 0 };
	char *rest = copy, *line;

	while ((line = nft_line(&rest, &chain)))
		if (nft_handle(line) && nft_has_comment(line, comment))
			nft_run(NULL, "delete rule %s %s %s handle %lu", chain.family, chain.table,
				chain.name, nft_handle(line));
}
