#!/bin/sh
# tests/vm/tests.sh [TEST...]: what a row of the matrix runs in its machine: is doctor right about
# it, do the steps leave it as it was, and these tests (see tests/run.sh). Unlike the tests, doctor
# and the steps that it speaks of meet the machine itself here, not namespaces that stand for it.
set -u
cd "$(dirname "$0")/../.." || exit 1
wrong=0
tests/host-state.sh >/tmp/before
tests/doctor.sh || wrong=1
for _ in 1 2 3 4 5; do # what the kernel removes by itself may take a moment
	tests/host-state.sh | diff /tmp/before - >/tmp/changed && break
	sleep 1
done
if [ -s /tmp/changed ]; then
	echo '[  ERROR   ] the steps have changed the machine:'
	cat /tmp/changed
	wrong=1
else
	echo '[       OK ] the steps have left the machine as it was'
fi
[ $# -eq 0 ] || SLOWER=4 tests/run.sh "$@" || wrong=1
exit $wrong
