/* SPDX-License-Identifier: Apache-2.0
 *
 * Cables that are down, in the wrong place, or bad. */
#include "faults/cable.h"
#include "faults/command.h"
#include "faults/relay.h"
#include "faults/words.h"

#include <stdlib.h>

static const struct cable *cable_of(const struct faults_lab *lab, const struct spot *spot)
{
    return &lab->cables[spot->cable];
}

/* ------------------------------------------------------------------ places */

/* Frames that matter come out at the end that is meant. */
static bool carries(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable_end *end = &cable_of(lab, spot)->ends[spot->end];
    return faults_lab_frames(end) > 0 && faults_lab_matters(lab, end);
}

static bool carries_much(const struct faults_lab *lab, const struct spot *spot)
{
    enum { MUCH = 6 };
    const struct cable_end *end = &cable_of(lab, spot)->ends[spot->end];
    return carries(lab, spot) && faults_lab_frames(end) >= MUCH;
}

/* ... of every header: none of a filter's choice alone. */
static bool carries_all(const struct faults_lab *lab, const struct spot *spot)
{
    return carries(lab, spot) && cable_of(lab, spot)->ends[spot->end].frames[FRAMES_OWN] > 0;
}

static bool carries_tagged(const struct faults_lab *lab, const struct spot *spot)
{
    return carries_all(lab, spot) && cable_of(lab, spot)->ends[spot->end].frames[FRAMES_VLAN] > 0;
}

static bool is_between_switches(const struct cable *cable)
{
    return !cable->ends[1].is_host;
}

/* Frames that come back find no entry. */
static bool carries_one_way(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable *cable = cable_of(lab, spot);
    return carries_much(lab, spot) && is_between_switches(cable) &&
           !faults_lab_matters(lab, &cable->ends[!spot->end]);
}

/* A switch chooses whether it sends by this port. */
static bool is_chosen(const struct faults_lab *lab, struct port_ref port)
{
    const struct group_table *groups = &lab->right[port.sw].state.groups;
    bool chosen = false;
    for (size_t i = 0; i < groups->n_groups; i++) {
        const struct group *group = &groups->groups[i];
        for (size_t b = 0; b < group->n_buckets && group->type == GROUP_SELECT; b++) {
            for (size_t a = 0; a < group->buckets[b].n_actions; a++) {
                const struct action *action = &group->buckets[b].actions[a];
                chosen |= action->type == ACTION_OUTPUT && action->port == port.port;
            }
        }
    }
    return chosen;
}

static bool carries_chosen(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable *cable = cable_of(lab, spot);
    return carries_much(lab, spot) && is_between_switches(cable) &&
           is_chosen(lab, cable->ends[!spot->end].port);
}

/* The entry that takes whatever comes in at a port; NULL: there is none, or
 * others besides. */
static const struct flow_entry *only_entry(const struct faults_lab *lab, struct port_ref port,
                                           size_t *n_entries)
{
    const struct flow_table *flows = &lab->right[port.sw].state.flows;
    const struct flow_entry *only = NULL;
    struct match all = match_in_port(port.port);
    *n_entries = 0;
    for (size_t i = 0; i < flows->n_entries; i++) {
        const struct flow_entry *entry = &flows->entries[i];
        if (!entry->match.mask.in_port || entry->match.value.in_port == port.port) {
            ++*n_entries;
            only = match_equal(&entry->match, &all) ? entry : NULL;
        }
    }
    return *n_entries == 1 ? only : NULL;
}

/* Whether it makes no difference by which of two ports a packet comes in. */
static bool ports_are_alike(const struct faults_lab *lab, struct port_ref a, struct port_ref b)
{
    size_t n_a, n_b;
    const struct flow_entry *x = only_entry(lab, a, &n_a), *y = only_entry(lab, b, &n_b);
    return a.sw == b.sw &&
           ((n_a == 0 && n_b == 0) ||
            (x && y && actions_equal(x->actions, x->n_actions, y->actions, y->n_actions)));
}

/* Whether `from` sends to `to` alone, and nobody else sends to it. */
static bool sends_only_to(const struct faults_lab *lab, size_t from, size_t to)
{
    bool sends = false, only = true;
    for (size_t i = 0; i < lab->expectation->n_claims; i++) {
        const struct claim *claim = &lab->expectation->claims[i];
        if (claim->kind != CLAIM_ISOLATED) {
            sends |= claim->from == from && claim->to == to;
            only &= (claim->from == from) == (claim->to == to);
        }
    }
    return sends && only;
}

/* Two hosts that are joined to each other, and to nobody else, may change places. */
static bool are_joined(const struct faults_lab *lab, const struct cable *a, const struct cable *b)
{
    size_t x = a->ends[1].host, y = b->ends[1].host;
    return !is_between_switches(a) && !is_between_switches(b) && sends_only_to(lab, x, y) &&
           sends_only_to(lab, y, x);
}

