#!/bin/sh
# tests/judge/protect.sh: makes the mounts private that the tests themselves use. Then no mount that a
# learner's program makes over them reaches the tests.
set -e
for directory in /usr /etc "$PWD"; do
	mount --rbind "$directory" "$directory"
	mount --make-rprivate "$directory"
done
mount --make-private /proc
