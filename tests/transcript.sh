#!/bin/sh
# tests/transcript.sh README.md: runs every `console` block of a chapter with clitest(1), which
# compares what the commands print with what the page shows.
#
# clitest takes all lines up to the next prompt as output, so the blocks' fences become bare
# prompts. `sudo` is stood in for by a command that just executes: here we are root already.
set -eu
page=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#!/bin/sh\nexec "$@"\n' >"$work/sudo"
chmod +x "$work/sudo"
awk '/^```console/ { inside = 1; print "$"; next }
     /^```/ { if (inside) print "$"; inside = 0; next }
     inside' "$page" >"$work/blocks"
if ! grep -q '^\$ ' "$work/blocks"; then
	echo "$page: no console blocks"
	exit 0
fi
echo "$page:"
# The makes in the blocks are no part of a `make -j test` around us: its job server is not for them.
MAKEFLAGS=$(printf '%s' "${MAKEFLAGS:-}" | sed 's/ *-j[0-9]*//; s/ *--jobserver-[a-z]*=[^ ]*//g')
export MAKEFLAGS
# A step that is broken on purpose leaves no /proc, without which SANITIZE=1 cannot look for leaks.
ASAN_OPTIONS=detect_leaks=0 PATH="$work:$PATH" clitest --progress none --color never "$work/blocks"
