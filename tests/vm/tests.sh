#!/bin/sh
# tests/vm/tests.sh [TEST...]: runs a row of the matrix in its machine: it checks that doctor is right
# and that the steps leave the machine as it was, and then runs these tests (tests/run.sh). Doctor and
# the steps run on the machine itself, not in namespaces that stand for a host.
set -u
cd "$(dirname "$0")/../.." || exit 1
wrong=0
build/host state >/tmp/before
tests/doctor.sh || wrong=1
for _ in 1 2 3 4 5; do # what the kernel removes by itself may take a moment
	build/host state | diff /tmp/before - >/tmp/changed && break
	sleep 1
done
if [ -s /tmp/changed ]; then
	echo '[  ERROR   ] the steps have changed the machine:'
	cat /tmp/changed
	wrong=1
else
	echo '[       OK ] the steps have left the machine as it was'
fi
[ $# -eq 0 ] || SLOWER=4 CGROUPS=machine tests/run.sh "$@" || wrong=1
exit $wrong
