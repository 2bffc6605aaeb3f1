# SPDX-License-Identifier: Apache-2.0
#
# make                 the program: build/tapproof
# make demo            the reference network, checked; then a broken one; then one of OpenFlow 1.3
# make unit            the unit tests; ROOM=space or ROOM=tools/tapd those of one room, T='*cube*' those of such a name
# make house           the house rules
# make check           unit tests, live suites, house rules; asks before it installs what is missing (PACKAGES=yes|no)
# make check-asan      the same under AddressSanitizer and UBSan
# make lint            clang's warnings, clang-tidy, cppcheck, clang-format
# make soak            2,000 checks while faults come and go, 2,000 of networks that are right but uncertain, 200 on
#                      a busy machine; 1,000 edits with a check each, 1,000 of a policy, 1,000 installs that are cut
#                      off. CHECKS=100 does fewer of the first two
# make faults          every kind of fault, at many places, found and located? (half an hour)
# make faults-rules    is each rule of the judge needed for that?
# make bench           speed, beside what others do
# make instructions    writes suites/instructions anew: what make check allows 5 % more of
# make fuzz            each fuzz target for FUZZ_SECONDS
# make fuzz-report     how much of each parser the corpus of its fuzz target covers
# make mutants ROOM=path N=10    do the room's unit tests notice N small mistakes in it?
# make pages           the manual pages: build/man
# make picture         that of the README, by a check in a lab
# make install         programs, lab, examples, pages, schemas and completion, to $(DESTDIR)$(PREFIX); uninstall
#
# make deb             Debian packages of what is committed; deb-check judges and tries them
#
# Variables: CC CFLAGS LDFLAGS SANITIZE B (build directory) PREFIX DESTDIR V=1 WERROR=1

CC           ?= cc
CFLAGS       ?= -O2 -g
B            ?= build
PREFIX       ?= /usr/local
FUZZ_SECONDS ?= 60
SANITIZER     = $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all)
Q = $(if $(V),,@)
comma = ,

WARNINGS   = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
             -Wwrite-strings -Wvla $(if $(WERROR),-Werror)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -Iharness -Itools $(CFLAGS) $(SANITIZER) $(WARNINGS) -MMD -MP
# libpcap, libnet and OpenSSL are loaded when they are needed: station/libraries.h, channel/openssl.h.
LIBS       = -Wl,--as-needed -lyaml -levent_core -levent_extra -ljansson -lpthread -lm
LINK       = $(Q)mkdir -p $(@D) && echo "  LINK  $@" && $(CC) $(CFLAGS) $(SANITIZER) $(LDFLAGS) -o $@ $^ $(LIBS)

# The rooms of harness/ by rank, low to high; rooms of one rank joined by +.
RANKS    = base model ofctl openflow+frame+yaml+space path state+prove+traffic+channel+station \
           blame+change+learn+explain mutate report run cli
