/* The mounts of a namespace that stands for the host. */
#ifndef TESTS_HOST_MOUNTS_H
#define TESTS_HOST_MOUNTS_H

/*
 * In a new mount namespace, makes mounts like those of a host, which no other namespace sees.
 *
 * /run and /dev/shm are empty, as is the store of images. Where /etc/resolv.conf leads into /run,
 * to the file of systemd-resolved, that file stays. "/" is shared with all that is mounted below
 * it, as systemd makes it. So a mount that a step does not keep private is seen. In a lab, where
 * JUDGED is in the environment, the mounts that the tests themselves use are private: no mount of
 * the learner's program reaches them.
 *
 * rootfs: the directory that becomes rootfs/busybox; HOST_COPY: a copy of it in memory, which is
 * made ten times as fast as one on a disk; NULL: none. Returns 0, or -1 after a message on standard
 * error.
 */
#define HOST_COPY "copy"
int host_mounts(const char *rootfs);

#endif
