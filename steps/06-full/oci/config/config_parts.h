/* The parts of config.json, for config.c. Each takes the object that holds its field. */
#ifndef STEPS_CONFIG_PARTS_H
#define STEPS_CONFIG_PARTS_H

#include "config.h"
#include "json.h"

void config_process(const struct json *process, struct config *config);
void config_mounts(const struct json *object, struct config *config);
void config_linux(const struct json *linux_part, struct config *config);
void config_devices(const struct json *linux_part, struct devices *devices);
void config_device_rules(const struct json *resources, struct devices *devices);
void config_scheduling(const struct json *process, struct scheduling *scheduling);
void config_memory_policy(const struct json *linux_part, struct memory_policy *policy);
void config_net_devices(const struct json *linux_part, struct net_devices *devices);
/* libseccomp's number for "SCMP_ARCH_X86", and the kernel's for a flag; 0: there is none. */
uint32_t config_seccomp_architecture(const char *name);
uint32_t config_seccomp_flag(const char *name);
void config_seccomp(const struct json *linux_part, struct seccomp *filter);
void config_rdt(const struct json *linux_part, struct rdt *rdt);
void config_resources(const struct json *resources, struct limits *to);
void config_block_io(const struct json *resources, struct limits *to);
void config_hooks(const struct json *object, struct config *config);

/* A list of id mappings, "uidMappings" for one. Returns how many there are. */
size_t config_id_maps(const struct json *object, const char *key, struct id_map **maps);

/* Returns a formatted text, which is never freed. NULL: there is no memory. */
char *config_text(const char *text, ...) __attribute__((format(printf, 1, 2)));

/*
 * Returns `path` itself if it is absolute, or else the path in the bundle. The text is never freed.
 */
const char *config_path(const struct config *config, const char *path);

#endif
