# SPDX-License-Identifier: Apache-2.0
# make                  build/tapproof
# make check            unit tests, live suites, house rules
# make demo             the reference network, checked
# Variables: CC, CFLAGS, B (build directory), PREFIX, DESTDIR, SANITIZE, V=1

CC      ?= cc
B       ?= build
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
ifdef SANITIZE
CFLAGS  += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
           -Wwrite-strings -Wvla -Werror
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE $(CFLAGS) $(WARNINGS) -Iharness -MMD -MP

# Rooms from low to high: a room includes only rooms of lower rank.
ROOMS   = base model openflow frame spec space judge report channel station run cli
LIBS    = -lyaml -lpcap -lnet -levent_core -ljansson -lpthread

sources  = $(filter-out %_test.c %_fuzz.c %_bench.c,$(wildcard harness/$(1)/*.c))
objects  = $(patsubst harness/%.c,$(B)/obj/%.o,$(call sources,$(1)))
# Archives from high to low, as the linker wants them; cli has main and is none.
ARCHIVES = $(foreach r,run station channel report judge space spec frame openflow model base,$(B)/lib$(r).a)
UNIT     = $(patsubst harness/%_test.c,$(B)/unit/%_test,$(wildcard harness/*/*_test.c))

ifdef V
Q =
else
Q = @
endif

.DEFAULT_GOAL = all
all: $(B)/tapproof

$(B)/tapproof: $(call objects,cli) $(ARCHIVES)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

define room
$(B)/lib$(1).a: $(call objects,$(1))
	@echo "  AR    $$@"
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach r,$(filter-out cli,$(ROOMS)),$(eval $(call room,$(r))))

$(B)/obj/%.o: harness/%.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# A test links the archives: only what the module needs is taken from them.
$(B)/unit/%_test: $(B)/obj/%_test.o $(ARCHIVES)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

unit: $(UNIT)
.PHONY: all unit
.SECONDARY:

-include $(shell find $(B) -name '*.d' 2>/dev/null)