/* Of two swapped cables the one carries frames which the end of the other one
 * treats otherwise. */
static bool can_be_swapped(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable *a = cable_of(lab, spot), *b = &lab->cables[spot->cable2];
    if (!carries(lab, spot) || a == b || is_between_switches(a) != is_between_switches(b)) {
        return false;
    }
    return (!is_between_switches(a) && !are_joined(lab, a, b)) ||
           (is_between_switches(a) &&
            !ports_are_alike(lab, a->ends[spot->end].port, b->ends[spot->end].port));
}

/* ... or those that a switch chooses between. */
static bool chosen_can_be_swapped(const struct faults_lab *lab, const struct spot *spot)
{
    const struct spot other = {.cable = spot->cable2, .end = spot->end};
    return carries_chosen(lab, spot) && spot->cable != spot->cable2 && carries_chosen(lab, &other);
}

/* ... or in the same way, whatever it is: two hosts, two cables between switches. */
static bool hosts_may_be_swapped(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable *a = cable_of(lab, spot), *b = &lab->cables[spot->cable2];
    return carries(lab, spot) && a != b && are_joined(lab, a, b);
}

static bool swapped_makes_no_difference(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable *a = cable_of(lab, spot), *b = &lab->cables[spot->cable2];
    return carries(lab, spot) && a != b && is_between_switches(a) && is_between_switches(b) &&
           faults_lab_frames(&a->ends[!spot->end]) + faults_lab_frames(&b->ends[!spot->end]) == 0 &&
           ports_are_alike(lab, a->ends[spot->end].port, b->ends[spot->end].port);
}

/* -------------------------------------------------------------------- down */

static int link_down(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return cable_down(lab, cable_of(lab, &injection->spot), injection->spot.end, error);
}

static int cut(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return cable_cut(lab, cable_of(lab, &injection->spot), error);
}

static int mend(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    const struct cable *cable = cable_of(lab, &injection->spot);
    cable_cut(lab, cable, NULL); /* what of it is still there */
    return cable_mend(lab, cable, error) < 0 ? -1 : faults_lab_await_cable(lab, cable, error);
}

/* ---------------------------------------------------------- in wrong places */

static int swap(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    const struct cable *a = cable_of(lab, &injection->spot);
    const struct cable *b = &lab->cables[injection->spot.cable2];
    if (cable_cut(lab, a, error) < 0 || cable_cut(lab, b, error) < 0 ||
        cable_join(lab, &a->ends[0], &b->ends[1], error) < 0 ||
        cable_join(lab, &b->ends[0], &a->ends[1], error) < 0 ||
        faults_lab_await_cable(lab, a, error) < 0) {
        return -1;
    }
    return faults_lab_await_cable(lab, b, error);
}

static int unswap(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    const struct cable *a = cable_of(lab, &injection->spot);
    const struct cable *b = &lab->cables[injection->spot.cable2];
    cable_cut(lab, a, NULL);
    cable_cut(lab, b, NULL);
    if (cable_mend(lab, a, error) < 0 || cable_mend(lab, b, error) < 0 ||
        faults_lab_await_cable(lab, a, error) < 0) {
        return -1;
    }
    return faults_lab_await_cable(lab, b, error);
}

/* ------------------------------------------------------------ a box in them */

/* `argument` of the fault: a length in bytes, if it needs one. */
static int put_box(struct faults_lab *lab, struct injection *injection, enum relay_fault fault,
                   enum relay_eaten eaten, struct base_error *error)
{
    const char *limit = injection->fault->argument;
    const struct cable *cable = cable_of(lab, &injection->spot);
    char names[2][CABLE_RELAY_NAME];
    cable_relay_names(injection->spot.cable, names);
    struct relay relay = {.fault = fault,
                          .interfaces = {names[0], names[1]},
                          .n_interfaces = 2,
                          .bad_end = injection->spot.end,
                          .kind = injection->spot.kind,
                          .eaten = eaten,
                          .limit = limit ? strtoul(limit, NULL, 10) : 0,
                          .dice = injection->spot.dice};
    if (cable_cut(lab, cable, error) < 0 ||
        cable_to_relay(lab, &cable->ends[0], relay.interfaces[0], error) < 0 ||
        cable_to_relay(lab, &cable->ends[1], relay.interfaces[1], error) < 0 ||
        (injection->helper = relay_start(&relay, error)) < 0) {
        return -1;
    }
    return faults_lab_await_cable(lab, cable, error);
}

static int take_relay_away(struct faults_lab *lab, struct injection *injection,
                           struct base_error *error)
{
    const struct cable *cable = cable_of(lab, &injection->spot);
    cable_from_relay(injection->spot.cable);
    return cable_mend(lab, cable, error) < 0 ? -1 : faults_lab_await_cable(lab, cable, error);
}

