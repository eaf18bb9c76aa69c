#!/bin/bash
# tests/as_user.sh [PAGE...]: types the pages, as tests/transcript.sh does, as a new user would: not as
# root, but as `learner`, who has a home directory that nobody else may enter, a copy of the workbook
# there that nobody else owns, and sudo without a password. The environment is that of a login:
# /usr/sbin is not in PATH, and XDG_RUNTIME_DIR is not set.
#
# First the two commands of README.md; then the pages (without PAGE: all), in order, and once more the
# other way round: each page after and before every other, and each twice.
#
# The user exists in a mount namespace alone, where /etc, /home and apt's directories are covered by
# copies; the machine's own are never written to. Needs root. The namespaces stand for a host.
set -u
cd "$(dirname "$0")/.." || exit 1

fail() {
	echo "as_user.sh: $*" >&2
	exit 1
}

[ "$(id -u)" -eq 0 ] || fail 'needs root: use sudo'
[ -x build/host ] || fail 'build/host is missing: make build-tests'
if [ "${OUTER_NAMESPACE:-}" != learner ]; then
	OUTER_NAMESPACE=learner exec build/host apart rootfs/busybox "$0" "$@"
fi
command -v sudo >/dev/null || fail 'sudo is missing: make deps'

# cover DIRECTORY: from now on, changes in it go to a copy
cover() {
	mkdir -p "$top$1/upper" "$top$1/work" || return
	mount -t overlay -o "lowerdir=$1,upperdir=$top$1/upper,workdir=$top$1/work" learner "$1"
}

[ $# -gt 0 ] || set -- README.md steps/*/*.md
# The copy of the workbook is on the disk: a tmpfs has no idmapped mounts on older kernels.
copy=$PWD/build/as-user
rm -rf "$copy" || exit
mkdir -p "$copy/workbook" && chmod 700 "$copy" || exit
cp -pr --parents Makefile README.md NOTES.md common steps rootfs/*.* tests "$copy/workbook" || exit
# What is compiled, if it is. The objects of the tests are only for pages that grade a lab.
compiled=(build/common build/steps build/*.a build/flags build/precompile build/seccomp_precompiled.h build/probe)
! grep -q '^\$ .*make lab-' "$@" || compiled+=(build/tests/*.[od])
cp -pr --parents "${compiled[@]}" "$copy/workbook" 2>/dev/null

top=/run/learner
mkdir "$top" || exit
for directory in /etc /var/lib/apt /var/lib/dpkg /var/cache/apt; do
	cover $directory || fail "no overlay over $directory"
done
mount -t tmpfs -o mode=755 home /home && mkdir /home/learner && mount --bind "$copy" /home/learner || exit
# The user is made as Debian's installer makes the first one.
useradd --home-dir /home/learner --no-create-home --shell /bin/bash learner || exit
usermod --append --groups sudo learner
echo 'learner ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/learner || exit
chown -R learner:learner /home/learner || exit

# as_learner SECONDS COMMAND: runs a command in a login shell of learner
as_learner() {
	timeout --kill-after=10 $(($1 * ${SLOWER:-1})) runuser --login learner --command "cd workbook && $2"
}

passed=0 failed=''
# one SECONDS NAME COMMAND: runs a command as learner, and counts whether it passed or failed
one() {
	local began=$SECONDS

	if as_learner "$1" "$3"; then
		passed=$((passed + 1))
	else
		failed="$failed $2"
	fi
	echo "$2: $((SECONDS - began)) s"
}

pages() {
	local page

	for page; do
		one 300 "$page" "tests/transcript.sh $page"
	done
}

# The two commands of the cover. The second one runs only the cover's tests here (tests/run.sh runs
# as root, whoever calls it).
commands() {
	local first second

	# shellcheck disable=SC2016 # the backquotes are those of the page
	{ read -r first && read -r second; } < <(sed -n '/^```sh/,/^```/{/^```/d;p}' README.md)
	one 600 'the first command' "echo 'id -u; exit' | { $first; }"
	one 600 'the second command' "$second TESTS= ALL_TESTS=README.md"
}

commands
pages "$@"
mapfile -t backwards < <(printf '%s\n' "$@" | tac)
pages "${backwards[@]}"
echo "as a user with sudo: $passed pages and commands passed${failed:+; FAILED:$failed}"
[ -z "$failed" ] && [ "$passed" -gt 0 ]
