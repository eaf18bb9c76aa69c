#!/bin/sh
# tests/cgroups.sh VIEW COMMAND [ARG...]: runs a command where cgroups are mounted as VIEW says: here
# (as they are), v1 or v2 (those of that version alone), or none. The mounts are in a new namespace.
set -eu
view=$1
shift
[ "$view" != here ] || exec "$@"
if [ "${CGROUPS_NAMESPACE:-}" != entered ]; then
	CGROUPS_NAMESPACE=entered exec unshare --mount --propagation private "$0" "$view" "$@"
fi
unset CGROUPS_NAMESPACE
case $view in
v1) others=cgroup2 ;;
v2) others=cgroup ;;
none) others='cgroup2?' ;;
esac
awk -v others="^$others\$" '$3 ~ others { print $2 }' /proc/self/mounts | while read -r mount; do
	umount "$mount"
done
exec "$@"