static int put_relay(struct faults_lab *lab, struct injection *injection, enum relay_fault fault,
                     struct base_error *error)
{
    return put_box(lab, injection, fault, EATEN_LONG, error);
}

/* What was made right before this case is so old that no round is excused by its youth. */
static int put_relay_when_old(struct faults_lab *lab, struct injection *injection,
                              enum relay_fault fault, struct base_error *error)
{
    return command_run(NULL, error, "ovs-appctl time/warp 5000") < 0
               ? -1
               : put_relay(lab, injection, fault, error);
}

#define EATS(name, what)                                                                           \
    static int name(struct faults_lab *lab, struct injection *injection, struct base_error *error) \
    {                                                                                              \
        return put_box(lab, injection, RELAY_EATS, what, error);                                   \
    }
EATS(eats_long, EATEN_LONG)
EATS(eats_ipv6, EATEN_IPV6)
EATS(eats_multicast, EATEN_MULTICAST)
EATS(eats_syn, EATEN_SYN)
EATS(eats_arp_replies, EATEN_ARP_REPLY)
EATS(eats_fragments, EATEN_FRAGMENT)

#define RELAY(name, fault)                                                                         \
    static int name(struct faults_lab *lab, struct injection *injection, struct base_error *error) \
    {                                                                                              \
        return put_relay(lab, injection, fault, error);                                            \
    }
RELAY(one_way, RELAY_ONE_WAY)
RELAY(loses, RELAY_LOSES)
RELAY(doubles, RELAY_DOUBLES)
RELAY(delays, RELAY_DELAYS)
RELAY(reorders, RELAY_REORDERS)
RELAY(corrupts, RELAY_CORRUPTS)
RELAY(truncates, RELAY_TRUNCATES)
RELAY(drops_kind, RELAY_DROPS_KIND)
RELAY(tags, RELAY_TAGS)
RELAY(cuts, RELAY_CUTS)
RELAY(zeroes_pcp, RELAY_ZEROES_PCP)
RELAY(strips_second, RELAY_STRIPS)
RELAY(follows, RELAY_FOLLOWS)
RELAY(reflects, RELAY_REFLECTS)

#define OLD_RELAY(name, fault)                                                                     \
    static int name(struct faults_lab *lab, struct injection *injection, struct base_error *error) \
    {                                                                                              \
        return put_relay_when_old(lab, injection, fault, error);                                   \
    }
OLD_RELAY(comes_late, RELAY_LATE)
OLD_RELAY(sleeps, RELAY_SLEEPS)

/* A bad cable: tables and ports are right. */
#define BAD(title, words, where_it_fits, put) BAD_BY(title, words, where_it_fits, put, NULL)

/* ... with frames of more than so many bytes. */
#define BAD_BY(title, words, where_it_fits, put, limit)                                            \
    {                                                                                              \
        .name = (title), .text = (words), .fits = (where_it_fits), .inject = (put),                \
        .argument = (limit), .undo = take_relay_away, .found = "traffic/*",                        \
        .silent = "state/*|switch/*", .where = "$a - $b|$b - $a"                                   \
    }

