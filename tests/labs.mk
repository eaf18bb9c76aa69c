# Labs, their grading by a teacher, and a copy to break things in (see the Makefile).
#
# A chapter's lab has the chapter's number, for example lab-01, and is in the chapter's folder. Chapter 6
# has more of them, each with a name: lab-layers is in steps/06-full/lab-layers.
LABS := $(STEPS) $(patsubst $(dir-06)/lab-%,%,$(wildcard $(dir-06)/lab-*))
chapter = $(if $(filter $(STEPS),$(1)),$(1),06)
lab-dir = $(if $(filter $(STEPS),$(1)),$(dir-$(1))/lab,$(dir-06)/lab-$(1))
ANSWER = $(call lab-dir,$*)

.PHONY: $(foreach target,lab reset solution hint handin,$(LABS:%=$(target)-%))
$(LABS:%=lab-%): lab-%: rootfs
	+@SUDO='$(SUDO)' tests/class/try.sh $* '$(ANSWER)' $(TEST)

$(foreach verb,reset solution hint handin,$(eval $(LABS:%=$(verb)-%): $(verb)-%: ; \
	@tests/class/learner.sh $(verb) $$* '$$(ANSWER)'))

# All answers are judged from outside (tests/judge/): the tests are those of our own workbook, and never
# link the learner's files.
# The lab's files, as paths below the chapter's directory.
lab-files = $(patsubst $(call lab-dir,$(1))/%,%,$(wildcard $(foreach any,*.c */*.c */*/*.c,$(call lab-dir,$(1))/$(any))))

# In the copy: the step of the learner's files and our other modules, and in its place the judge's
# monitor.
ifdef LAB
step-of-lab := step-$(call chapter,$(LAB))
answered := $(patsubst %.c,build/answer/$(dir-$(call chapter,$(LAB)))/%.o,$(call lab-files,$(LAB)))
build/answer/%: sees := $(sees-$(call chapter,$(LAB)))
$(answered): build/answer/$(dir-$(call chapter,$(LAB)))/%.o: $(ANSWER)/%.c FORCE
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $(sees:%=-I%) -include tests/judge/debug.h -c -o $@ $<
build/answer/$(step-of-lab): $(answered) $(filter-out $(answered:build/answer/%=build/%),$(call object,\
		$(dir-$(call chapter,$(LAB)))/main.c $(call modules,$(call chapter,$(LAB))))) build/common.a
	@$(CC) $(LINK) -o $@ $^ $(libs-$(call chapter,$(LAB)))
judge = $(call object,$(1:%=tests/judge/%.c))
build/judge/monitor: $(call judge,monitor server executable execution message confine filter) build/modules.a build/common.a
	@mkdir -p $(@D)
	@$(CC) $(LINK) -o $@ $^ $(libs-06)
# Tests of single functions call them in the subject, the learner's files with a small server.
build/answer/subject: $(call judge,subject message functions_$(LAB)) $(answered) build/modules.a build/common.a
	@$(CC) $(LINK) -o $@ $^ $(libs-06)
build/judge/test_%: build/tests/test_%.o $$(call object,$$(HARNESS)) $(call judge,stubs_$(LAB) call message confine filter) \
		build/modules.a build/common.a
	@mkdir -p $(@D)
	@$(CC) $(filter-out -static,$(LINK)) $(wrap-test_$*) -o $@ $^ $(libs-06) -lcmocka
.PHONY: judge
judge: build/answer/$(step-of-lab) build/judge/monitor $(patsubst %,build/answer/subject,$(wildcard tests/judge/stubs_$(LAB).c))
	@cp build/judge/monitor $(step-of-lab)
	@ln -sfn ../../rootfs build/answer/rootfs # a step looks for it beside the program
endif

.PHONY: class
class: build/modules.a ## a copy of the workbook without our solutions, and a pack with them: DIR=...
	@tests/class/class_copy.py "$$DIR"

# A name that is almost right: the right one is said.
KINDS := lab reset solution hint handin step test diff trace
kind = $(firstword $(subst -, ,$@))
right-names = $(if $(filter $(kind),lab reset solution hint handin),$(LABS),$(STEPS))
say-the-name = @printf '%s\n' 'make $@: $(if $(filter 0$*,$(right-names)),the name is $(kind)-0$*,say \
	which one:$(right-names:%= $(kind)-%))' | tr -s ' \t' ' ' >&2; exit 1
.PHONY: $(filter-out test,$(KINDS))
$(filter-out test,$(KINDS)):
	$(say-the-name)
$(addsuffix -%,$(KINDS)):
	$(say-the-name)
# Without the hyphen: lab1, lab01.
without-hyphen := $(foreach kind,$(KINDS),$(foreach n,$(STEPS),$(kind)$(n) $(kind)$(n:0%=%)))
.PHONY: $(without-hyphen)
$(without-hyphen):
	@echo 'make $@: the name is' "$$(echo $@ | sed -E 's/0?([1-6])$$/-0\1/')" >&2; exit 1

# JOBS, or make's -j, answers are graded at once.
.PHONY: grade
grade: build-tests ## grade a class: SUBMISSIONS=DIR [LABS="01 02"] (needs root)
	+@$(if $(SUBMISSIONS),:,echo 'make grade: say where the answers are: SUBMISSIONS=DIR' >&2; exit 1)
	+@$(SUDO) env MAKEFLAGS='$(MAKEFLAGS)' JOBS='$(JOBS)' tests/class/grade.py "$$SUBMISSIONS" $(LABS)

.PHONY: labs classroom break
labs: ## prove the labs' grades: those of the skeletons, of typical mistakes, and of forgeries (needs root)
	tests/labs.sh
	tests/labs.sh --todos $(or $(TODOS),01 02 03 04 05 06)
	tests/judge/attacks.sh

classroom: build-tests ## prove what learners and teachers use beside the labs: hints, handin, grades of a class (needs root)
	@$(SUDO) tests/class/test.sh

break: ## a copy of the workbook in build/broken, to break things in
	@rm -rf build/broken && bash -c '. tests/class/lab.sh && lab_copy build/broken'
