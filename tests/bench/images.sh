#!/bin/bash
# tests/bench/images.sh [DIRECTORY]: how long images take: import of a tree (default: /usr/share), load,
# save, commit and run, beside what the machine needs for the parts of it (to decompress, to hash, to
# unpack with tar), and beside Docker and Podman where they run. ROUNDS times in turn; the medians are
# shown, in milliseconds, and the ratio. Needs root.
set -u
cd "$(dirname "$0")/../.." || exit 1
tree=${1:-/usr/share} rounds=${ROUNDS:-3}
work=$(mktemp -d "$PWD/build/images-XXXXXX") || exit
trap 'umount "$work/bundle" 2>/dev/null; rm -rf "$work"' EXIT
export STEP_STORE=$work/store
step=$PWD/step-06

# once COMMAND: prints the milliseconds that the command takes, after `fresh`
once() {
	local began
	rm -rf "$STEP_STORE" "$work/out" && mkdir "$work/out"
	[ -z "${before:-}" ] || bash -c "$before" >/dev/null 2>&1
	sync -f "$work"
	began=$(date +%s%N)
	bash -c "$1" >/dev/null 2>&1 || echo "images.sh: failed: $1" >&2
	echo $((($(date +%s%N) - began) / 1000000))
}

median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

# row NAME COMMAND [PEER COMMAND]...: each in turn; the peers' times and our ratio to each
row() {
	local name=$1 ours=$2 count=0 i line
	shift 2
	rm -f "$work"/time-*
	for ((i = 0; i < rounds; i++)); do
		once "$ours" >>"$work/time-0"
		count=0
		for ((peer = 2; peer <= $#; peer += 2)); do
			count=$((count + 1))
			once "${!peer}" >>"$work/time-$count"
		done
	done
	line="$name: $(median <"$work/time-0") ms"
	for ((i = 1; i <= count; i++)); do
		peer=$((2 * i - 1))
		line="$line; ${!peer} $(median <"$work/time-$i") ($(jq -n "$(median <"$work/time-0") / ([1, $(median <"$work/time-$i")] | max) * 100 | floor / 100"))"
	done
	echo "$line"
}

tar -C "$tree" -cf "$work/plain.tar" . 2>/dev/null
gzip -1 -k "$work/plain.tar" && mv "$work/plain.tar.gz" "$work/gzip.tar"
zstd -q -3 "$work/plain.tar" -o "$work/zstd.tar"
echo "tree: $tree, $(du -m "$work/plain.tar" | cut -f 1) MiB, $(tar -tf "$work/plain.tar" | wc -l) entries"
hash="sha256sum $work/plain.tar"
row 'import, plain' "$step import $work/plain.tar x" 'tar -x and cp' \
	"tar -C $work/out -xf $work/plain.tar & cp $work/plain.tar $work/copy; wait" 'hashing' "$hash"
row 'import, gzip' "$step import $work/gzip.tar x" 'tar -xzf' "tar -C $work/out -xzf $work/gzip.tar" \
	'gzip -d' "gzip -dc $work/gzip.tar" 'hashing' "$hash" 'writing' "tar -C $work/out -xf $work/plain.tar"
row 'import, zstd' "$step import $work/zstd.tar x" 'tar --zstd -x' \
	"tar -C $work/out --zstd -xf $work/zstd.tar" 'hashing' "$hash"
before="$step import $work/plain.tar x"
row 'save' "$step save -o $work/saved x" 'cp of the blob' "cp $work/plain.tar $work/copy"
STEP_STORE=$work/kept "$step" import "$work/plain.tar" x >/dev/null
STEP_STORE=$work/kept "$step" save -o "$work/saved" x
before=''
row 'load' "$step load -i $work/saved" 'tar -x and cp' \
	"tar -C $work/out -xf $work/plain.tar & cp $work/plain.tar $work/copy; wait"
before="$step run --network none --name changed busybox sh -c 'cp -r /bin /copy; touch /etc/x'"
row 'commit' "$step commit changed y" 'tar -c' "tar -C /usr/share -cf /dev/null ."
echo "memory: $(STEP_STORE=$work/memory command time -f %M "$step" import "$work/gzip.tar" x 2>&1 >/dev/null | tail -1) KiB at most, import of gzip"
before=
STEP_STORE=$work/runs "$step" images >/dev/null
# A container of an image, and a bundle of the same files, isolated alike. Both start by env(1).
. tests/bench/configs.sh
mkdir "$work/bundle" && mount -t tmpfs states "$work/bundle" && write_configs "$work/bundle"
hyperfine --shell none --style none --warmup 5 --runs "${RUNS:-100}" --export-json "$work/runs.json" \
	"env STEP_STORE=$work/runs $step run --rm --network none busybox true" \
	"env ./step-06-oci --root $work/bundle/states run --bundle $work/bundle --config $work/bundle/whole one" \
	>/dev/null 2>&1
jq -r '.results | "run --rm of an image: \(.[0].median * 1e5 | floor / 100) ms; step-06-oci run of a bundle \(.[1].median * 1e5 | floor / 100) (\(.[0].median / .[1].median * 100 | floor / 100))"' "$work/runs.json"
