# Tests and measurements (see the Makefile). All of them run programs as root.

TESTS := $(patsubst tests/%.c,%,$(wildcard tests/test_*.c))
HARNESS := $(filter-out tests/test_%,$(wildcard tests/*.c)) tests/host/mounts.c tests/host/state.c

.PHONY: build-tests test bench $(STEPS:%=test-%)
build-tests: all build/host $(TESTS:%=build/tests/%) $(call object,$(wildcard tests/judge/*.c))

build/host: $(wildcard tests/host/*.c tests/host/*.h)
	$(call say,LD $@)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O2 -static -o $@ $(filter %.c,$^)

# Functions that a test replaces by its own.
wrap-test_06_labels := -Wl,--wrap=lsm_has_selinux,--wrap=fsopen,--wrap=fsconfig,--wrap=setxattr
wrap-test_06_overlay := -Wl,--wrap=fsconfig
build/tests/test_%: build/tests/test_%.o $(call object,$(HARNESS) $(call modules,06)) build/common.a
	$(call say,LD $@)
	$(Q)$(CC) $(filter-out -static,$(LINK)) $(wrap-test_$*) -o $@ $^ $(libs-06) -lcmocka

ALL_TESTS := test_ README.md $(foreach n,$(STEPS),$(sort $(wildcard $(dir-$(n))/*.md)))
test: build-tests ## run all tests, and every console block of every page (needs root)
	$(SUDO) tests/run.sh $(ALL_TESTS)

$(STEPS:%=test-%): test-%: build-tests
	$(SUDO) tests/run.sh test_$* $(sort $(wildcard $(dir-$*)/*.md))

test-user: all build/host ## the two commands, and every page twice, typed by a user with sudo (half an hour; needs root)
	$(SUDO) tests/as_user.sh

.PHONY: test-user vm test-vm test-matrix test-engines
vm: all ## a shell in a virtual machine with this tree, where nothing can be broken (needs no root)
	@tests/vm/run.sh

test-vm: build-tests ## all tests in a virtual machine with Debian's kernel, on cgroup v2 alone (an hour)
	tests/vm/matrix.sh all

test-matrix: build-tests ## chosen tests on eleven kinds of machines: this one, and ten virtual ones
	tests/vm/matrix.sh here
	tests/vm/matrix.sh

test-engines: step-06 ## Podman, Docker with Swarm, and containerd with our runtime (installs them; needs root)
	@common/deps.sh engines
	$(SUDO) tests/engines/run.sh

bench: all ## compare speed and size with unshare, bwrap, crun, tar, Docker, Podman (needs root)
	$(SUDO) tests/bench/bench.sh
	$(SUDO) tests/bench/runtimes.sh
	$(SUDO) tests/bench/images.sh
	$(SUDO) tests/bench/engines.sh
