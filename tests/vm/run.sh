#!/bin/bash
# tests/vm/run.sh [OPTION...] [COMMAND [ARG...]]: runs a command (default: a shell) as root in a
# throw-away virtual machine: a stock Debian kernel, on cgroup v2 alone, in a copy of this machine's
# tree that forgets all changes. The command is run in this directory; its output comes here, and so
# does its exit status. Only build/vm/results is shared: what is written there stays. Needs no root,
# only qemu-system-x86.
#
#     -t SECONDS    end it after so long, with status 124 (an interactive one: never)
#     -c CPUS       so many processors (2)
#     -k KERNEL     the kernel: a Debian package, maybe with a release (linux-image-amd64)
#     -s            a system of its own in the place of this machine's tree, with systemd as PID 1;
#                   made by debootstrap once, in build/vm/system, which needs root
#     -a ARGUMENTS  for the kernel's command line: cgroup_disable=memory; or for init.sh: host=plain
#
# The parts: the kernel and its modules are unpacked from the package, never installed, into
# build/vm/KERNEL. The initramfs (init.sh) mounts this machine's "/", shared by 9p and not writable,
# under an overlay with a tmpfs on top, and goes there. session.sh then runs the command. Three
# serial lines come out: the console, the output and the exit status. Exit status 77: the archive has
# no such kernel.
set -u
PATH=$PATH:/usr/sbin:/sbin # where a user may not have it: mke2fs is there
limit='' cpus=2 kernel=linux-image-amd64 arguments='' system=''
cd "$(dirname "$0")/../.." || exit 125

fail() {
	echo "vm: $*" >&2
	exit 125
}

while getopts t:c:k:sa: option; do
	case $option in
	t) limit=$OPTARG ;;
	c) cpus=$OPTARG ;;
	k) kernel=$OPTARG ;;
	s) system=build/vm/system ;;
	a) arguments=$OPTARG ;;
	*) exit 125 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- bash --rcfile tests/vm/bashrc
