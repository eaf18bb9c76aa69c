/*
 * Chapter 6: a place below the new root to mount on.
 *
 * A mount over the root itself has no effect on a process that is in the root already, so that
 * place is treated otherwise than all others. Its name need not be "/": a link can lead there.
 *
 * Source: statx(2), STATX_MNT_ID; path_resolution(7).
 */
#ifndef STEPS_PLACE_H
#define STEPS_PLACE_H

/*
 * Returns 1 if the open `place` is the directory `root` itself, in the same mount; 0 if not; or -1.
 */
int place_is_root(int root, int place);

#endif
