#include "nft.h"

#include <dlfcn.h>
#include <nftables/libnftables.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "narrate.h"

static struct {
	struct nft_ctx *context;
	__typeof__(nft_ctx_new) *new;
	__typeof__(nft_ctx_buffer_output) *buffer_output, *buffer_error;
	__typeof__(nft_ctx_get_output_buffer) *output, *error;
	__typeof__(nft_ctx_output_set_flags) *set_flags;
	__typeof__(nft_run_cmd_from_buffer) *run;
} nft;

/* Loads the library. Returns whether all that we call is there. */
static bool load(void)
{
	void *library = dlopen("libnftables.so.1", RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return false;
	*(void **)&nft.new = dlsym(library, "nft_ctx_new");
	*(void **)&nft.buffer_output = dlsym(library, "nft_ctx_buffer_output");
	*(void **)&nft.buffer_error = dlsym(library, "nft_ctx_buffer_error");
	*(void **)&nft.output = dlsym(library, "nft_ctx_get_output_buffer");
	*(void **)&nft.error = dlsym(library, "nft_ctx_get_error_buffer");
	*(void **)&nft.set_flags = dlsym(library, "nft_ctx_output_set_flags");
	*(void **)&nft.run = dlsym(library, "nft_run_cmd_from_buffer");
	if (!nft.new || !nft.buffer_output || !nft.buffer_error || !nft.output || !nft.error ||
	    !nft.set_flags || !nft.run)
		return false;
	nft.context = nft.new(NFT_CTX_DEFAULT);
	if (!nft.context)
		return false;
	nft.set_flags(nft.context, NFT_CTX_OUTPUT_HANDLE);
	return nft.buffer_output(nft.context) == 0 && nft.buffer_error(nft.context) == 0;
}

const char *nft_run(const char **problem, const char *commands, ...)
{
	autofree char *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, commands);
	length = vasprintf(&text, commands, arguments);
	va_end(arguments);
	if (problem)
		*problem = "libnftables.so.1 cannot be loaded; `make deps` installs it";
	if (length < 0 || (!nft.context && !load()))
		return NULL;
	narrate("nft %.*s", (int)strcspn(text, "\n;"), text);
	if (nft.run(nft.context, text) == 0)
		return nft.output(nft.context);
	if (problem)
		*problem = nft.error(nft.context);
	return NULL;
}
