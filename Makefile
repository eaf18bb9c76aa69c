# The workbook's Makefile: what there is, how it is compiled, and the rules for the steps. Tests,
# labs and checks are in tests/*.mk. `make help` lists the targets of all.
#
# Compiling never needs root. The targets that do (tests, traces, benchmarks) use sudo for the
# programs that they run, unless you are root already.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:
SHELL := /bin/sh
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# ---- What there is ------------------------------------------------------------------------------

STEPS := 01 02 03 04 05 06
dir-01 := steps/01-uts
dir-02 := steps/02-pid-proc
dir-03 := steps/03-mount-pivot_root
dir-04 := steps/04-net
dir-05 := steps/05-cgroups
dir-06 := steps/06-full

# Step N links the modules of chapters 1 to N.
chapters-01 := 01
chapters-02 := 01 02
chapters-03 := 01 02 03
chapters-04 := 01 02 03 04
chapters-05 := 01 02 03 04 05
chapters-06 := 01 02 03 04 05 06

# From chapter 3 on a step needs a root file system.
rootfs-03 := rootfs
rootfs-04 := rootfs
rootfs-05 := rootfs
rootfs-06 := rootfs

COMMON := $(wildcard common/*.c)
# A chapter's rooms: its folder and those in it, but for its labs.
rooms = $(patsubst %/,%,$(filter-out $(dir-$(1))/lab%,$(wildcard $(dir-$(1))/ $(dir-$(1))/*/ $(dir-$(1))/oci/*/ $(dir-$(1))/engine/*/)))
modules = $(filter-out %/main.c,$(foreach n,$(chapters-$(1)),$(wildcard $(patsubst %,%/*.c,$(call rooms,$(n))))))
object = $(patsubst %.c,build/%.o,$(1))

# ---- How it is compiled -------------------------------------------------------------------------

CC := gcc
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wwrite-strings
ALL_CFLAGS := -std=gnu17 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -isystem /usr/include/libnl3
# Static programs start in a third of the time, and run in any root file system.
LINK := -static
ifdef SANITIZE
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LINK := -fsanitize=address,undefined
else ifeq ($(shell uname -m),x86_64)
entry := -Wl,-e,self_exe_entry
endif

# Walls: a chapter's sources see the headers of common/ and of chapters 1 to their own.
sees-01 := common $(call rooms,01)
sees-02 := $(sees-01) $(call rooms,02)
sees-03 := $(sees-02) $(call rooms,03)
sees-04 := $(sees-03) $(call rooms,04)
sees-05 := $(sees-04) $(call rooms,05)
sees-06 := $(sees-05) $(call rooms,06) build
build/common/%: sees := common
build/steps/01-uts/%: sees := $(sees-01)
build/steps/02-pid-proc/%: sees := $(sees-02)
build/steps/03-mount-pivot_root/%: sees := $(sees-03)
build/steps/04-net/%: sees := $(sees-04)
build/steps/05-cgroups/%: sees := $(sees-05)
build/steps/06-full/%: sees := $(sees-06)
build/tests/%: sees := $(sees-06)
build/tests/judge/%: sees := $(sees-06) tests rootfs

# Libraries. libnl can look up names of hosts and protocols. The steps never use that, and a static
# program would link the resolver, of which the linker warns.
libs-04 := -lnl-3 -Wl,--defsym,getaddrinfo=0,--defsym,getprotobyname=0,--defsym,getprotobynumber=0
libs-05 := $(libs-04)
# libarchive can write all its formats by number. The linker leaves out what no step calls of it, with
# the libraries that only this would need.
libs-06 := $(libs-05) -lseccomp -ljansson -larchive -lnettle -lzstd -llzma -lz -Wl,--gc-sections

# One line is printed for each file (V=1: the command; -s: nothing), and at the end what to type next.
Q := $(if $(V),,@)
silent := $(findstring s,$(firstword -$(MAKEFLAGS)))
say = @$(if $(V)$(silent),:,printf '%-7s %s\n' $(1))
next = @$(if $(silent),:,printf '%s\n' '$(1)')

# ---- The rules ----------------------------------------------------------------------------------

.PHONY: all
all: $(STEPS:%=step-%) rootfs ## all the steps and the root file system

build/%.o: %.c build/flags
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) $(ALL_CFLAGS) $(sees:%=-I%) -MMD -MP -c -o $@ $<

build/%.a:
	$(call say,AR $@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
build/common.a: $(call object,$(COMMON))
build/modules.a: $(call object,$(call modules,06))

$(STEPS:%=step-%): step-%: $$(call object,$$(dir-$$*)/main.c $$(call modules,$$*)) build/common.a | $$(rootfs-$$*)
	$(call say,LD $@)
	$(Q)$(CC) $(LINK) -o $@ $(filter %.o %.a,$^) $(libs-$*)
	$(call next,made ./$@; to run it: sudo ./$@)

# step-06-oci: the runtime that engines call. The linker takes only what it needs from the chapters'
# modules. On a processor that self_exe_entry.c knows, its function is the program's entry point.
step-06: step-06-oci
step-06-oci: $(call object,$(dir-06)/oci/main.c) build/modules.a build/common.a
	$(call say,LD $@)
	$(Q)$(CC) $(LINK) $(entry) -o $@ $^ $(libs-06)

# Holds the compiler and its options: files that were compiled with others are compiled again.
build/flags: FORCE
	@mkdir -p build
	@printf '%s\n' '$(CC) $(ALL_CFLAGS) $(LINK)' | cmp -s - $@ || printf '%s\n' '$(CC) $(ALL_CFLAGS) $(LINK)' >$@
.PHONY: FORCE
FORCE:

# Docker's seccomp filter, compiled when the step is built.
build/precompile: $(call object,$(addprefix $(dir-06)/,precompile/main.c oci/seccomp/seccomp_default.c oci/seccomp/seccomp_compile.c)) build/common.a
	$(call say,LD $@)
	$(Q)$(CC) $(filter-out -static,$(LINK)) -o $@ $^ -lseccomp
build/seccomp_precompiled.h: build/precompile
	$(call say,MAKE $@)
	@build/precompile >$@
build/steps/06-full/oci/seccomp/seccomp_precompiled.o: build/seccomp_precompiled.h

-include $(patsubst %.o,%.d,$(call object,$(COMMON) $(wildcard steps/*/*.c steps/*/*/*.c steps/*/*/*/*.c tests/*.c tests/*/*.c)))

# ---- The root file system -----------------------------------------------------------------------

.PHONY: rootfs
rootfs: build/rootfs.made ## rootfs/busybox, the root file system that the steps use

build/rootfs.made: rootfs/build.sh build/probe $(if $(wildcard rootfs/busybox/bin/busybox),,FORCE)
	$(call say,ROOTFS rootfs/busybox)
	@rootfs/build.sh rootfs/busybox build/probe
	@touch $@

build/probe: $(wildcard rootfs/*.c rootfs/*.h)
	@mkdir -p build
	$(call say,LD $@)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O2 -static -o $@ $(filter %.c,$^)

# ---- For the reader -----------------------------------------------------------------------------

.PHONY: $(foreach target,diff trace,$(STEPS:%=$(target)-%))
$(filter-out diff-06,$(STEPS:%=diff-%)): diff-%:
	@diff -u $(or $(patsubst %,%/main.c,$(dir-$(lastword $(filter-out $*,$(chapters-$*))))),/dev/null) \
		$(dir-$*)/main.c || true

# diff-06 compares the calls in inside() of step 05 with those of step 06.
inside = sed -n '/^static int inside/,/^}/p' $(1) | grep -o '[a-z]*_[a-z_]*('
diff-06:
	@mkdir -p build
	@$(call inside,$(dir-05)/main.c) >build/inside-05
	@$(call inside,$(dir-06)/oci/life/container_spawn.c) >build/inside-06
	@diff -U 30 build/inside-05 build/inside-06 || true

# The system calls that a chapter is about.
calls-01 := clone3,sethostname,setdomainname,execve
calls-02 := $(calls-01),mount,openat2,fsopen,fsconfig,fsmount,move_mount
calls-03 := $(calls-02),open_tree,mount_setattr,mknodat,symlinkat,pivot_root,chroot,umount2,close_range
calls-04 := $(calls-03),unshare,setns,socket,ioctl,bind,sendmsg,recvmsg
calls-05 := $(calls-04),mkdirat,unlinkat,flock,bpf,write
trace-options-03 := --read-only
trace-options-04 := --network none
trace-options-05 := --network none --pids-limit 100
$(STEPS:%=trace-%): trace-%: step-%
	$(SUDO) strace -f -e trace=$(calls-$*) -e signal=none ./step-$* --hostname traced $(trace-options-$*) true

.PHONY: deps deps-build doctor clean-host clean help
deps: ## install what the workbook needs (Debian, Ubuntu), or say what to install
	@common/deps.sh

deps-build: ## install only what building and running the steps needs
	@common/deps.sh build

doctor: ## say what this machine can run, and why not
	@common/doctor.sh

clean-host: step-05 ## remove what steps that were killed have left on the host (needs root)
	@$(SUDO) common/clean-host.sh

clean: ## remove everything that was made here
	rm -rf build step-* rootfs/busybox 2>/dev/null || $(SUDO) rm -rf build step-* rootfs/busybox

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(filter-out %.d,$(MAKEFILE_LIST)) | expand -t 16
	@printf '%s\n' 'step-NN         one step: ./step-NN, and the root file system if it needs it' \
		'test-NN         the tests of one chapter (needs root)' \
		'diff-NN         what a chapter adds to the program of the one before' \
		'lab-NN          grades your own chapter NN: ANSWER=DIR (needs root)' \
		'hint-NN         a hint for the first test that failed; once more: the next one' \
		'reset-NN        the lab as it was at the beginning; asks first, and keeps a copy of yours' \
		'solution-NN     how our files differ from yours; asks first' \
		'handin-NN       packs your files for the teacher' \
		'trace-NN        the system calls that a chapter is about, by strace (needs root)' \
		'' 'CC=clang        another compiler' 'SANITIZE=1      with AddressSanitizer and UBSan' \
		'V=1             shows the commands that compile'

# The tests of the workbook are not in every copy of it.
include $(wildcard tests/*.mk)
