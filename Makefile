# The workbook's one Makefile. `make help` lists what it can do.
#
# Compiling never needs root. The targets that do (tests, traces, benchmarks) use sudo for the
# programs that they run, unless you are root already.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
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
# The system calls that a chapter is about, for `make trace-NN`.
calls-01 := clone3,sethostname,setdomainname,execve
calls-02 := $(calls-01),mount,openat2,fsopen,fsconfig,fsmount,move_mount
calls-03 := $(calls-02),open_tree,mount_setattr,mknodat,symlinkat,pivot_root,chroot,umount2,close_range
trace-options-03 := --read-only
calls-04 := $(calls-03),unshare,setns,socket,ioctl,bind,sendmsg,recvmsg
trace-options-04 := --network none
calls-05 := $(calls-04),mkdirat,unlinkat,flock,bpf,write
trace-options-05 := --network none --pids-limit 100
rootfs-03 := rootfs
rootfs-04 := rootfs
rootfs-05 := rootfs
rootfs-06 := rootfs
# Libraries. libnl can look up names of hosts and protocols, which nobody does here; the resolver
# would be linked, and warned of.
libs-04 := -lnl-3 -Wl,--defsym,getaddrinfo=0,--defsym,getprotobyname=0,--defsym,getprotobynumber=0
libs-05 := $(libs-04)
libs-06 := $(libs-05) -lseccomp -ljansson

COMMON := $(wildcard common/*.c)
modules = $(filter-out %/main.c,$(foreach n,$(chapters-$(1)),$(wildcard $(dir-$(n))/*.c $(dir-$(n))/oci/*.c $(dir-$(n))/oci/verbs/*.c)))
MODULES := $(call modules,$(lastword $(STEPS)))
TESTS := $(patsubst tests/%.c,%,$(wildcard tests/test_*.c))
HARNESS := $(filter-out tests/test_%,$(wildcard tests/*.c))
PROBE := $(wildcard rootfs/*.c)
SCRIPTS := $(wildcard .ci/run */*.sh tests/*/*.sh)
SOURCES := $(wildcard common/*.[ch] steps/*/*.[ch] steps/*/oci/*.[ch] steps/*/oci/verbs/*.[ch] steps/*/precompile/*.[ch] rootfs/*.[ch] tests/*.[ch])
PICTURES := $(patsubst %.dot,%.svg,$(wildcard steps/*/*.dot))

# ---- How it is compiled -------------------------------------------------------------------------

