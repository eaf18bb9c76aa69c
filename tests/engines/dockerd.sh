# shellcheck shell=sh disable=SC2154 # the script that sources it sets $work and $runtime
# Functions that start and end Docker's daemon, with our runtime in the place of its own.

start_dockerd() {
	cat >"$work/docker" <<-END
		#!/bin/sh
		exec /usr/bin/docker -H unix://$work/socket "\$@"
	END
	chmod +x "$work/docker"
	PATH=$work:$PATH
	dockerd --host "unix://$work/socket" --data-root "$work/data" --exec-root "$work/exec" \
		--pidfile "$work/pid" --iptables=false --bridge=none --storage-driver vfs \
		--add-runtime "ours=$runtime" --default-runtime ours >"$work/log" 2>&1 &
	dockerd=$!
	until_true docker info || { tail -5 "$work/log" && return 1; }
	tar -C rootfs/busybox -c . | docker import - "$image" >/dev/null
}

stop_dockerd() {
	kill "$dockerd"
	wait "$dockerd"
}
