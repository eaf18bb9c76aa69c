#include "printable.h"

#include <stdbool.h>

enum { DELETE = 0x7f, C1_LEAD = 0xc2, C1_FIRST = 0x80, C1_LAST = 0x9f };

static bool is_c1(const unsigned char *byte)
{
	return byte[0] == C1_LEAD && byte[1] >= C1_FIRST && byte[1] <= C1_LAST;
}

void printable_make(char *text)
{
	for (unsigned char *byte = (unsigned char *)text; *byte; byte++) {
		if (*byte == '\n' || *byte == '\t')
			*byte = ' ';
		else if (*byte < ' ' || *byte == DELETE)
			*byte = '?';
		else if (is_c1(byte))
			byte[0] = byte[1] = '?';
	}
}
