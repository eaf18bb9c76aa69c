/*
 * Chapter 4: settings of a network device, in /proc/sys/net/ipv4/conf and /proc/sys/net/ipv6/conf.
 * The files are those of the caller's network namespace.
 *
 * Source: Documentation/networking/ip-sysctl.rst.
 */
#ifndef STEPS_SETTING_H
#define STEPS_SETTING_H

/* Returns the setting, which is one character, or -1 with errno and no message. */
int setting_get(const char *family, const char *device, const char *name);

/* Returns 0 or -1. */
int setting_set(const char *family, const char *device, const char *name, char value);

/*
 * Switches IPv6 off for the device. Lets the device ignore router advertisements as well, since
 * another program may switch IPv6 on for all devices (sysctl net.ipv6.conf.all.disable_ipv6=0).
 * Does nothing if the kernel has no IPv6. Returns 0 or -1.
 */
int setting_disable_ipv6(const char *device);

/*
 * Lets all users of the caller's network namespace ping without CAP_NET_RAW: by sockets of
 * IPPROTO_ICMP, icmp(7). Returns 0 or -1.
 */
int setting_allow_ping(void);

#endif
