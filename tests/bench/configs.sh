# tests/bench/configs.sh: read by scripts that measure bundles. write_configs DIRECTORY makes there, for our
# root file system and the command `true`: "plain", without a cgroup; "filtered", plain with Docker's
# filter of system calls; "devices", with the cgroup's rules about devices; "whole", with both.
# shellcheck shell=sh
write_configs() {
	./step-06-oci spec --bundle "$1"
	jq --arg rootfs "$PWD/rootfs/busybox" '.root.path = $rootfs | .process.terminal = false | .ociVersion = "1.0.2" |
		.process.rlimits = [] | .process.args = ["/bin/true"]' "$1/config.json" >"$1/devices"
	jq 'del(.linux.resources)' "$1/devices" >"$1/plain" # without a cgroup no device can be denied
	# Docker's profile, as it is for this processor and without further capabilities.
	for pair in plain:filtered devices:whole; do
		jq --slurpfile docker tests/data/docker-seccomp.json '.linux.seccomp = ($docker[0] |
			{defaultAction, defaultErrnoRet, architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
			syscalls: [.syscalls[] | select((.includes.caps // [] | length) == 0 and
			(.includes.arches // ["amd64"] | index("amd64")) and (.excludes.arches // [] | index("amd64") | not)) |
			{names, action, errnoRet, args} | with_entries(select(.value != null))]})' \
			"$1/${pair%:*}" >"$1/${pair#*:}"
	done
}
