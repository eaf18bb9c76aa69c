#!/bin/sh
# tests/empty-run.sh: mounts an empty /run and an empty store of images, and keeps the file that /etc/resolv.conf leads to: with
# systemd-resolved it is a link into /run, and no file could be mounted on a link to nothing.
text=$(cat /etc/resolv.conf 2>/dev/null)
file=$(readlink -f /etc/resolv.conf)
mount -t tmpfs -o mode=755 run /run || exit
case $file in
/run/*) mkdir -p "${file%/*}" && printf '%s\n' "$text" >"$file" ;;
esac
# Where the machine has no store, /var/lib becomes an overlay, in which a directory can be made.
store=/var/lib/step-06
if ! [ -d "$store" ]; then
	mkdir -p /run/var-lib/upper /run/var-lib/work || exit
	mount -t overlay -o lowerdir=/var/lib,upperdir=/run/var-lib/upper,workdir=/run/var-lib/work lib /var/lib || exit
	mkdir "$store" || exit
fi
mount -t tmpfs -o mode=700 store "$store"
