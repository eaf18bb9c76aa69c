/*
 * Where `probe receive-command` writes the number of the descriptor that the labs' judge takes from
 * it: the first int of a page at a fixed address, which no other part of this static program uses.
 */
#ifndef PROBE_REQUEST_H
#define PROBE_REQUEST_H

#define PROBE_REQUEST_PAGE ((void *)0x70000000)

#endif
