# Checks of the sources, which need no root (see the Makefile).

SOURCES := $(wildcard common/*.[ch] $(foreach n,$(STEPS),$(patsubst %,%/*.[ch],$(call rooms,$(n)))) \
	rootfs/*.[ch] tests/*.[ch] tests/host/*.[ch] tests/judge/*.[ch])
SCRIPTS := $(wildcard .ci/run */*.sh tests/*/*.sh)
PICTURES := $(patsubst %.dot,%.svg,$(wildcard steps/*/*.dot))
INCLUDES := $(sees-06:%=-I%)

.PHONY: check numbers hygiene pictures check-pictures
check: build/seccomp_precompiled.h ## formatting, static analysis, and whether the labs fit: clang-format, clang-tidy, cppcheck, shellcheck
	clang-format --dry-run --Werror $(SOURCES)
	shellcheck $(SCRIPTS)
	tests/skeletons.sh
	tests/graded.sh
	tests/specification.sh
	tests/numbers.sh
	tests/rooms.sh
	$(CC) $(ALL_CFLAGS) $(INCLUDES) -Werror -fsyntax-only $(wildcard steps/*/lab*/*.c steps/*/lab*/*/*.c steps/*/lab*/*/*/*.c)
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability,performance \
		--inline-suppr --suppress=memleak -D_GNU_SOURCE $(INCLUDES) $(filter %.c,$(SOURCES))
	@# One process a file: with several in one it finds faults that are none (va_list).
	printf '%s\n' $(filter %.c,$(SOURCES)) | xargs -P "$$(nproc)" -I FILE \
		clang-tidy --quiet --warnings-as-errors='*' FILE -- $(filter-out -f%,$(ALL_CFLAGS)) $(INCLUDES) -iquote tests -iquote rootfs

numbers: ## correct the numbers of lines in the pages' tables
	@tests/numbers.sh --write

hygiene: ## what is at the top, how long files are, how chapters begin and end
	@tests/hygiene.sh

pictures: $(PICTURES) ## draw the chapters' pictures anew
%.svg: %.dot
	dot -Tsvg -o $@ $<

check-pictures: ## whether the pictures have one style, name what there is, and are what dot makes
	@tests/pictures.sh
