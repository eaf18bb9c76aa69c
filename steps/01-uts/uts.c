#include "uts.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

enum { NAME_MAX_BYTES = 64, LABEL_MAX_BYTES = 63 };

static const char *label_problem(const char *label, size_t length)
{
	if (length == 0)
		return "a dot must stand between two labels";
	if (length > LABEL_MAX_BYTES)
		return "a label has at most 63 bytes";
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)label[i]) && label[i] != '-')
			return "only letters, digits, hyphens and dots are allowed";
	if (label[0] == '-' || label[length - 1] == '-')
		return "a label neither begins nor ends with a hyphen";
	return NULL;
}

const char *uts_problem(const char *name)
{
	const char *problem;
	size_t length;

	if (!*name)
		return "must not be empty";
	if (strlen(name) > NAME_MAX_BYTES)
		return "has more than 64 bytes";
	for (;; name += length + 1) {
		length = strcspn(name, ".");
		problem = label_problem(name, length);
		if (problem || !name[length])
			return problem;
	}
}

int uts_set(const struct uts *uts)
{
	if (uts->hostname) {
		narrate("sethostname %s", uts->hostname);
		if (sethostname(uts->hostname, strlen(uts->hostname)) < 0)
			return fail("sethostname %s", uts->hostname);
	}
	if (uts->domainname) {
		narrate("setdomainname %s", uts->domainname);
		if (setdomainname(uts->domainname, strlen(uts->domainname)) < 0)
			return fail("setdomainname %s", uts->domainname);
	}
	return 0;
}
