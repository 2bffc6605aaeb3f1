# SPDX-License-Identifier: Apache-2.0
#
# make                 the program: build/tapproof
# make demo            the reference network, checked; then a broken one
# make check           unit tests, live suites, house rules
# make check-asan      the same under AddressSanitizer and UBSan
# make lint            clang's warnings, clang-tidy, cppcheck
# make soak            200 checks on a busy machine, 1,000 edits with a check each;
#                      1,000 of a policy, 1,000 installs that are cut off
# make faults          every kind of fault, at many places, found and located? (half an hour)
# make faults-rules    is each rule of the judge needed for that?
# make bench           speed, beside what others do
# make fuzz            each fuzz target for FUZZ_SECONDS
# make mutants ROOM=path N=10    do the room's unit tests notice N small mistakes in it?
# make install         to $(DESTDIR)$(PREFIX)
#
# Variables: CC CFLAGS LDFLAGS SANITIZE B (build directory) PREFIX DESTDIR V=1

CC           ?= cc
CFLAGS       ?= -O2 -g
B            ?= build
PREFIX       ?= /usr/local
FUZZ_SECONDS ?= 60
ifdef SANITIZE
CFLAGS += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif
Q = $(if $(V),,@)

WARNINGS   = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
             -Wwrite-strings -Wvla -Werror
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -Iharness -Itools $(CFLAGS) $(WARNINGS) -MMD -MP
# libpcap and libnet are loaded when they are needed: station/libraries.h.
LIBS       = -lyaml -levent_core -ljansson -lpthread
LINK       = $(Q)mkdir -p $(@D) && echo "  LINK  $@" && $(CC) $(CFLAGS) $(LDFLAGS) -o $@

# The rooms by rank, low to high; rooms of one rank joined by +.
RANKS    = base model ofctl openflow+frame+yaml+space path state+prove+traffic+channel+station \
           blame+change+learn+explain mutate report run cli
ROOMS    = $(subst +, ,$(RANKS))
sources  = $(filter-out %/main.c %_test.c %_fuzz.c %_bench.c,$(wildcard harness/$(1)/*.c))
objects  = $(patsubst %.c,$(B)/obj/%.o,$(call sources,$(1)))
# What the linker takes from: of each archive only what is needed, high to low.
ARCHIVES = $(foreach r,cli run report mutate blame change learn explain station channel traffic prove state path \
             yaml space frame openflow ofctl model base,$(B)/lib$(r).a)
GROUP    = -Wl,--start-group $^ -Wl,--end-group
# What tests share: fakes, generators, golden bytes.
TESTING  = $(B)/libtesting.a
# The programs around it, and what they share; each is a room of tools/, of the rank of cli.
TOOLS    = $(patsubst tools/%/main.c,%,$(wildcard tools/*/main.c))
TOOLBOX  = $(filter $(patsubst tools/%/,%,$(wildcard tools/*/)),tapd tapping tapsniff faults sflow)
UNIT     = $(patsubst %.c,$(B)/%,$(wildcard harness/*/*_test.c tools/*/*_test.c tools/*/*/*_test.c))
SUITES   = $(patsubst %,$(B)/suites/%,flow_state delivery mirror isolation)
BENCHES  = $(patsubst %.c,$(B)/%,$(wildcard harness/*/*_bench.c tools/*/*_bench.c tools/*/*/*_bench.c))
TAPD_PURE = $(patsubst %,tools/tapd/install/%.c,difference held transition between action_set foreign) \
           $(filter-out %_test.c %_fuzz.c %_bench.c %/collector.c,$(wildcard \
               tools/sflow/*.c tools/tapd/policy/*.c tools/tapd/plan/*.c))
FUZZERS  = $(patsubst %.c,$(B)/fuzz/%,$(wildcard harness/*/*_fuzz.c tools/*/*_fuzz.c tools/*/*/*_fuzz.c))
SCRIPTS  = $(filter-out suites/live_test.sh,$(wildcard suites/*_test.sh topologies/*_test.sh))
LIVE     = $(patsubst %,"suites/live_test.sh %",$(shell suites/live_test.sh --list))

all: $(B)/tapproof $(TOOLS:%=$(B)/%)

$(B)/tapproof: $(B)/obj/harness/cli/main.o $(ARCHIVES)
	$(LINK) $(GROUP) $(LIBS)

define room
$(B)/lib$(1).a: $(call objects,$(1))
	$$(Q)echo "  AR    $$@" && rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach r,testing $(ROOMS),$(eval $(call room,$(r))))

define toolbox
$(B)/lib$(1).a: $(patsubst %.c,$(B)/obj/%.o,$(filter-out %/main.c %_test.c %_fuzz.c %_bench.c,$(wildcard tools/$(1)/*.c tools/$(1)/*/*.c)))
	$$(Q)echo "  AR    $$@" && rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach r,$(TOOLBOX),$(eval $(call toolbox,$(r))))
