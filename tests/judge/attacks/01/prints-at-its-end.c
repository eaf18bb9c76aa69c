/* Prints the name when the step ends. */
#include <stdio.h>
#include <stdlib.h>
#undef printf

#include "lab/uts.c"

static char **words;

static void print(void)
{
	for (char **word = words; *word; word++)
		printf("%s\n", *word);
}

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	(void)argc;
	words = argv + 1;
	atexit(print);
}
