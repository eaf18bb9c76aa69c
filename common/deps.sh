#!/bin/sh
# `make deps`: installs what the workbook needs on Debian and Ubuntu; elsewhere says what to
# install. For `make test-engines` the script installs the engines, too; for `make deps-build`,
# only what building and running the steps needs. Packages that are installed already are left
# alone. If all of them are, the script does not use the network. `make deps-book` installs what the
# book is made with, and `make check-book` also the browser that looks at it.
set -u

# The packages, by what they are for. gcc brings its own sanitizers, clang's are in libclang-rt-dev.
build='make gcc libc6-dev binutils busybox-static libnl-3-dev libseccomp-dev libjansson-dev nftables
	libarchive-dev nettle-dev libzstd-dev liblzma-dev zlib1g-dev skopeo'
tests='libcmocka-dev clitest strace iproute2 iptables procps util-linux mount libcap2-bin
	uidmap jq python3 patch git sudo'
machines='qemu-system-x86 xz-utils zstd e2fsprogs debootstrap'
checks='clang clang-format clang-tidy libclang-rt-dev cppcheck shellcheck'
measures='hyperfine bubblewrap time'
pictures='graphviz fonts-dejavu-core'
# The engines that use our runtime in `make test-engines`. The workbook itself does not need them.
engines='podman containerd docker.io crun umoci docker-registry attr'
book='python3 pandoc weasyprint python3-pygments fonts-sil-charis fonts-dejavu-core fonts-ipafont-gothic'
browser='chromium poppler-utils'
packages="$build $tests $machines $checks $measures $pictures"
[ "${1:-}" != build ] || packages=$build
[ "${1:-}" != book ] || packages=$book
[ "${1:-}" != check-book ] || packages="$book $browser"
[ "${1:-}" != engines ] || packages="$packages $engines"

fail() {
	echo "deps: $*" >&2
	exit 1
}

install_debian() {
	missing=''
	# shellcheck disable=SC2086 # words; dpkg needs neither root nor the network to answer
	installed=$(dpkg-query -W -f='${Package}=${db:Status-Status} ' $packages 2>/dev/null)
	for package in $packages; do
		case " $installed" in
		*" $package=installed "*) ;;
		*) missing="$missing $package" ;;
		esac
	done
	if [ -z "$missing" ]; then
		echo 'deps: all packages are installed'
		return
	fi
	root=''
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null ||
			fail "needs root and there is no sudo; run as root: apt-get install$missing"
		root=sudo
		sudo true || fail "sudo does not make you root; as root run: apt-get install$missing"
	fi
	echo "deps: installing$missing"
	# The lists may be missing or old. One bad source need not end the script: the installation shows
	# what is missing.
	$root apt-get -q -q update || echo 'deps: apt-get update failed; going on with the old lists' >&2
	# shellcheck disable=SC2086 # words: an optional sudo, the packages
	$root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 install $missing </dev/null ||
		fail 'apt-get could not install them; its messages above say why' \
			'(no network? on Ubuntu the component "universe" is needed: sudo add-apt-repository universe)'
	echo 'deps: done'
}

# advise SYSTEM COMMAND PACKAGE...
advise() {
	echo "deps: this script installs packages on Debian and Ubuntu only. On $1, run as root:"
	shift
	echo "    $*"
	echo 'This list was not tried: a name may differ in your release.'
}

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
	install_debian
	exit
fi
# shellcheck disable=SC1091 # the system's own file
system=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${ID_LIKE:-}")
case " $system " in
*' fedora '*)
	advise Fedora dnf install make gcc glibc-devel glibc-static binutils busybox libnl3-devel \
		libseccomp-devel libseccomp-static jansson-devel jansson-static libarchive-devel libarchive-static \
		nettle-devel nettle-static zlib-ng-compat-static libzstd-static xz-static libcmocka-devel clitest strace iproute iproute-tc \
		nftables iptables-nft procps-ng util-linux libcap patch git clang clang-tools-extra \
		compiler-rt cppcheck ShellCheck libasan libubsan hyperfine bubblewrap time jq \
		graphviz dejavu-sans-fonts qemu-system-x86-core e2fsprogs xz zstd ;;
*' arch '*)
	advise 'Arch Linux' pacman -S --needed make gcc glibc binutils busybox libnl nftables \
		libseccomp jansson libarchive nettle zlib zstd xz cmocka clitest strace iproute2 iptables-nft procps-ng util-linux libcap \
		patch git clang compiler-rt cppcheck shellcheck hyperfine bubblewrap time jq graphviz \
		ttf-dejavu qemu-system-x86 e2fsprogs xz zstd ;;
*' alpine '*)
	advise 'Alpine Linux' apk add make gcc libc-dev linux-headers argp-standalone binutils \
		busybox-static libnl3-dev libseccomp-dev jansson-dev libarchive-dev nettle-dev zlib-dev \
		zstd-dev xz-dev cmocka-dev strace iproute2 \
		nftables iptables procps util-linux libcap patch git \
		clang clang-extra-tools compiler-rt cppcheck shellcheck hyperfine bubblewrap jq \
		coreutils graphviz font-dejavu
	echo 'The programs need glibc (argp, strerrorname_np), and Alpine has musl: they do not build'
	echo 'there. Use a virtual machine with Debian.' ;;
*)
	cat <<-'END'
		deps: this system is not known here. What is needed, by the names of the tools:
		    to build     make, gcc or clang, glibc 2.36 or later with its static library, ar and
		                 readelf (binutils), a statically linked busybox; nft for bridges; libnl,
		                 libseccomp, jansson, libarchive, nettle, zlib, zstd and liblzma with
		                 their static libraries and headers
		    to test      cmocka, clitest, strace, ip and tc (iproute2), iptables-nft, ps and
		                 pgrep, unshare (util-linux), capsh, python3, patch, git
		    in machines  qemu-system-x86_64, mke2fs (e2fsprogs), xz, zstd; apt-get and dpkg
		    to check     clang-format, clang-tidy, cppcheck, shellcheck
		    to measure   hyperfine, bwrap, GNU time, jq
		    to draw      dot (graphviz), the DejaVu fonts
		    for a book   pandoc, weasyprint, pygments (Python), the font Charis SIL; to check it
		                 chromium, pdftotext (poppler)
	END
	;;
esac
exit 1