ROOMS    = $(subst +, ,$(RANKS))
# The programs around it are rooms of tools/; what they share with harness/ decides nothing.
TOOLS    = $(patsubst tools/%/main.c,%,$(wildcard tools/*/main.c))
TOOLBOX  = $(sort $(TOOLS) sflow stations)
SHARED   = $(patsubst %,$(B)/lib%.a,sflow stations station channel yaml frame openflow ofctl model base)

# What is made of a room's sources; a room may have folders.
all_of   = $(foreach d,harness tools,$(wildcard $(d)/*/*_$(1).c $(d)/*/*/*_$(1).c))
objects  = $(patsubst %.c,$(B)/obj/%.o,$(filter-out %/main.c %_test.c %_fuzz.c %_bench.c,$(wildcard $(1)/*.c $(1)/*/*.c)))
UNIT     = $(patsubst %.c,$(B)/%,$(call all_of,test))
BENCHES  = $(patsubst %.c,$(B)/%,$(call all_of,bench))
FUZZERS  = $(patsubst %.c,$(B)/%,$(call all_of,fuzz))
REPLAYS  = $(FUZZERS:%_fuzz=%_replay)
SUITES   = $(patsubst %,$(B)/suites/%,flow_state delivery mirror isolation)
PAGES    = $(patsubst docs/man/%.md,$(B)/man/%,$(wildcard docs/man/*.md))
SCRIPTS  = $(filter-out suites/live_test.sh,$(wildcard suites/*_test.sh suites/*_test.py topologies/*_test.sh))
LIVE_SUITES := $(shell suites/live_test.sh --list)
LIVE     = $(patsubst %,"suites/live_test.sh %",$(LIVE_SUITES))
WANTED   = $(if $(ROOM),$(filter $(B)/$(ROOM)/% $(B)/harness/$(ROOM)/% $(B)/tools/$(ROOM)/%,$(UNIT) $(REPLAYS)),$(UNIT) $(REPLAYS))

all: $(B)/tapproof $(TOOLS:%=$(B)/%)

# An archive a room; its tests, benchmarks and fuzz targets link it, lower ones (from high to low), and what
# tests share.     $(call room,DIRECTORY,LOWER ARCHIVES)
define room
$(B)/lib$(notdir $(1)).a: $(call objects,$(1))
	$$(Q)echo "  AR    $$@" && rm -f $$@ && ar rcsP $$@ $$^
$(filter $(B)/$(1)/%,$(UNIT) $(BENCHES) $(FUZZERS)): $(B)/%: $(B)/obj/%.o $(B)/libtesting.a $(B)/lib$(notdir $(1)).a $(2)
	$$(LINK)
$(filter $(B)/$(1)/%,$(REPLAYS)): $(B)/%_replay: $(B)/obj/%_fuzz.o $(B)/obj/tools/replay.o $(B)/libtesting.a $(B)/lib$(notdir $(1)).a $(2)
	$$(LINK)
endef
define rank
$(foreach r,$(1),$(eval $(call room,harness/$(r),$(LOWER))))
LOWER := $(1:%=$(B)/lib%.a) $(LOWER)
endef
LOWER :=
$(foreach r,$(RANKS),$(eval $(call rank,$(subst +, ,$(r)))))
$(eval $(call room,harness/testing))
$(foreach r,$(TOOLBOX),$(eval $(call room,tools/$(r),$(filter-out $(r:%=$(B)/lib%.a),$(SHARED)))))

$(B)/tapproof: $(B)/obj/harness/cli/main.o $(LOWER)
	$(LINK)
$(TOOLS:%=$(B)/%): $(B)/%: $(B)/obj/tools/%/main.o $(B)/lib%.a $(SHARED)
	$(LINK)
$(SUITES): $(B)/suites/%: $(B)/obj/suites/%.o $(B)/obj/suites/suite.o $(LOWER)
	$(LINK)
$(B)/suites/answers: $(B)/obj/suites/answers.o $(LOWER)
	$(LINK)
$(UNIT) $(REPLAYS) $(SUITES): LIBS += -lcmocka
# Allocations can be made to fail: testing/failing.h.
$(UNIT): LDFLAGS += -Wl,--undefined=__wrap_malloc $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc strdup free base_arena_alloc)
# What blame costs is counted.
$(B)/harness/blame/normal_test: LDFLAGS += -Wl,--wrap=path_follow_touch
$(FUZZERS): LDFLAGS += -fsanitize=fuzzer
# The filter language of tcpdump, and a reader of capture files.
$(B)/tapsniff $(filter $(B)/tools/tapsniff/%,$(UNIT) $(REPLAYS)) $(B)/harness/frame/pcapng_test: LIBS += -lpcap
$(B)/tapctl $(filter $(B)/tools/tapctl/%,$(UNIT) $(REPLAYS)): LIBS += -lcurl
# Peers in TLS: testing/fake_tls.h.
$(filter %/tls_test %/tls_hostile_test,$(UNIT)): LIBS += -lssl -lcrypto
# BuDDy, the oracle of harness/space: only where it is installed.
$(B)/harness/space/bdd_test $(B)/harness/space/space_bench: LIBS += $(if $(wildcard /usr/include/bdd.h),-lbdd)

# They have these files in them.
$(B)/obj/tools/tapd/face/openapi.o: tools/tapd/face/openapi.json
$(B)/obj/harness/cli/reference.o: $(wildcard docs/man/*.5.md)

# The manual pages have what the programs say with --help.
$(B)/man/%: docs/man/%.md tools/manual topologies/lab $(B)/tapproof $(TOOLS:%=$(B)/%)
	$(Q)mkdir -p $(@D) && echo "  MAN   $@" && B=$(B) tools/manual $< > $@.new && mv $@.new $@

$(B)/obj/%.o: %.c
	$(Q)mkdir -p $(@D) && echo "  CC    $<" && $(CC) $(ALL_CFLAGS) -c -o $@ $<

test-programs: all $(PAGES) $(UNIT) $(REPLAYS) $(SUITES) $(B)/suites/answers $(BENCHES)

pages: $(PAGES)

picture: all
	$(Q)B=$(B) tools/picture

# The house rules alone.
house: test-programs
	$(Q)B=$(B) RANKS="$(RANKS)" CC="$(CC)" suites/tally $(filter suites/house_%,$(SCRIPTS))

ranks:
	@echo $(RANKS)

unit: $(WANTED)
	$(Q)$(if $(WANTED),,echo "no unit test in ROOM=$(ROOM)"; exit 2;) B=$(B) $(if $(T),TEST_FILTER='$(T)') suites/tally $(WANTED)

check: packages-check
	$(Q)$(MAKE) --no-print-directory test-programs WERROR=1
	$(Q)B=$(B) RANKS="$(RANKS)" CC="$(CC)" suites/tally --log $(B)/check.log \
	    $(UNIT) $(REPLAYS) $(SCRIPTS) $(LIVE)

# What is not about our own C code is checked without; so is what takes long because it does the same
# again and again.
# What was freed is kept for as long as 32 MB more are: with the 256 of the default half of the time goes there.
NOT_SANITIZED = topologies/% suites/house_% $(patsubst %,suites/%_test.sh,faults instructions manual schema completion install)
check-asan: export ASAN_OPTIONS := quarantine_size_mb=32$(if $(ASAN_OPTIONS),:$(ASAN_OPTIONS))
check-asan:
	$(Q)$(MAKE) --no-print-directory check B=$(B)-asan SANITIZE=address,undefined \
	    SCRIPTS="$(filter-out $(NOT_SANITIZED),$(SCRIPTS))" \
	    LIVE_SUITES="$(filter-out soak soak-faults tapd-holds trace,$(LIVE_SUITES))"

demo: packages-demo
	$(Q)$(MAKE) --no-print-directory all
	$(Q)B=$(B) tools/demo

bench: packages-bench
	$(Q)$(MAKE) --no-print-directory all $(BENCHES)
	$(Q)B=$(B) tools/bench

instructions: packages-check
	$(Q)$(MAKE) --no-print-directory all test-programs
	$(Q)B=$(B) CC="$(CC)" CFLAGS="$(CFLAGS)" suites/instructions_test.sh --renew

soak: packages-check
	$(Q)$(MAKE) --no-print-directory all
	$(Q)B=$(B) suites/soak

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
	$(Q)$(MAKE) --no-print-directory run-fuzzers B=$(B)-fuzz CC=clang CFLAGS='-O1 -g' \
	    SANITIZE=fuzzer-no-link,address,undefined

run-fuzzers: $(FUZZERS)
	$(Q)B=$(B) FUZZ_SECONDS=$(FUZZ_SECONDS) tools/fuzz $(FUZZERS)

fuzz-report:
	$(Q)tools/packages build test
	$(Q)$(MAKE) --no-print-directory run-replays B=$(B)-coverage CFLAGS='-O0 -g --coverage' SANITIZE=

run-replays: $(REPLAYS)
	$(Q)B=$(B) tools/fuzz_report

mutants:
	$(Q)tools/packages build test
	$(Q)B=$(B) CC="$(CC)" tools/mutants $(or $(ROOM),$(ROOMS) $(TOOLBOX:%=tools/%)) -n $(or $(N),10) --seed $(or $(SEED),1)

packages-check:
	$(Q)tools/packages build lab test
packages-demo:
	$(Q)tools/packages build lab
packages-bench:
	$(Q)tools/packages build lab bench

# Everything that is installed, a line each: MODE SOURCE TARGET, the target below PREFIX; a link has its text as source.
# The lab finds the programs at bin/ of the same PREFIX; expectations find topologies beside them, as in this tree.
INSTALLED_PROGRAMS = tapproof $(filter-out faults,$(TOOLS))
EXAMPLES  = $(shell find topologies expected -type f ! -name '*_test.sh' ! -name 'lab*' ! -name '*.pyc')
define INSTALLED
$(foreach p,$(INSTALLED_PROGRAMS),755 $(B)/$(p) bin/$(p)
)link ../share/tapproof/topologies/lab bin/lab
755 topologies/lab share/tapproof/topologies/lab
$(foreach f,$(wildcard topologies/lab*.py) $(EXAMPLES),644 $(f) share/tapproof/$(f)
)$(foreach f,$(wildcard docs/schema/*.json),644 $(f) share/tapproof/schema/$(notdir $(f))
)$(foreach f,$(PAGES),644 $(f) share/man/man$(subst .,,$(suffix $(f)))/$(notdir $(f))
)644 tools/completion.bash share/bash-completion/completions/tapproof
$(foreach p,lab $(filter-out tapproof,$(INSTALLED_PROGRAMS)),link tapproof share/bash-completion/completions/$(p)
)$(foreach f,README.md CHANGELOG.md LICENSE $(wildcard docs/*.md docs/*.svg),644 $(f) share/doc/tapproof/$(f)
)
endef

install: all pages
	$(Q)$(file >$(B)/installed,$(INSTALLED))tools/install "$(DESTDIR)$(PREFIX)" < $(B)/installed
uninstall: all pages
	$(Q)$(file >$(B)/installed,$(INSTALLED))tools/install --remove "$(DESTDIR)$(PREFIX)" < $(B)/installed

# Debian packages of what is committed; deb-check judges, installs and removes them.
deb:
	$(Q)B=$(B) tools/deb
deb-check:
	$(Q)B=$(B) suites/tally "tools/deb --check"

clean:
	rm -rf $(B) $(B)-asan $(B)-fuzz $(B)-coverage

.PHONY: deb deb-check picture uninstall pages unit house ranks run-fuzzers run-replays fuzz-report mutants faults faults-rules soak all check check-asan demo bench lint fuzz install clean test-programs packages-check packages-demo packages-bench
.SECONDARY:
-include $(shell find $(B) -name '*.d' -type f 2>/dev/null)
