/*
 * Chapter 4: settings of a network device, in /proc/sys/net/ipv4/conf and /proc/sys/net/ipv6/conf.
 * They are those of the network namespace of who asks.
 *
 * Source: Documentation/networking/ip-sysctl.rst.
 */
#ifndef STEPS_SETTING_H
#define STEPS_SETTING_H

/* Returns the setting, one character, or -1 with errno and no message. */
int setting_get(const char *family, const char *device, const char *name);

/* Returns 0 or -1. */
int setting_set(const char *family, const char *device, const char *name, char value);

/* Switches IPv6 off for the device; a kernel that has none is as good. Returns 0 or -1. */
int setting_disable_ipv6(const char *device);

#endif