TOOL_ARCHIVES = $(TOOLBOX:%=$(B)/lib%.a)
$(TOOLS:%=$(B)/%): $(B)/%: $(B)/obj/tools/%/main.o $(TOOL_ARCHIVES) $(ARCHIVES)
	$(LINK) $(GROUP) $(LIBS) -levent_extra

# The filter language of tcpdump, and a reader of capture files.
$(B)/tapsniff $(B)/tools/tapsniff/filter_test $(B)/harness/frame/pcapng_test: LIBS += -lpcap

$(B)/obj/%.o: %.c
	$(Q)mkdir -p $(@D) && echo "  CC    $<" && $(CC) $(ALL_CFLAGS) -c -o $@ $<

$(UNIT): $(B)/%: $(B)/obj/%.o $(TESTING) $(TOOL_ARCHIVES) $(ARCHIVES)
	$(LINK) $(GROUP) $(LIBS) -levent_extra -lcmocka
# BuDDy, the oracle of harness/space: only where it is installed.
$(B)/harness/space/bdd_test $(B)/harness/space/space_bench: LIBS += $(if $(wildcard /usr/include/bdd.h),-lbdd)
$(BENCHES): $(B)/%: $(B)/obj/%.o $(TESTING) $(TOOL_ARCHIVES) $(ARCHIVES)
	$(LINK) $(GROUP) $(LIBS) -levent_extra
$(SUITES): $(B)/suites/%: $(B)/obj/suites/%.o $(B)/obj/suites/suite.o $(ARCHIVES)
	$(LINK) $(GROUP) $(LIBS) -lcmocka

# A fuzz target is compiled as a whole: the rooms instrumented with it.
$(B)/fuzz/harness/openflow/openflow_fuzz: harness/testing/openflow_peer.c
$(filter $(B)/fuzz/tools/sflow/%,$(FUZZERS)): $(wildcard tools/sflow/datagram.c)
$(filter $(B)/fuzz/tools/tapd/policy/%,$(FUZZERS)): $(TAPD_PURE)
$(FUZZERS): $(B)/fuzz/%: %.c $(foreach r,$(filter-out run cli station channel,$(ROOMS)),$(call sources,$(r)))
	$(Q)mkdir -p $(@D) && echo "  FUZZ  $@" && clang -std=c17 -D_GNU_SOURCE -Iharness -Itools -O1 -g \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $^ -lyaml -ljansson

test-programs: all $(UNIT) $(SUITES)

check: packages-check
	$(Q)$(MAKE) --no-print-directory test-programs
	$(Q)B=$(B) RANKS="$(RANKS)" CC="$(CC)" suites/tally --log $(B)/check.log \
	    $(UNIT) $(SCRIPTS) $(LIVE)

check-asan:
	$(Q)$(MAKE) --no-print-directory check B=$(B)-asan SANITIZE=address,undefined

demo: packages-demo
	$(Q)$(MAKE) --no-print-directory all
	$(Q)B=$(B) tools/demo

bench: packages-bench
	$(Q)$(MAKE) --no-print-directory all $(BENCHES)
	$(Q)B=$(B) tools/bench

soak: packages-check
	$(Q)$(MAKE) --no-print-directory all
	$(Q)B=$(B) RUNS=200 CYCLES=1000 topologies/lab run topologies/demon.yaml --flows simulated -- \
	    sh suites/live/soak.sh
	$(Q)B=$(B) EDITS=1000 topologies/lab run topologies/demon.yaml -- sh suites/live/tapd-edits.sh
	$(Q)B=$(B) KILLS=500 CUTS=500 topologies/lab run topologies/demon.yaml -- sh suites/live/tapd-faults.sh

faults: packages-check
	$(Q)$(MAKE) --no-print-directory all
	$(Q)B=$(B) tools/faults/sweep

faults-rules: packages-check
	$(Q)$(MAKE) --no-print-directory all
	$(Q)B=$(B) tools/faults/rules

lint:
	$(Q)tools/packages build test lint
	$(Q)B=$(B) tools/lint

fuzz:
	$(Q)tools/packages build lint
	$(Q)$(MAKE) --no-print-directory $(FUZZERS)
	$(Q)B=$(B) FUZZ_SECONDS=$(FUZZ_SECONDS) tools/fuzz $(FUZZERS)

mutants:
	$(Q)tools/packages build test
	$(Q)B=$(B) CC="$(CC)" tools/mutants $(or $(ROOM),$(ROOMS)) -n $(or $(N),10)

packages-check:
	$(Q)tools/packages build lab test
packages-demo:
	$(Q)tools/packages build lab
packages-bench:
	$(Q)tools/packages build lab bench

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(B)/tapproof $(patsubst %,$(B)/%,$(filter-out faults,$(TOOLS))) $(DESTDIR)$(PREFIX)/bin/

clean:
	rm -rf $(B) $(B)-asan

.PHONY: mutants faults faults-rules soak all check check-asan demo bench lint fuzz install clean test-programs packages-check packages-demo packages-bench
.SECONDARY:
-include $(shell find $(B) -name '*.d' -type f 2>/dev/null)
