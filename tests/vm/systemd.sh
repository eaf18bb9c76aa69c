#!/bin/sh
# tests/vm/systemd.sh: the row for --systemd-cgroup. Its tests need the machine's own systemd, so they
# run outside of the namespaces that stand for a host. Then a user runs the checks below with the
# user's own systemd.
set -u
cd "$(dirname "$0")/../.." || exit 1
wrong=0
if [ "$(id -u)" -eq 0 ]; then
	OUTER_NAMESPACE=entered SLOWER=4 tests/run.sh test_06_oci_systemd || wrong=1
	useradd --uid 4711 --create-home learner && systemctl start user@4711.service || wrong=1
	as_user='setpriv --reuid=4711 --regid=4711 --clear-groups env XDG_RUNTIME_DIR=/run/user/4711'
	$as_user "$0" outside || wrong=1
	$as_user systemd-run --user --scope --quiet "$0" below || wrong=1
	exit $wrong
fi

# prints TEXT COMMAND...: checks that the command prints the text, on standard output or error
prints() {
	text=$1
	shift
	output=$("$@" 2>&1)
	if [ "$output" = "$text" ]; then
		echo "[       OK ] systemd of a user: $*"
	else
		printf '[  ERROR   ] systemd of a user: %s:\n%s\n' "$*" "$output"
		wrong=1
	fi
}
# shellcheck disable=SC2317 # prints calls these
oci() { ./step-06-oci --root "$bundle/run" "$@" </dev/null; }
# shellcheck disable=SC2317
property() { systemctl --user show --property "$1" --value oci-learner.scope; }
# shellcheck disable=SC2317
limit() { cat "/sys/fs/cgroup$(property ControlGroup)/memory.max"; }

bundle=$(mktemp -d) && mkdir "$bundle/rootfs" && cp -a rootfs/busybox/bin "$bundle/rootfs" &&
	./step-06-oci spec --rootless --bundle "$bundle" &&
	jq '.process.terminal = false | .process.args = ["sh", "-c", "exec sleep 1000 >/dev/null 2>&1"] |
		.linux.resources = {memory: {limit: 33554432}}' "$bundle/config.json" >"$bundle/new" &&
	mv "$bundle/new" "$bundle/config.json" || exit 1
if [ "$1" = outside ]; then
	# A session's processes are outside of the user's systemd, and only root may move them there.
	scope=/user.slice/user-4711.slice/user@4711.service/user.slice/oci-learner.scope
	prints "step-06-oci: systemd: $scope cannot be entered from our cgroup; start us by \`systemd-run --user --scope\`" \
		oci --systemd-cgroup run --detach --bundle "$bundle" learner
else
	prints '' oci --systemd-cgroup run --detach --bundle "$bundle" learner
	prints 33554432 property MemoryMax
	prints 33554432 limit
	prints '' oci update --memory 67108864 learner
	prints 67108864 property MemoryMax
	prints 67108864 limit
	prints '' oci delete --force learner
fi
prints not-found property LoadState
exit $wrong
