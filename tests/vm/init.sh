#!/bin/busybox sh
# The virtual machine's first program, in its initramfs: makes a system like those that systemd sets
# up below /new, and goes there. All by busybox, which is here, as the machine's own programs start
# slowly without hardware virtualization.
#
# From the kernel's command line: $workbook, $image and $busybox, paths; $controllers, those that are
# enabled below the root cgroup (comma-separated; default: all).
# shellcheck shell=dash disable=SC2154
/bin/busybox --install -s /bin
mkdir /proc /host /top /new
mount -t proc proc /proc
for module in virtio_pci 9pnet_virtio 9p overlay virtio_blk virtio_net; do
	modprobe $module
done

# The tree of the machine that we run on, never written to: what is changed is on the tmpfs.
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose host /host
mount -t tmpfs -o size=75% none /top
mkdir /top/upper /top/work
mount -t overlay -o lowerdir=/host,upperdir=/top/upper,workdir=/top/work none /new
cd /new || exit
mount -t sysfs -o nosuid,nodev,noexec sysfs sys
mount -t devtmpfs -o nosuid,mode=755 dev dev
mkdir -p dev/pts dev/shm dev/mqueue
mount -t devpts -o nosuid,noexec,gid=5,mode=620,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o nosuid,nodev tmpfs dev/shm
mount -t mqueue -o nosuid,nodev,noexec mqueue dev/mqueue
mkdir /workbook
mount --bind "/new$workbook" /workbook
mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs run
mount -t tmpfs -o nosuid,nodev tmpfs tmp
mkdir -p "/new$workbook"
# It may be below what is covered now.
[ -e "/new$workbook/Makefile" ] || mount --bind /workbook "/new$workbook"
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 results "/new$workbook/build/vm/results"

# The kernel calls this program to load the modules that it is asked for (veth, nftables).
ln -s "$busybox" run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
mkdir -p lib/modules
ln -sfn "$workbook/$image/lib/modules/$(uname -r)" "lib/modules/$(uname -r)"

# cgroup v2 as systemd sets it up. The command will be in the scope, where nothing is enabled below.
mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate,memory_recursiveprot cgroup2 sys/fs/cgroup
cd sys/fs/cgroup || exit
mkdir -p init.scope system.slice user.slice/user-0.slice/session-1.scope
echo $$ >init.scope/cgroup.procs
controllers=$(echo "${controllers:-$(cat cgroup.controllers)}" | tr , ' ')
for directory in . user.slice user.slice/user-0.slice; do
	for controller in $controllers; do
		echo "+$controller" >$directory/cgroup.subtree_control
	done
done

# Settings that systemd, or a distribution with it, makes at its start.
echo 4194304 >/proc/sys/kernel/pid_max
echo 1 >/proc/sys/fs/protected_symlinks
echo 1 >/proc/sys/fs/protected_hardlinks
echo 2 >/proc/sys/fs/protected_regular
echo 2 >/proc/sys/net/ipv4/conf/all/rp_filter
echo '0 2147483647' >/proc/sys/net/ipv4/ping_group_range

hostname vm
ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2
cd /
mount --move /proc /new/proc
# Not chroot: who is in a chroot may not make user namespaces.
exec switch_root /new "$busybox" sh "$workbook/tests/vm/session.sh"
