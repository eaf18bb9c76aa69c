#!/bin/busybox sh
# The virtual machine's first program, in its initramfs: makes a root file system below /new, and
# goes there. All commands are those of busybox, which is here: the host machine's programs start
# slowly without hardware virtualization.
#
# From the kernel's command line: $workbook, $image and $busybox, paths; $host, what kind of machine
# it is to be:
#     slices   (default) as systemd sets it up: "/" is shared, and the command's cgroup is a scope in
#              a slice; $controllers are enabled down to there (comma-separated; default: all)
#     plain    "/" is private, and the one cgroup is the root
#     systemd  $system, a tree with systemd, as PID 1
# shellcheck shell=dash disable=SC2154
/bin/busybox --install -s /bin
mkdir /proc /host /top /new
mount -t proc proc /proc
for module in virtio_pci 9pnet_virtio 9p overlay virtio_blk virtio_net crc32c_generic ext4; do
	modprobe $module
done

# overlay NAME DIRECTORY WHERE: mounts a directory of the host machine. Changes go to a tmpfs.
overlay() {
	mkdir -p "/top/$1/upper" "/top/$1/work" "$3"
	mount -t overlay -o "lowerdir=$2,upperdir=/top/$1/upper,workdir=/top/$1/work" none "$3"
}

mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose host /host
mount -t tmpfs -o size=75% none /top
overlay system "/host${system:-}" /new
cd /new || exit
mount -t sysfs -o nosuid,nodev,noexec sysfs sys
mount -t devtmpfs -o nosuid,mode=755 dev dev
mkdir -p dev/pts dev/shm dev/mqueue
mount -t devpts -o nosuid,noexec,gid=5,mode=620,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o nosuid,nodev tmpfs dev/shm
mount -t mqueue -o nosuid,nodev,noexec mqueue dev/mqueue
mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs run
mount -t tmpfs -o nosuid,nodev tmpfs tmp
# The workbook is an overlay of its own: a system has none, and /tmp and /run are empty now.
overlay workbook "/host$workbook" "/new$workbook"
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 results "/new$workbook/build/vm/results"

# Other users must reach the workbook, too, and a home directory may be closed to them.
directory=$workbook
while [ -n "$directory" ]; do
	chmod o+x "/new$directory"
	directory=${directory%/*}
done

# The kernel calls this program to load the modules that it is asked for (veth, nftables).
cp /bin/busybox run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
mkdir -p lib/modules
ln -sfn "$workbook/$image/lib/modules/$(uname -r)" "lib/modules/$(uname -r)"

# A file system with idmapped mounts, which an overlay does not have.
mount -t ext4 dev/vda "/new$workbook/rootfs"
rmdir "/new$workbook/rootfs/lost+found"
rm -f .dockerenv # in case it is one that we run on

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
echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6 # nothing that changes while we look
ip link set eth0 up
until [ "$(cat sys/class/net/eth0/carrier)" = 1 ]; do usleep 10000; done
ip route add default via 10.0.2.2

if [ "${host:-}" = systemd ]; then
	mkdir -p run/systemd/system run/systemd/resolved.conf.d
	sed "s:WORKBOOK:$workbook:" "/host$workbook/tests/vm/workbook.service" >run/systemd/system/workbook.service
	printf '[Resolve]\nDNS=10.0.2.3\n' >run/systemd/resolved.conf.d/vm.conf
	tr -d - </proc/sys/kernel/random/uuid >etc/machine-id
	cd / && mount --move /proc /new/proc
	exec switch_root /new /lib/systemd/systemd
fi

# cgroup v2, as systemd sets it up.
mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate,memory_recursiveprot cgroup2 sys/fs/cgroup
cd sys/fs/cgroup || exit
if [ "${host:-}" != plain ]; then
	mkdir -p init.scope system.slice user.slice/user-0.slice/session-1.scope
	echo $$ >init.scope/cgroup.procs
	controllers=$(echo "${controllers:-$(cat cgroup.controllers)}" | tr , ' ')
	for directory in . user.slice user.slice/user-0.slice; do
		for controller in $controllers; do
			echo "+$controller" >$directory/cgroup.subtree_control
		done
	done
fi
cd /
mount --move /proc /new/proc
# A process in a chroot could not make user namespaces.
exec switch_root /new "$busybox" sh "$workbook/tests/vm/session.sh"
