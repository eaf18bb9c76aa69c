#!/bin/sh
# tests/engines/images.sh DIRECTORY RUNTIME: images between this workbook, Docker, Podman, skopeo and
# umoci. A tree with all kinds of files goes from one to the other, and is compared file by file.
# shellcheck disable=SC2016 # other shells expand them
set -u
work=$1 runtime=$2
# shellcheck source=tests/engines/checks.sh
. tests/engines/checks.sh
# shellcheck source=tests/engines/dockerd.sh
. tests/engines/dockerd.sh
start_dockerd || exit 1
step=${runtime%-oci}
export STEP_STORE="$work/store"

podman() {
	command podman --root "$work/podman" --runroot "$work/podman-run" --storage-driver vfs \
		--cgroup-manager cgroupfs --events-backend none "$@"
}

# list DIRECTORY: all that stat(2) and getxattr(2) tell of each file. coarse=1: what `export` of Docker
# and Podman keeps, times to the second and the capabilities.
list() (
	cd "$1" || exit
	format='%T@' names='-'
	[ -z "${coarse:-}" ] || format='%Ts' names='^security[.]'
	set -- ! -path './dev*' ! -path './etc/hosts' ! -path './etc/resolv.conf' ! -path './etc/hostname' \
		! -path './proc' ! -path './sys' ! -path './.dockerenv' ! -path './etc/mtab' ! -path './run*'
	find . -mindepth 1 "$@" -printf '%P %M %U %G %n %l %y ' \( -type d -printf '\n' -o -printf "%s $format\n" \) |
		sort
	find . -type f "$@" -exec sha256sum {} + | sort
	getfattr -R -h -d -m "$names" . 2>/dev/null | sort
)

# unpack ARCHIVE DIRECTORY
unpack() { mkdir -p "$2" && tar --xattrs --xattrs-include='*' --numeric-owner -xpf "$1" -C "$2"; }

# same WHAT DIRECTORY DIRECTORY
same() {
	list "$2" >"$work/one"
	list "$3" >"$work/other"
	check "$1" '' diff "$work/one" "$work/other"
}

# The tree: busybox, and a file of each kind.
tree=$work/tree
cp -a rootfs/busybox "$tree"
(
	mkdir "$tree/kinds" && cd "$tree/kinds" || exit
	echo text >file && ln file hard && ln -s ../etc/passwd soft && mkfifo fifo && mknod device c 1 3
	printf x >'name with spaces' && touch "$(printf 'latin-\351')" && mkdir -p deep/er && touch deep/er/file
	long=$(printf '%0200d' 0) && echo long >"$long" && mkdir "$long.d" && echo in >"$long.d/$long"
	truncate -s 5M sparse && printf end >>sparse
	cp /bin/true setuid && chown 1000:1001 setuid && chmod 4755 setuid
	cp /bin/true capable && setcap cap_net_raw+ep capable
	touch attribute && setfattr -n user.note -v value attribute && chmod 1777 deep && chown 3000000:5 attribute
	touch -d '2001-02-03 04:05:06.123456789' file && touch -h -d '1999-01-01' soft
)

tar -C "$tree" --xattrs --xattrs-include='*' --numeric-owner -c . | docker import - kinds:1 >/dev/null
docker save -o "$work/docker.tar" kinds:1
check 'load what Docker saves' 'Loaded image: kinds:1' "$step" load -i "$work/docker.tar"
check 'the ID is the one that Docker shows' "$(docker images -q --no-trunc kinds:1)" \
	sh -c "'$step' image inspect kinds:1 | jq -r '.[].Id'"
docker create --name made kinds:1 true >/dev/null
docker export made >"$work/docker-export.tar"
unpack "$work/docker-export.tar" "$work/docker-export"
"$step" create --name made kinds:1 true >/dev/null
"$step" export -o "$work/our-export.tar" made
unpack "$work/our-export.tar" "$work/our-export"
coarse=1 same 'export is the same as that of Docker' "$work/docker-export" "$work/our-export"

