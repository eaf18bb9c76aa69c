#!/bin/sh
# Build the test root file system from the static busybox of this machine and the probe.
# usage: build.sh DEST PROBE       (needs no root; two builds are alike to the byte)
#
# The user who builds the tree owns it. Every user may read all of it, so another user can make a copy.
set -eu
umask 022
export LC_ALL=C

fail() {
	echo "rootfs/build.sh: $*" >&2
	exit 1
}

# A static program names no dynamic loader. The root file system has none.
is_static() {
	headers=$(readelf -lW "$1" 2>/dev/null) || return 1
	case $headers in *INTERP*) return 1 ;; esac
}

find_busybox() {
	for file in /bin/busybox /usr/bin/busybox /bin/busybox.static /sbin/busybox; do
		if [ -x "$file" ] && is_static "$file"; then
			echo "$file"
			return
		fi
	done
}

# A relative link resolves on the host too, and never leaves the rootfs.
link_applet() {
	case $1 in
	bin/busybox) return ;;
	bin/*) target=busybox ;;
	usr/*/*) target=../../bin/busybox ;;
	*/*) target=../bin/busybox ;;
	*) target=bin/busybox ;;
	esac
	ln -s "$target" "$1"
}

write_etc() {
	cat >etc/passwd <<-'END'
		root:x:0:0:root:/root:/bin/sh
		daemon:x:1:1:daemon:/:/bin/false
		user:x:1000:1000:user:/home/user:/bin/sh
		nobody:x:65534:65534:nobody:/:/bin/false
	END
	cat >etc/group <<-'END'
		root:x:0:
		daemon:x:1:
		audio:x:29:user
		users:x:100:user
		user:x:1000:
		nogroup:x:65534:
	END
	cat >etc/profile <<-'END'
		export PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin
		export PS1='\u@\h:\w\$ '
	END
	echo 'hosts: files dns' >etc/nsswitch.conf
	for file in hosts resolv.conf hostname; do # a container's own are mounted on these
		: >"etc/$file"
	done
}

[ $# -eq 2 ] || fail "usage: build.sh DEST PROBE"
command -v readelf >/dev/null || fail "readelf is missing; install the package binutils"
busybox=$(find_busybox)
[ -n "$busybox" ] || fail "no statically linked busybox here; install the package busybox-static"
[ -f "$2" ] || fail "$2 is missing; it is compiled first"
is_static "$2" || fail "$2 is not linked statically"
probe=$(realpath "$2")
parent=$(realpath "$(dirname "$1")")
dest=$parent/$(basename "$1")
user=$(id -u)
if [ -e "$dest" ] && [ "$user" -ne 0 ] && [ "$(stat -c %u "$dest")" -ne "$user" ]; then
	fail "$1 belongs to another user (a former sudo make?); run: sudo make clean"
fi
if grep -qF -e " $dest/" -e " $dest " /proc/self/mountinfo; then
	fail "something is mounted on or below $1; unmount it first"
fi

new=$(mktemp -d "$dest.new.XXXXXX" 2>/dev/null) ||
	fail "cannot write to $parent; run: sudo make clean"
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$new/tree"
cd "$new/tree"
mkdir -p bin sbin dev etc home/user mnt proc root run sys tmp usr/bin usr/sbin usr/local/bin \
	usr/local/sbin var/log var/tmp
chmod 1777 tmp var/tmp
ln -s ../run var/run
write_etc
install -m 0755 "$busybox" bin/busybox
install -m 0755 "$probe" bin/probe
"$busybox" --list-full | while read -r applet; do
	link_applet "$applet"
done
[ -x bin/sh ] || fail "$busybox has no applet sh"
find . -depth -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +

cd "$parent"
if [ -e "$dest" ]; then
	mv "$dest" "$new/old"
fi
mv "$new/tree" "$dest"
