#!/bin/sh
# tests/transcript.sh README.md: runs every `console` block of a chapter with clitest(1), which
# compares what the commands print with what the page shows.
#
# clitest takes all lines up to the next prompt as output, so the blocks' fences become bare
# prompts. For root, a script that only executes its arguments stands in for `sudo`, which may not
# be installed. A user has the real `sudo`.
set -eu
page=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "$(id -u)" -eq 0 ]; then
	printf '#!/bin/sh\nexec "$@"\n' >"$work/sudo"
	chmod +x "$work/sudo"
fi
awk '/^```console/ { inside = 1; print "$"; next }
     /^```/ { if (inside) print "$"; inside = 0; next }
     inside' "$page" >"$work/blocks"
if ! grep -q '^\$ ' "$work/blocks"; then
	echo "$page: no console blocks"
	exit 0
fi
echo "$page:"
# A `make` in the blocks must not use the job server of a `make -j test` that runs this script.
# The lines that say what is compiled depend on what has been compiled before, so no page has them.
MAKEFLAGS="--silent $(printf '%s' "${MAKEFLAGS:-}" | sed 's/ *-j[0-9]*//; s/ *--jobserver-[a-z]*=[^ ]*//g')"
# A lab is graded on this machine alone: the virtual machine takes long.
export MAKEFLAGS WHERE=here
# A step that is broken on purpose leaves no /proc, which the leak checker of SANITIZE=1 needs.
ASAN_OPTIONS=detect_leaks=0 PATH="$work:$PATH" clitest --progress none --color never "$work/blocks"