static const struct fault faults[] = {
    {.name = "link-down",
     .text = "one end of a cable is down",
     .fits = carries,
     .inject = link_down,
     .undo = mend,
     .found = "state/*|traffic/*",
     .where = "$a - $b|$b - $a|$b"},
    {.name = "cable-cut",
     .text = "a cable is not there, and its interfaces are gone",
     .fits = carries,
     .inject = cut,
     .undo = mend,
     .found = "state/*",
     .where = "$a - $b|$b - $a|$a|$b"},
    {.name = "cables-swapped",
     .text = "two cables are swapped at one side",
     .fits = can_be_swapped,
     .inject = swap,
     .undo = unswap,
     .found = "traffic/*",
     .silent = "state/*|switch/*",
     .where = "$a - $b, *|$b - $a, *|*, $a - $b|*, $b - $a"},
    {.name = "swapped-alike",
     .text = "two cables are swapped whose ports do the same with every packet",
     .fits = swapped_makes_no_difference,
     .inject = swap,
     .undo = unswap,
     .found = "wiring/*",
     .silent = "state/*|switch/*|traffic/*",
     .where = "$a - $b, *|$b - $a, *|*, $a - $b|*, $b - $a"},
    {.name = "hosts-swapped-alike",
     .text = "two hosts that are joined to each other alone change places",
     .fits = hosts_may_be_swapped,
     .inject = swap,
     .undo = unswap,
     .found = "wiring/*",
     .silent = "state/*|switch/*|traffic/*",
     .where = "$a - $b, *|$b - $a, *|*, $a - $b|*, $b - $a"},
    BAD("one-way", "nothing comes out of a cable at one end", carries, one_way),
    BAD("loses", "a cable loses each fifth frame", carries_much, loses),
    BAD("doubles", "a cable doubles each third frame", carries_much, doubles),
    BAD("corrupts", "a cable changes a byte of each third frame", carries_much, corrupts),
    BAD("truncates-frames", "frames end early behind a cable", carries, truncates),
    BAD("drops-one-kind", "a cable loses one kind of frames", carries, drops_kind),
    BAD("tags", "frames come out of a cable with a VLAN tag", carries, tags),
    BAD_BY("eats-over-128", "a cable loses frames of more than 128 bytes", carries, eats_long,
           "128"),
    BAD_BY("eats-over-512", "a cable loses frames of more than 512 bytes", carries, eats_long,
           "512"),
    BAD_BY("eats-over-1400", "a cable loses frames of more than 1,400 bytes", carries, eats_long,
           "1400"),
    BAD_BY("cuts-at-128", "frames end after 128 bytes behind a cable", carries, cuts, "128"),
    BAD_BY("cuts-at-1000", "frames end after 1,000 bytes behind a cable", carries, cuts, "1000"),
    BAD("eats-ipv6", "a cable loses IPv6", carries_all, eats_ipv6),
    BAD("eats-multicast", "a cable loses multicast", carries_all, eats_multicast),
    BAD("eats-syn", "a cable loses the first segments of TCP connections", carries_all, eats_syn),
    BAD("eats-arp-replies", "a cable loses ARP replies", carries_all, eats_arp_replies),
    BAD("eats-fragments", "a cable loses fragments of IPv4", carries_all, eats_fragments),
    BAD("zeroes-pcp", "VLAN tags have priority 0 behind a cable", carries_tagged, zeroes_pcp),
    BAD("strips-second-tag", "of two VLAN tags the inner one is lost in a cable", carries_tagged,
        strips_second),
    {.name = "doubles-late",
     .text = "a cable sends each third frame again, 0.3 s later",
     .options = "--listen 500ms",
     .fits = carries_much,
     .inject = follows,
     .undo = take_relay_away,
     .found = "traffic/*",
     .silent = "state/*|switch/*",
     .where = "$a - $b|$b - $a"},
    BAD("late", "frames come out of a cable 0.9 s late", carries, comes_late),
    BAD("first-after-quiet", "a cable loses the first frame after 0.3 s of quiet", carries, sleeps),
    {.name = "reflects",
     .text = "a cable sends each third frame back, too, where nothing takes it",
     .outcome = OUTCOME_OPEN,
     .fits = carries_one_way,
     .inject = reflects,
     .undo = take_relay_away,
     .found = "wiring/*",
     .silent = "state/*|switch/*|traffic/*",
     .where = "$a - $b|$b - $a"},
    {.name = "delays",
     .text = "frames come out of a cable 30 ms late",
     .outcome = OUTCOME_UNSEEN,
     .reason = "an expectation says which frames arrive where, and not when",
     .fits = carries,
     .inject = delays,
     .undo = take_relay_away,
     .where = "$a - $b"},
    {.name = "reorders",
     .text = "frames overtake each other in a cable",
     .outcome = OUTCOME_UNSEEN,
     .reason = "an expectation says which frames arrive where, and not in what order",
     .fits = carries,
     .inject = reorders,
     .undo = take_relay_away,
     .where = "$a - $b"},
};

/* Cables behind a group of type select. */
static const struct fault choices[] = {
    {.name = "chosen-swapped",
     .text = "two cables that a switch chooses between are swapped",
     .fits = chosen_can_be_swapped,
     .inject = swap,
     .undo = unswap,
     .found = "wiring/*",
     .silent = "state/*|switch/*",
     .where = "$a - $b, *|$b - $a, *|*, $a - $b|*, $b - $a"},
    BAD("chosen-one-way", "nothing comes out of a cable that a switch may choose", carries_chosen,
        one_way),
    BAD("chosen-loses", "a cable that a switch may choose loses each fifth frame", carries_chosen,
        loses),
    BAD("chosen-doubles", "a cable that a switch may choose doubles each third frame",
        carries_chosen, doubles),
    /* The cable to the host carries the same frames, and no others. */
    {.name = "chosen-corrupts",
     .text = "a cable that a switch may choose changes a byte of each third frame",
     .fits = carries_chosen,
     .inject = corrupts,
     .undo = take_relay_away,
     .found = "traffic/*",
     .silent = "state/*|switch/*",
     .where = "$a - $b|$b - $a|$a - $b or *|$b - $a or *"},
    BAD("chosen-late", "frames come 0.9 s late out of a cable that a switch may choose",
        carries_chosen, comes_late),
};

const struct fault_group faults_cables = FAULT_GROUP("cables", faults);
const struct fault_group faults_choices = FAULT_GROUP("choices", choices);
