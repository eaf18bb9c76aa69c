# tests/store.sh: read by the scripts of the engine's tests (test_06_engine.h). Each has a directory
# $d in memory, and in it an empty store $s.
# shellcheck shell=sh
d=$(mktemp -d /run/engine.XXXXXX)
s=$d/store
export STEP_STORE="$s"
finish() {
	status=$?
	[ ! -e "$d/failed" ] || status=9
	rm -rf --one-file-system "$d"
	exit $status
}
trap finish EXIT

# e VERB...: runs a verb of the engine
e() { ./step-06 "$@"; }

# r [OPTION...] IMAGE...: runs a container without a network
r() { ./step-06 run --network none "$@"; }

# problem TEXT: ends the script, and shows the store
problem() {
	{
		echo "${at:+$at: }$*"
		find "$s" -maxdepth 3 | sort | head -99
	} >&2
	exit 9
}

# wrong TEXT: the script fails at its end, after all that is wrong was told
wrong() {
	echo "$*" >&2
	touch "$d/failed"
}

# is TEXT WANTED: the texts must be the same
is() { [ "$1" = "$2" ] || wrong "$1: it is not $2"; }

# refuses STATUS PART COMMAND...: the command must end with this status, and one line with PART
refuses() {
	refuses_status=$1 refuses_part=$2 refuses_got=0
	shift 2
	"$@" >"$d/refuses.out" 2>"$d/refuses.err" || refuses_got=$?
	if [ $refuses_got -ne "$refuses_status" ] || [ "$(wc -l <"$d/refuses.err")" -ne 1 ] ||
		! grep -qF -e "$refuses_part" "$d/refuses.err"; then
		wrong "$*: status $refuses_got, not $refuses_status with one line of: $refuses_part"
		cat "$d/refuses.out" "$d/refuses.err" >&2
	fi
}

# list: prints all that is in the store
list() {
	(
		cd "$s" && find . ! -name lock ! -name index.json.new ! -type d -printf '%y %p %m %U %s %l\n' -o \
			-type d -printf '%y %p %m %U\n' | sort
		jq -c '.manifests[]' index.json | sort
	)
}

# keeps COMMAND...: runs a command that must change nothing in the store
keeps() {
	list >"$d/list.before"
	"$@"
	list >"$d/list.after"
	diff "$d/list.before" "$d/list.after" >&2 || wrong "changed the store: $*"
}

# wait_for COMMAND...: waits until the command succeeds
wait_for() {
	for _ in $(seq 400); do
		if "$@"; then return; fi
		sleep 0.05
	done
	echo "waited in vain for: $*" >&2
	exit 9
}

# settled: true if a command has cleaned work/ up
settled() {
	e images >/dev/null && [ -z "$(ls -A "$s/work")" ]
}

# sum FILE: prints its SHA-256
sum() { sha256sum "$1" | cut -d ' ' -f 1; }

# inspect NAME PROGRAM: prints what the jq program says of an image
inspect() { e image inspect "$1" | jq -r ".[0] | $2"; }

# names: prints the names of the images
names() { e images --format json | jq -r '.Repository + ":" + .Tag' | sort; }

# used: prints the blobs and layers of the images and containers
used() {
	{
		jq -r '.manifests[].digest' index.json
		for record in containers/*/record.json; do
			[ ! -f "$record" ] || jq -r .Manifest "$record"
		done
	} | sort -u | while IFS=: read -r _ hex; do
		manifest=blobs/sha256/$hex
		[ -f "$manifest" ] || problem "$manifest is missing"
		echo "$manifest"
		jq -r '.config, .layers[] | .digest' "$manifest" | sed 's,sha256:,blobs/sha256/,'
		config=blobs/sha256/$(jq -r '.config.digest[7:]' "$manifest")
		[ -f "$config" ] || problem "$config is missing"
		jq -r '.rootfs.diff_ids[]' "$config" | sed 's,sha256:,layers/,'
	done
}

# whole: in a store at rest, work/ is empty; each blob has its digest, and belongs to an image or to a
# container, as each layer does; each container has a record; and nothing lies beside.
whole() {
	(
		cd "$s" || exit
		[ -z "$(ls -A work)" ] || problem 'work/ is not empty'
		for file in *; do
			case $file in
			*.new) ;; # a killed command has left it; the next one writes it anew
			oci-layout | index.json | blobs | built | layers | containers | names | work | lock) ;;
			*) problem "$file is no part of a store" ;;
			esac
		done
		for blob in blobs/sha256/*; do
			[ ! -f "$blob" ] || [ "$(sum "$blob")" = "${blob##*/}" ] || problem "$blob is damaged"
		done
		for container in containers/*; do
			[ -d "$container" ] || continue
			jq -e .Name "$container/record.json" >/dev/null || problem "$container has no record"
		done
		used >"$d/whole.used" || exit
		sort -u "$d/whole.used" >"$d/whole.want"
		find blobs/sha256 layers -mindepth 1 -maxdepth 1 | sort >"$d/whole.have"
		diff "$d/whole.want" "$d/whole.have" >"$d/whole.diff" ||
			problem "other than what is used: $(cat "$d/whole.diff")"
	) || exit 9
}

# named: each container has its name, and each name a container
named() {
	(
		cd "$s" || exit
		for container in containers/*; do
			[ -d "$container" ] || continue
			name=$(jq -er .Name "$container/record.json") || problem "$container has no record"
			[ "$(readlink "names/$name")" = "${container#*/}" ] ||
				problem "$container has no name"
		done
		for name in names/*; do
			[ ! -h "$name" ] || [ -d "containers/$(readlink "$name")" ] ||
				problem "$name leads nowhere"
		done
	) || exit 9
}
