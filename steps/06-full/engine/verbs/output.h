/*
 * Chapter 6, engine: where `save` and `export` write: standard output, or a file. The file gets its
 * name when it is whole.
 */
#ifndef STEPS_OUTPUT_H
#define STEPS_OUTPUT_H

struct output {
	const char *path; /* NULL: standard output */
	char *aside;	  /* the name until then; NULL: what is written to is no regular file */
	int fd;
};

#define OUTPUT_CLOSED                                                                              \
	{                                                                                          \
		.fd = -1                                                                           \
	}

#define autooutput __attribute__((cleanup(output_close)))

/* The name that the file has until it is whole. The caller frees it. NULL: there is no file. */
char *output_aside(const char *path);

/* Returns 0, or -1: the file cannot be made, or standard output is a terminal. */
int output_open(const char *path, struct output *output);

/* Gives the file its name. Returns 0 or -1. */
int output_finish(struct output *output);

/* Removes a file that was not finished. */
void output_close(struct output *output);

#endif