comma := ,
CC := gcc
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wwrite-strings
INCLUDES := $(patsubst %,-I%,build common $(wildcard steps/* steps/*/oci steps/*/oci/verbs))
ALL_CFLAGS := -std=gnu17 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) $(INCLUDES) -isystem /usr/include/libnl3
# Static programs start in a third of the time, and run in any root file system.
LINK := -static
ifdef SANITIZE
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LINK := -fsanitize=address,undefined
endif

ENTRY := $(if $(filter x86_64,$(shell uname -m)),-Wl$(comma)-e$(comma)protect_entry)

object = $(patsubst %.c,build/%.o,$(1))

.PHONY: all
all: $(STEPS:%=step-%) rootfs ## all the steps and the root file system

define step-rules
step-$(1): $$(call object,$$(dir-$(1))/main.c $$(call modules,$(1))) build/common.a | $$(rootfs-$(1))
	$$(CC) $$(LINK) -o $$@ $$(filter %.o %.a,$$^) $$(libs-$(1))

.PHONY: test-$(1) diff-$(1) trace-$(1)
test-$(1): build-tests
	$$(SUDO) tests/run.sh test_$(1) $$(sort $$(wildcard $$(dir-$(1))/*.md))
diff-$(1):
	@diff -u $$(or $$(wildcard $$(dir-$$(shell printf %02d $$$$(($$(patsubst 0%,%,$(1)) - 1))))/main.c),/dev/null) $$(dir-$(1))/main.c || true
trace-$(1): step-$(1)
	$$(SUDO) strace -f -e trace=$$(calls-$(1)) -e signal=none ./step-$(1) --hostname traced $$(trace-options-$(1)) true
endef
$(foreach n,$(STEPS),$(eval $(call step-rules,$(n))))

# The runtime that engines call, beside it: of the chapters' modules, what it needs and no more. Where
# protect_entry.c knows the processor, it is the first function of the static program.
step-06: step-06-oci
step-06-oci: $(call object,$(dir-06)/oci/main.c) build/modules.a build/common.a
	$(CC) $(LINK) $(if $(filter -static,$(LINK)),$(ENTRY)) -o $@ $^ -lseccomp -ljansson
build/modules.a: $(call object,$(call modules,06))
	@rm -f $@
	$(AR) rcs $@ $^

build/common.a: $(call object,$(COMMON))
	@rm -f $@
	$(AR) rcs $@ $^

build/%.o: %.c build/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Holds the compiler and its options: what was compiled with others is compiled again.
build/flags: FORCE
	@mkdir -p build
	@printf '%s\n' '$(CC) $(ALL_CFLAGS) $(LINK)' | cmp -s - $@ || printf '%s\n' '$(CC) $(ALL_CFLAGS) $(LINK)' >$@
.PHONY: FORCE
FORCE:

# Docker's seccomp filter, compiled when the step is built.
build/precompile: $(call object,$(addprefix steps/06-full/,precompile/main.c oci/filter_docker.c oci/filter_compile.c)) build/common.a
	$(CC) $(filter-out -static,$(LINK)) -o $@ $^ -lseccomp
build/filter_default.h: build/precompile
	build/precompile >$@
build/steps/06-full/oci/filter_default.o: build/filter_default.h

-include $(patsubst %.o,%.d,$(call object,$(COMMON) $(MODULES) $(wildcard steps/*/main.c steps/*/*/main.c tests/*.c)))

# ---- The root file system -----------------------------------------------------------------------

.PHONY: rootfs
rootfs: build/rootfs.made ## rootfs/busybox, the root file system that the steps use

build/rootfs.made: rootfs/build.sh build/probe $(if $(wildcard rootfs/busybox/bin/busybox),,FORCE)
	rootfs/build.sh rootfs/busybox build/probe
	@touch $@

build/probe: $(PROBE) $(wildcard rootfs/*.h)
	@mkdir -p build
	$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O2 -static -o $@ $(PROBE)

# ---- Tests and checks ---------------------------------------------------------------------------

.PHONY: build-tests test check bench
build-tests: all $(TESTS:%=build/tests/%)

# Functions that a test puts its own in the place of.
wrap-test_06_labels := -Wl,--wrap=labels_has_selinux,--wrap=fsopen,--wrap=fsconfig,--wrap=setxattr
build/tests/test_%: build/tests/test_%.o $(call object,$(HARNESS) $(MODULES)) build/common.a
	$(CC) $(filter-out -static,$(LINK)) $(wrap-test_$*) -o $@ $^ $(libs-$(lastword $(STEPS))) -lcmocka

ALL_TESTS := test_ README.md $(foreach n,$(STEPS),$(sort $(wildcard $(dir-$(n))/*.md)))
test: build-tests ## run all tests, and every console block of every page (needs root)
	$(SUDO) tests/run.sh $(ALL_TESTS)

.PHONY: vm test-vm test-matrix
vm: all ## a shell in a virtual machine with this tree, where nothing can be broken (needs no root)
	@tests/vm/run.sh

test-vm: build-tests ## all tests in a virtual machine with Debian's kernel, on cgroup v2 alone (an hour)
	tests/vm/matrix.sh all

test-matrix: build-tests ## chosen tests on eleven kinds of machines: this one, and ten virtual ones
	tests/vm/matrix.sh here
	tests/vm/matrix.sh

.PHONY: test-engines
test-engines: step-06 ## Podman, Docker with Swarm, and containerd with our runtime (installs them; needs root)
	@common/deps.sh engines
	$(SUDO) tests/engines/run.sh

check: build/filter_default.h ## formatting, static analysis, and whether the labs fit: clang-format, clang-tidy, cppcheck, shellcheck
	clang-format --dry-run --Werror $(SOURCES)
	shellcheck $(SCRIPTS)
	tests/skeletons.sh
	$(CC) $(ALL_CFLAGS) -Werror -fsyntax-only $(wildcard steps/*/lab/*.c steps/*/lab/oci/*.c)
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability,performance \
		--inline-suppr --suppress=memleak -D_GNU_SOURCE $(INCLUDES) $(filter %.c,$(SOURCES))
	@# One process a file: with several in one it finds faults that are none (va_list).
	printf '%s\n' $(filter %.c,$(SOURCES)) | xargs -P "$$(nproc)" -I FILE \
		clang-tidy --quiet --warnings-as-errors='*' FILE -- $(filter-out -f%,$(ALL_CFLAGS))

bench: all ## compare the steps' speed and size with unshare and bwrap (needs root)
	$(SUDO) tests/bench/bench.sh
	$(SUDO) tests/bench/runtimes.sh

# ---- Labs ---------------------------------------------------------------------------------------

# A copy of the workbook, in which the learner's files stand in the place of ours: there the step
# and its tests are built and graded, one answer at a time, and ours stay as they are. (cp -p: what
# is as before is not compiled again, here or in the copy.)
ANSWER = $(dir-$(1))/lab
COPIED := Makefile common steps rootfs tests
COMPILED = $(wildcard build/common build/steps build/tests/*.[od] build/*.a build/flags build/precompile \
	build/filter_default.h build/probe build/rootfs.made)

define lab-rules
.PHONY: lab-$(1)
lab-$(1): rootfs
	@mkdir -p build/lab-$(1) && exec 9<build/lab-$(1) && flock 9 && \
	rm -rf $$(COPIED:%=build/lab-$(1)/%) && cp -pr $$(COPIED) build/lab-$(1) && \
	{ [ -d build/lab-$(1)/build ] || cp -pr --parents Makefile $$(COMPILED) build/lab-$(1); } && \
	(cd $(ANSWER) && cp --parents $$(patsubst $$(dir-$(1))/lab/%,%,$$(wildcard $$(dir-$(1))/lab/*.c $$(dir-$(1))/lab/oci/*.c)) \
		$(CURDIR)/build/lab-$(1)/$$(dir-$(1))) && \
	$$(MAKE) -s --no-print-directory -C build/lab-$(1) STEPS='$$(chapters-$(1))' \
		step-$(1) build/probe $$(shell tests/grade.sh $(1)) && \
	$$(SUDO) build/lab-$(1)/tests/grade.sh $(1) $(ANSWER) $(TEST)
endef
$(foreach n,$(STEPS),$(eval $(call lab-rules,$(n))))

.PHONY: labs
labs: ## prove the labs' grades: our modules', the skeletons', those of typical mistakes (needs root)
	tests/labs.sh

# ---- For the reader -----------------------------------------------------------------------------

.PHONY: deps deps-build doctor clean-host break pictures clean help
deps: ## install what the workbook needs (Debian, Ubuntu), or say what to install
	@common/deps.sh

deps-build: ## install only what building and running the steps needs
	@common/deps.sh build

doctor: ## say what this machine can run, and why not
	@common/doctor.sh

clean-host: step-05 ## remove what steps that were killed have left on the host (needs root)
	@$(SUDO) common/clean-host.sh

break: ## a copy of the workbook in build/broken, to break things in
	@rm -rf build/broken && mkdir -p build/broken && cp -pr --parents Makefile common steps rootfs $(COMPILED) build/broken

pictures: $(PICTURES) ## draw the chapters' pictures anew
%.svg: %.dot
	dot -Tsvg -o $@ $<

clean: ## remove everything that was made here
	rm -rf build step-* rootfs/busybox 2>/dev/null || $(SUDO) rm -rf build step-* rootfs/busybox

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16
	@printf '%s\n' 'step-NN         one step: ./step-NN, and the root file system if it needs it' \
		'test-NN         the tests of one chapter (needs root)' \
		'diff-NN         what a chapter adds to the program of the one before' \
		'lab-NN          grades your own chapter NN: ANSWER=DIR (needs root)' \
		'trace-NN        the system calls that a chapter is about, by strace (needs root)' \
		'' 'CC=clang        another compiler' 'SANITIZE=1      with AddressSanitizer and UBSan'
