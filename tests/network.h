/*
 * Shared by the tests of chapter 4: a network of their own. The test program leaves the real host's
 * network for a new namespace, whose only neighbour is a second one, "outside": tests/network.sh.
 */
#ifndef TESTS_NETWORK_H
#define TESTS_NETWORK_H

#include "test_03.h"

/* The setup of a group of tests. */
int enter_network(void **state);

/* Runs a shell script with the functions of tests/network.sh; see script(). */
#define in_network(text, ...) script(". tests/network.sh\n" text, __VA_ARGS__)

#endif