image=build/vm/${kernel//\//-} run=build/vm/run.$$
command -v qemu-system-x86_64 >/dev/null || fail 'no qemu-system-x86_64 here: make deps'
busybox=$(command -v busybox) || fail 'no busybox here: make deps'
command -v mke2fs >/dev/null || fail 'no mke2fs here: make deps'
[ -x rootfs/busybox/bin/busybox ] || fail 'no rootfs/busybox here: make rootfs'

# A bzImage begins with a header that says where the compressed kernel is in it: decompressing it
# here takes less time than its own code takes without hardware virtualization.
# Source: Documentation/x86/boot.rst, setup_sects, payload_offset and payload_length.
number() { od -An "-tu$2" -j "$1" -N "$2" "$vmlinuz" | tr -d ' '; }
unpack_vmlinux() {
	local vmlinuz=$1 unpack=xz

	[ "$(payload | head -c 4 | od -An -tx1)" != ' 28 b5 2f fd' ] || unpack=zstd
	payload | $unpack -dc
}
payload() {
	tail -c +$((($(number 497 1) + 1) * 512 + $(number 584 4) + 1)) "$vmlinuz" |
		head -c $(($(number 588 4) - 4)) # without the size at its end
}

# The package lists of another release are fetched to here; the machine's own stay as they are.
fetch_kernel() (
	mkdir -p "$run.new/lists/partial" && cd "$run.new" || exit 1
	options=()
	if [ "$kernel" != "${kernel#*/}" ]; then
		# shellcheck disable=SC2016 # apt-get expands it
		archive=$(apt-get indextargets --format '$(REPO_URI)' | grep -m 1 '/debian/*$')
		echo "deb $archive ${kernel#*/} main" >sources
		options=(-o "Dir::Etc::SourceList=$PWD/sources" -o Dir::Etc::SourceParts=/dev/null
			-o "Dir::State::Lists=$PWD/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
		apt-get -q -q "${options[@]}" update || exit 1
	fi
	package=$(apt-cache "${options[@]}" depends "${kernel%/*}" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
	package=${package:-${kernel%/*}}
	[ -n "$(apt-cache "${options[@]}" show "$package" 2>/dev/null)" ] || exit 77
	echo "fetching $package" >&2
	apt-get -q -q "${options[@]}" download "$package" 2>apt.log || { cat apt.log >&2 && exit 1; }
	dpkg -x ./*.deb . && unpack_vmlinux boot/vmlinuz-* >vmlinux || exit 1
	"$busybox" depmod -b . "$(ls lib/modules)" || exit 1
	# The aliases of absent devices are left out: modprobe would read thousands at each call.
	sed -i '/^alias [a-z0-9]*:/d' lib/modules/*/modules.alias || exit 1
	rm -rf ./*.deb lists boot
	cd - >/dev/null && rm -rf "$image" && mv "$run.new" "$image"
)

# The system has this machine's release, so that programs that were built here run there.
packages=systemd-sysv,systemd-resolved,dbus,dbus-user-session,kmod,sudo,make,busybox-static
packages=$packages,libcmocka0,libnl-3-200,libseccomp2,strace,iproute2,nftables
packages=$packages,iptables,apparmor,procps,libcap2-bin,uidmap,jq,python3-minimal
# Two libraries of the tests are in packages whose names differ between releases.
packages=$packages,$(dpkg-query --search libarchive.so.13 libnettle.so.8 2>/dev/null | cut -d : -f 1 | sort -u | paste -sd ,)
make_system() (
	# shellcheck disable=SC1091 # the system's own file
	release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	# shellcheck disable=SC2016 # apt-get expands it
	archive=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' | sed -n "s/^$release //p" | head -n 1)
	root='' && [ "$(id -u)" -eq 0 ] || root=sudo
	echo "making a system of $release (build/vm/system)" >&2
	$root unshare --mount --propagation private debootstrap --variant=minbase \
		--include="$packages" "$release" "$run.new" "$archive" >$system.log ||
		{ tail -n 30 $system.log >&2 && exit 1; }
	$root rm -rf $system
	$root mv "$run.new" $system && echo "$packages" >$system.packages
)

# Copies the modules that the root file system needs, with those that they need: modules.dep names them.
make_initramfs() (
	modules=lib/modules/$(ls "$image/lib/modules")
	files=$(grep -E '/(9p|9pnet_virtio|overlay|crc32c_generic|ext4|virtio_(pci|blk|net))\.ko[.a-z]*:' "$image/$modules/modules.dep")
	tree=$run/initramfs
	mkdir -p "$tree/bin" && cp "$busybox" "$tree/bin/busybox" && cp tests/vm/init.sh "$tree/init" &&
		for file in ${files//:/}; do
			mkdir -p "$tree/$modules/${file%/*}" && cp "$image/$modules/$file" "$tree/$modules/$file"
		done && cp "$image/$modules/modules.dep" "$tree/$modules" && cd "$tree" && find . | "$busybox" cpio -o -H newc 2>/dev/null >../initramfs.cpio
)

# shellcheck disable=SC2317 # the trap calls it
clean() {
	trap '' EXIT INT TERM HUP
	[ -z "$machine" ] || kill "$machine" 2>/dev/null
	wait
	rm -rf "$run" "$run.new"
}

machine=''
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir -p build/vm/results
for old in build/vm/run.*; do # of those that were killed
	pid=${old#*run.}
	[ -d "/proc/${pid%.new}" ] || rm -rf "$old"
done
exec 9>build/vm/lock && flock 9 || exit 125
if [ ! -e "$image/vmlinux" ]; then
	fetch_kernel
	case $? in
	0) ;;
	77) echo "SKIP: the archive has no $kernel" && exit 77 ;;
	*) fail "no kernel $kernel" ;;
	esac
fi
[ -z "$system" ] || [ "$(cat $system.packages 2>/dev/null)" = "$packages" ] || make_system || fail 'no system could be made'
exec 9>&-
mkdir "$run" || exit 125
make_initramfs || fail 'no initramfs'
printf '%q ' "$@" >"$run/command"
truncate -s 256M "$run/disk" || exit 125
mke2fs -q -F -t ext4 -d rootfs "$run/disk" || fail 'no file system could be made of rootfs (mke2fs, see above)'

# Hardware virtualization, if the processor has it: /dev/kvm alone says nothing.
# Otherwise QEMU translates the code. Code at another address is translated anew (norandmaps makes
# that three times as fast). One thread for all processors needs half the time of one for each, and
# leaves the other processors to other machines. QEMU 7.2's cmpxchg16b makes newer kernels fail.
if grep -qwE 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]; then
	accelerator='-accel kvm -cpu host'
else
	accelerator='-accel tcg,thread=single -cpu max,-cx16' arguments="norandmaps $arguments"
fi
# shellcheck disable=SC2054,SC2206 # QEMU's commas; words
qemu=(qemu-system-x86_64 -M q35 $accelerator -smp $cpus -m 2G -nodefaults -no-user-config -no-reboot
	-display none -kernel "$image/vmlinux" -initrd "$run/initramfs.cpio"
	-serial "file:$run/console" -chardev stdio,id=output,signal=off -serial chardev:output
	-serial "file:$run/status" -device virtio-rng-pci -nic user,model=virtio-net-pci
	-drive "file=$run/disk,format=raw,if=virtio,cache=unsafe"
	-virtfs local,path=/,mount_tag=host,security_model=none,multidevs=remap,readonly=on
	-virtfs "local,path=build/vm/results,mount_tag=results,security_model=none")
[ -z "$system" ] || arguments="host=systemd system=$PWD/$system systemd.wants=workbook.service systemd.getty_auto=no systemd.mask=apparmor.service systemd.show_status=no $arguments"
append="console=ttyS0 quiet panic=-1 workbook=$PWD run=$run image=$image busybox=$busybox $arguments"
# QEMU ends with this script, even if it is killed.
if [ -t 0 ] && [ -t 1 ]; then
	size=$(stty size | tr ' ' x)
	[ "$size" != 0x0 ] || size=24x80 # nobody has told it
	append="$append terminal=$size TERM=${TERM:-dumb}"
	setpriv --pdeathsig TERM timeout --foreground --kill-after=5 "${limit:-0}" \
		"${qemu[@]}" -append "$append"
else
	# The output goes through a pipe: QEMU would make the caller's own descriptor non-blocking.
	setpriv --pdeathsig TERM timeout --kill-after=5 "${limit:-1800}" \
		"${qemu[@]}" -append "$append" </dev/null > >(cat) &
	machine=$!
	wait $machine
fi
ended=$? machine=''
status=$(tr -d '\r\n' <"$run/status")
[ -z "$status" ] || exit "$status"
[ $ended -ne 124 ] || { echo "vm: it had not ended after $limit s" >&2 && exit 124; }
tail -n 30 "$run/console" >&2
fail "the machine has died (QEMU's exit status $ended); above is the end of its console"
