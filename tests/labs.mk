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

# Labs whose answers are judged from outside (tests/judge/): the tests are those of our own workbook, and
# never link the learner's files. The others' tests link them.
JUDGED := 01 02
lab-copy = mkdir -p build/lab-$* && exec 9<build/lab-$* && flock 9 && \
	rm -rf $(COPIED:%=build/lab-$*/%) && cp -pr $(COPIED) build/lab-$* && \
	{ [ -d build/lab-$*/build ] || cp -pr --parents Makefile $(COMPILED) build/lab-$*; }

.PHONY: $(LABS:%=lab-%)
$(filter-out $(JUDGED:%=lab-%),$(LABS:%=lab-%)): lab-%: rootfs
	@$(lab-copy) && \
	(cd $(ANSWER) && cp --parents $(call lab-files,$*) $(CURDIR)/build/lab-$*/$(dir-$(call chapter,$*))) && \
	$(MAKE) -s --no-print-directory -C build/lab-$* STEPS='$(chapters-$(call chapter,$*))' \
		step-$(call chapter,$*) build/probe $(shell tests/grade.sh $*) && \
	$(SUDO) build/lab-$*/tests/grade.sh $* $(ANSWER) $(TEST)

$(JUDGED:%=lab-%): lab-%: rootfs
	@$(lab-copy) && \
	$(MAKE) -s --no-print-directory -C build/lab-$* STEPS='$(chapters-$(call chapter,$*))' LAB=$* \
		ANSWER='$(realpath $(ANSWER))' judge build/probe $(shell tests/grade.sh $*) && \
	$(SUDO) build/lab-$*/tests/grade.sh $* $(ANSWER) $(TEST)

# In the copy: the step of the learner's files and our other modules, and in its place the judge's
# monitor.
ifdef LAB
step-of-lab := step-$(call chapter,$(LAB))
answered := $(patsubst %.c,build/answer/$(dir-$(call chapter,$(LAB)))/%.o,$(call lab-files,$(LAB)))
build/answer/%: sees := $(sees-$(call chapter,$(LAB)))
$(answered): build/answer/$(dir-$(call chapter,$(LAB)))/%.o: $(ANSWER)/%.c FORCE
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $(sees:%=-I%) -c -o $@ $<
build/answer/$(step-of-lab): $(answered) $(filter-out $(answered:build/answer/%=build/%),$(call object,\
		$(dir-$(call chapter,$(LAB)))/main.c $(call modules,$(call chapter,$(LAB))))) build/common.a
	@$(CC) $(LINK) -o $@ $^ $(libs-$(call chapter,$(LAB)))
judge = $(call object,$(1:%=tests/judge/%.c))
build/judge/monitor: $(call judge,monitor server confine) build/modules.a build/common.a
	@mkdir -p $(@D)
	@$(CC) $(LINK) -o $@ $^ $(libs-06)
# Tests of single functions call them in the subject, the learner's files with a small server.
build/answer/subject: $(call judge,subject message functions_$(LAB)) $(answered) build/modules.a build/common.a
	@$(CC) $(LINK) -o $@ $^ $(libs-06)
build/judge/test_%: build/tests/test_%.o $$(call object,$$(HARNESS)) $(call judge,stubs_$(LAB) call message confine) \
		build/modules.a build/common.a
	@mkdir -p $(@D)
	@$(CC) $(filter-out -static,$(LINK)) $(wrap-test_$*) -o $@ $^ $(libs-06) -lcmocka
.PHONY: judge
judge: build/answer/$(step-of-lab) build/judge/monitor $(patsubst %,build/answer/subject,$(wildcard tests/judge/stubs_$(LAB).c))
	@cp build/judge/monitor $(step-of-lab)
endif

.PHONY: labs break
labs: ## prove the labs' grades: those of the skeletons, of typical mistakes, and of forgeries (needs root)
	tests/labs.sh
	tests/judge/attacks.sh

break: ## a copy of the workbook in build/broken, to break things in
	@rm -rf build/broken && mkdir -p build/broken && cp -pr --parents Makefile common steps rootfs $(COMPILED) build/broken