change='cd /kinds; echo more >>attribute; rm soft; mv deep deeper; rm -r 0*.d; mkdir new; echo n >new/n; rm -r /home; mkdir /home; echo h >/home/h; chmod 700 /root'
"$step" run --network none --name changed kinds:1 sh -c "$change"
docker run --network none --name changed --cgroup-parent /oci-tests kinds:1 sh -c "$change"
ours() { "$step" diff changed | grep -vE '^. /(dev|etc|proc|sys|run)(/|$)' | sort; }
theirs() { docker diff changed | grep -vE '^. /(dev|etc|proc|sys|run)(/|$)' | sort; }
check 'diff is the same as that of Docker' "$(theirs)" ours
"$step" commit changed kinds:2 >/dev/null
"$step" save -o "$work/ours.tar" kinds:2
"$step" export -o "$work/ours-2.tar" changed
unpack "$work/ours-2.tar" "$work/ours-2"

check 'Docker loads what we save' 'Loaded image: kinds:2' docker load -i "$work/ours.tar"
docker create --name loaded kinds:2 true >/dev/null
docker export loaded >"$work/docker-2.tar"
unpack "$work/docker-2.tar" "$work/docker-2"
coarse=1 same 'and has the same files' "$work/ours-2" "$work/docker-2"
check 'Podman loads it' 'kinds:2' sh -c "$(command -v podman >/dev/null && echo true)
	podman --root $work/podman --runroot $work/podman-run --storage-driver vfs --events-backend none \
		load -q -i $work/ours.tar | sed 's|.*/||'"
podman create --name loaded kinds:2 true >/dev/null 2>&1
podman export -o "$work/podman-2.tar" loaded
unpack "$work/podman-2.tar" "$work/podman-2"
coarse=1 same 'and has the same files' "$work/ours-2" "$work/podman-2"
check 'skopeo reads the store' "$("$step" image inspect kinds:2 | jq -c '.[].RootFS.diff_ids | length')" \
	sh -c "skopeo inspect oci:$STEP_STORE:kinds:2 | jq '.Layers | length'"
umoci unpack --image "$STEP_STORE:kinds:2" "$work/umoci" >/dev/null
same 'umoci unpacks the store to the same files' "$work/ours-2" "$work/umoci/rootfs"
skopeo copy -q "oci:$STEP_STORE:kinds:2" "oci-archive:$work/oci.tar:again:1"
check 'load what skopeo writes' 'Loaded image: again:1' "$step" load -i "$work/oci.tar"
podman save -q --format oci-archive -o "$work/podman.tar" kinds:2 2>/dev/null
"$step" load -q -i "$work/podman.tar" >/dev/null
check 'the ID stays the same on all these ways' "$("$step" images --no-trunc -q | sort -u | wc -l)" \
	sh -c "'$step' images --format json | jq -r .Id | sort -u | wc -l"

# A registry of this test's own, which speaks HTTP.
cat >"$work/registry.yml" <<END
version: 0.1
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: 127.0.0.1:5000 }
END
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
registry=$!
until_true grep -q "listening on" "$work/registry.log"
"$step" tag kinds:2 127.0.0.1:5000/a/kinds:2
check 'a registry without a certificate is refused' 'status 125' "$step" push 127.0.0.1:5000/a/kinds:2
check 'push' '' "$step" push --tls-verify=false 127.0.0.1:5000/a/kinds:2
check 'Docker pulls what we push' '127.0.0.1:5000/a/kinds:2' docker pull -q 127.0.0.1:5000/a/kinds:2
"$step" rmi 127.0.0.1:5000/a/kinds:2 >/dev/null
check 'pull' '127.0.0.1:5000/a/kinds:2' "$step" pull -q --tls-verify false 127.0.0.1:5000/a/kinds:2
check 'an image that is not there' 'status 125' "$step" pull --tls-verify=false 127.0.0.1:5000/a/nothing
kill "$registry"
stop_dockerd
finish
