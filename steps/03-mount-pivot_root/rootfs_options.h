#ifndef STEPS_ROOTFS_OPTIONS_H
#define STEPS_ROOTFS_OPTIONS_H

#include "options.h"

/* --rootfs, --volume, --tmpfs, --read-only and --chroot; they fill a struct rootfs. */
extern const struct options_group rootfs_options;

#endif
