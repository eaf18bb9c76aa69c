/*
 * Chapter 4: the loopback device, the one that each network namespace has from the start.
 *
 * Source: netdevice(7).
 */
#ifndef STEPS_LOOPBACK_H
#define STEPS_LOOPBACK_H

/*
 * Sets it up in the network namespace that we are in; the kernel gives it 127.0.0.1 and ::1 then.
 * Returns 0 or -1.
 */
int loopback_up(void);

#endif
