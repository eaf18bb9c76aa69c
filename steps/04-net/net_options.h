#ifndef STEPS_NET_OPTIONS_H
#define STEPS_NET_OPTIONS_H

#include "options.h"

/* --network, --subnet, --ip, --publish, --network-rate and --dns; they fill a struct net. */
extern const struct options_group net_options;

#endif
