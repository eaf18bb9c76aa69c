/*
 * Chapter 6: the content of a file, copied. What is a hole in the one file is a hole in the other:
 * a container can make a file of a terabyte that takes no space.
 *
 * Source: SEEK_DATA and SEEK_HOLE of lseek(2), sendfile(2).
 */
#ifndef STEPS_COPY_DATA_H
#define STEPS_COPY_DATA_H

/*
 * Copies the content of `in` to the new, empty file `out`. `name` is for messages. What is added to
 * a file with holes meanwhile is left out. Returns 0 or -1.
 */
int copy_data(int in, int out, const char *name);

#endif
