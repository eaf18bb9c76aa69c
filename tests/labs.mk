# Labs, and a copy to break things in (see the Makefile).
#
# For a lab there is a copy of the workbook, in which the learner's files stand in the place of ours:
# there the step and its tests are built and graded, one answer at a time, and ours stay as they are.
# (cp -p keeps the times: unchanged files are not compiled again, here or in the copy.)

# A chapter's lab has the chapter's number, for example lab-01, and is in the chapter's folder. Chapter 6
# has more of them, each with a name: lab-layers is in steps/06-full/lab-layers.
LABS := $(STEPS) $(patsubst $(dir-06)/lab-%,%,$(wildcard $(dir-06)/lab-*))
chapter = $(if $(filter $(STEPS),$(1)),$(1),06)
lab-dir = $(if $(filter $(STEPS),$(1)),$(dir-$(1))/lab,$(dir-06)/lab-$(1))
ANSWER = $(call lab-dir,$*)
COPIED := Makefile common steps rootfs tests
COMPILED = $(wildcard build/common build/steps build/tests/*.[od] build/*.a build/flags build/precompile \
	build/seccomp_precompiled.h build/probe build/rootfs.made)
# The lab's files, as paths below the chapter's directory.
lab-files = $(patsubst $(call lab-dir,$(1))/%,%,$(wildcard $(foreach any,*.c */*.c */*/*.c,$(call lab-dir,$(1))/$(any))))

.PHONY: $(LABS:%=lab-%)
$(LABS:%=lab-%): lab-%: rootfs
	@mkdir -p build/lab-$* && exec 9<build/lab-$* && flock 9 && \
	rm -rf $(COPIED:%=build/lab-$*/%) && cp -pr $(COPIED) build/lab-$* && \
	{ [ -d build/lab-$*/build ] || cp -pr --parents Makefile $(COMPILED) build/lab-$*; } && \
	(cd $(ANSWER) && cp --parents $(call lab-files,$*) $(CURDIR)/build/lab-$*/$(dir-$(call chapter,$*))) && \
	$(MAKE) -s --no-print-directory -C build/lab-$* STEPS='$(chapters-$(call chapter,$*))' \
		step-$(call chapter,$*) build/probe $(shell tests/grade.sh $*) && \
	$(SUDO) build/lab-$*/tests/grade.sh $* $(ANSWER) $(TEST)

.PHONY: labs break
labs: ## prove the labs' grades: those of the skeletons, and of typical mistakes (needs root)
	tests/labs.sh

break: ## a copy of the workbook in build/broken, to break things in
	@rm -rf build/broken && mkdir -p build/broken && cp -pr --parents Makefile common steps rootfs $(COMPILED) build/broken
