#!/bin/sh
# tests/engines/run.sh [ENGINE...]: runs Podman, Docker and containerd with our runtime, ./step-06-oci,
# in the place of theirs.
#
# The engines run in new mount, network and PID namespaces, with an empty /run and /var/lib: their
# mounts, sockets and processes end with these. Their cgroups are removed at the end.
set -u
cd "$(dirname "$0")/../.." || exit 1
if [ "${ENGINES_NAMESPACE:-}" != entered ]; then
	groups() { find /sys/fs/cgroup -mindepth 1 -type d 2>/dev/null | sort; }
	before=$(groups)
	ENGINES_NAMESPACE=entered unshare --mount --propagation private --net --pid --fork \
		--kill-child --mount-proc "$0" "$@"
	status=$?
	# Cgroups are removed from the deepest up. Those of other programs stay: they are not empty.
	groups | while read -r group; do
		echo "$before" | grep -qxF "$group" || echo "$group"
	done | grep -E '/(oci-tests|docker|default|libpod_parent|machine\.slice|conmon|buildkit|moby)' |
		sort -r | while read -r group; do rmdir "$group" 2>/dev/null; done
	exit "$status"
fi

mount -t tmpfs -o mode=755 run /run
for directory in /var/lib/containers /var/lib/docker /var/lib/containerd /var/tmp; do
	mkdir -p "$directory" && mount -t tmpfs engines "$directory"
done
ip link set lo up

[ $# -gt 0 ] || set -- podman rootless docker containerd swarm images
status=0
for engine in "$@"; do
	work=$(mktemp -d /run/engine-XXXXXX)
	began=$(date +%s)
	# shellcheck disable=SC2015 # both are the branches
	timeout --kill-after=10 $((120 * ${SLOWER:-1})) tests/engines/"$engine".sh "$work" "$PWD/step-06-oci" &&
		echo "==== $engine: passed, $(($(date +%s) - began)) s" ||
		{ echo "==== FAILED: $engine" && status=1; }
done
exit "$status"
