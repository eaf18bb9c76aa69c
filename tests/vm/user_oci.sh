#!/bin/sh
# tests/vm/user_oci.sh: the OCI runtime as a user, on cgroup v2: the cgroups of a container where the
# user was given none, and where the user was given one ($GIVEN is its directory).
set -u
cd "$(dirname "$0")/../.." || exit 1
wrong=0 bundle=$(mktemp -d)
export XDG_RUNTIME_DIR="$bundle"
trap 'rm -rf "$bundle"' EXIT

oci() { ./step-06-oci "$@" </dev/null; }
# config PROGRAM: changes the configuration by a jq program
config() {
	jq "$1" "$bundle/first" >"$bundle/config.json"
}

# check WHAT EXPECTED COMMAND...
check() {
	what=$1 expected=$2
	shift 2
	"$@" >"$bundle/out" 2>&1 || echo "status $?" >>"$bundle/out" # a container may keep it open
	got=$(cat "$bundle/out")
	# shellcheck disable=SC2254 # it is a pattern
	case $got in
	$expected) printf '[       OK ] user_oci: %s\n' "$what" ;;
	*) printf '[  ERROR   ] user_oci: %s: %s\n' "$what" "$got" && wrong=1 ;;
	esac
}

oci spec --rootless --bundle "$bundle"
jq ".root.path = \"$PWD/rootfs/busybox\" | .process.terminal = false" "$bundle/config.json" >"$bundle/first"
config '.process.args = ["id", "-u"]'
check 'run' 0 oci run --bundle "$bundle" one
config '.mounts += [{destination: "/tmp", type: "tmpfs"},
	{destination: "/tmp/cg", type: "cgroup", options: ["ro"]}] | .process.args = ["ls", "/tmp/cg/cgroup.procs"]'
check 'its cgroup can be seen' /tmp/cg/cgroup.procs oci run --bundle "$bundle" one
config '.process.args = ["sleep", "1000"]'
check 'run -d' '' oci run -d --bundle "$bundle" one
check 'ps' '\[[0-9]*\]' oci ps --format json one
check 'exec' 0 oci exec one id -u
if [ -z "${GIVEN:-}" ]; then
	check 'pause' '*the container has no cgroup of its own*status 1' oci pause one
	check 'update' '*the container has no cgroup of its own*status 1' oci update --pids-limit 9 one
else
	check 'its cgroup' 1 sh -c "wc -l <$GIVEN/one/cgroup.procs"
	check 'pause' '' oci pause one
	check 'it is paused' paused sh -c './step-06-oci state one | jq -r .status'
	check 'resume' '' oci resume one
	check 'update' '' oci update --pids-limit 9 one
	check 'the limit' 9 cat "$GIVEN/one/pids.max"
fi
check 'kill --all' '' oci kill --all one KILL
sleep 1
check 'delete' '' oci delete one
config '.linux.resources.pids.limit = 9 | .process.args = ["id", "-u"]'
if [ -z "${GIVEN:-}" ]; then
	check 'a limit' '*linux.resources.pids.limit: no cgroup hierarchy here*status 1' oci run --bundle "$bundle" one
else
	check 'a limit' 0 oci run --bundle "$bundle" one
	# Engines name the cgroup by its full path.
	config ".linux.cgroupsPath = \"${GIVEN#/sys/fs/cgroup}/engine/two\" | .process.args = [\"sleep\", \"1000\"]"
	check 'a path' '' oci run -d --bundle "$bundle" two
	check 'the cgroup at it' 1 sh -c "wc -l <$GIVEN/engine/two/cgroup.procs"
	check 'delete --force' '' oci delete --force two
	check 'no cgroup is left' 'engine
shell' sh -c "cd $GIVEN && find . -mindepth 1 -type d | sed 's|./||' | sort"
	rmdir "$GIVEN/engine"
fi
exit $wrong
