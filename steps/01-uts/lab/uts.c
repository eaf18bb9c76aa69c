#include "uts.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

enum { NAME_MAX_BYTES = 64, LABEL_MAX_BYTES = 63 };

static const char *label_problem(const char *label, size_t length)
{
	/*
	 * TODO 5: a label is what stands between two dots. Say what is wrong with one, in this
	 * order: "a dot must stand between two labels" if it is empty; "a label has at most 63
	 * bytes"; "only letters, digits, hyphens and dots are allowed" (bytes above 127 are no
	 * letters here; isalpha(3) wants an unsigned char); "a label neither begins nor ends
	 * with a hyphen". hostname(7).
	 */
	(void)label;
	(void)length;
	return NULL;
}

const char *uts_problem(const char *name)
{
	/*
	 * TODO 4: a whole name: "must not be empty" and "has more than 64 bytes" are its own
	 * problems, the others those of its labels. Look at every label; the first problem counts.
	 * strcspn(3) finds a label's end.
	 */
	(void)label_problem(name, strlen(name));
	return NULL;
}

int uts_set(const struct uts *uts)
{
	/*
	 * TODO 1: if a host name is wanted, set it. A name in the kernel has a length and no byte
	 * at its end: sethostname(2). When the call fails, keep one message that begins with the
	 * call's name, and return -1: fail(), in common/fail.h.
	 */

	/* TODO 2: the same for the NIS domain name: setdomainname(2). */

	/*
	 * TODO 3: before each call, tell what it is about to do, as all modules do for --verbose:
	 * "sethostname NAME", "setdomainname NAME": narrate(), in common/narrate.h.
	 */
	(void)uts;
	return 0;
}
