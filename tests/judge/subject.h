/* The functions that the subject can call: a list for each lab, in functions_NN.c. */
#ifndef JUDGE_SUBJECT_H
#define JUDGE_SUBJECT_H

typedef void any_function(void);

struct function {
	const char *name;
	any_function *address;
};

#define FUNCTION(name)                                                                             \
	{                                                                                          \
#name, (any_function *)(name)                                                      \
	}

/* Ends with { 0 }. */
extern const struct function functions[];

#endif
