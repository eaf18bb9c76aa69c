/*
 * Chapter 6, engine: removing blobs and layers that nothing uses any more.
 *
 * Images use them; containers, also of images that were removed; and work in progress (work_use).
 */
#ifndef STEPS_SWEEP_H
#define STEPS_SWEEP_H

#include <stdint.h>

#include "store.h"

/*
 * Removes what nothing uses. The caller holds the exclusive lock of the store. Fills `removed` (it
 * may be NULL) with the number of bytes in the blobs that went. Returns 0 or -1.
 */
int sweep(const struct store *store, uint64_t *removed);

/*
 * Removes what commands that were killed have left. Quick if there is nothing. Returns 0 or -1.
 */
int sweep_leftovers(const struct store *store);

#endif
