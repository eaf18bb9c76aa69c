#include "nft.h"

#include <dlfcn.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "narrate.h"

static struct {
	struct nft_ctx *context;
	__typeof__(nft_ctx_new) *new;
	__typeof__(nft_ctx_free) *free;
	__typeof__(nft_ctx_buffer_output) *buffer_output;
	__typeof__(nft_ctx_buffer_error) *buffer_error;
	__typeof__(nft_ctx_get_output_buffer) *output;
	__typeof__(nft_ctx_get_error_buffer) *error;
	__typeof__(nft_ctx_output_set_flags) *set_flags;
	__typeof__(nft_run_cmd_from_buffer) *run;
} nft;

/* Loads the library. Returns what is wrong, or NULL. */
static const char *load(void)
{
	void *library = dlopen("libnftables.so.1", RTLD_LAZY | RTLD_LOCAL);

	if (!library)
		return "libnftables.so.1 cannot be loaded; `make deps` installs it";
	*(void **)&nft.new = dlsym(library, "nft_ctx_new");
	*(void **)&nft.free = dlsym(library, "nft_ctx_free");
	*(void **)&nft.buffer_output = dlsym(library, "nft_ctx_buffer_output");
	*(void **)&nft.buffer_error = dlsym(library, "nft_ctx_buffer_error");
	*(void **)&nft.output = dlsym(library, "nft_ctx_get_output_buffer");
	*(void **)&nft.error = dlsym(library, "nft_ctx_get_error_buffer");
	*(void **)&nft.set_flags = dlsym(library, "nft_ctx_output_set_flags");
	*(void **)&nft.run = dlsym(library, "nft_run_cmd_from_buffer");
	if (!nft.new || !nft.free || !nft.buffer_output || !nft.buffer_error || !nft.output ||
	    !nft.error || !nft.set_flags || !nft.run)
		return "libnftables.so.1 lacks a function; it is too old";
	return NULL;
}

/* Opens a connection to the kernel's nftables. Returns what is wrong, or NULL. */
static const char *open_context(void)
{
	const char *problem = nft.run ? NULL : load();
	autofd int probe = -1;

	if (problem)
		return problem;
	/* Where there is none, the library would end our program. */
	probe = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (probe < 0)
		return "this kernel has no nftables (socket NETLINK_NETFILTER)";
	nft.context = nft.new(NFT_CTX_DEFAULT);
	if (!nft.context)
		return "out of memory";
	if (nft.buffer_output(nft.context) != 0 || nft.buffer_error(nft.context) != 0)
		return "out of memory";
	/* Names of protocols would be looked up, maybe over the network; sets may be huge. */
	nft.set_flags(nft.context,
		      NFT_CTX_OUTPUT_HANDLE | NFT_CTX_OUTPUT_NUMERIC_ALL | NFT_CTX_OUTPUT_TERSE |
			      NFT_CTX_OUTPUT_STATELESS);
	return NULL;
}

const char *nft_run(const char **problem, const char *commands, ...)
{
	static char words[256];
	autofree char *text = NULL;
	const char *wrong;
	va_list arguments;
	int length;

	va_start(arguments, commands);
	length = vasprintf(&text, commands, arguments);
	va_end(arguments);
	wrong = length < 0 ? "out of memory" : nft.context ? NULL : open_context();
	if (!wrong) {
		narrate("nft %.*s", (int)strcspn(text, "\n;"), text);
		if (nft.run(nft.context, text) == 0)
			return nft.output(nft.context);
		/* Answers may still be under way in the connection: the next call opens another. */
		wrong = nft.error(nft.context);
		snprintf(words, sizeof(words), "%.*s", (int)strcspn(wrong, "\n"), wrong);
		wrong = words;
	}
	if (nft.context)
		nft.free(nft.context);
	nft.context = NULL;
	if (problem)
		*problem = wrong;
	return NULL;
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

void nft_delete_marked(const char *commands, const char *comment)
{
	const char *listing = nft_run(NULL, "%s", commands);
	autofree char *copy = listing ? strdup(listing) : NULL;
	struct nft_chain chain = { 0 };
	char *rest = copy, *line;
	char mark[80];

	snprintf(mark, sizeof(mark), "comment \"%s\"", comment);
	while ((line = nft_line(&rest, &chain))) {
		const char *handle = strstr(line, "# handle ");

		if (handle && strstr(line, mark))
			nft_run(NULL, "delete rule %s %s %s handle %lu", chain.family, chain.table,
				chain.name, strtoul(handle + strlen("# handle "), NULL, 10));
	}
}
