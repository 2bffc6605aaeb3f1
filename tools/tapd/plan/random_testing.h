/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests of this room: random policies for the tap fabric, random headers,
 * and what becomes of a frame: by the tables, hop by hop, and by what the policy
 * says, without a look at any table. */
#ifndef TAPD_PLAN_RANDOM_TESTING_H
#define TAPD_PLAN_RANDOM_TESTING_H

#include "tapd/plan/compile.h"
#include "tapd/policy/graph.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Below n; the same sequence in every run (xorshift64*, Vigna 2016). */
static inline unsigned random_below(unsigned n)
{
    static uint64_t state = 0x853c49e6748fea9b;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (unsigned)((state * 0x2545f4914f6cdd1d) >> 33) % n;
}

/* One in n. */
static inline bool sometimes(unsigned n)
{
    return random_below(n) == 0;
}

/* ------------------------------------------------------------------ policies */

/* The policy "p" is in memory, its topology on disk. */
static inline int policy_read(void *context, const char *path, struct base_buffer *bytes,
                              struct base_error *error)
{
    if (strcmp(path, "p") == 0) {
        base_put_text(bytes, context);
        return 0;
    }
    return yaml_disk.read(yaml_disk.context, path, bytes, error);
}

static inline struct tapd_policy *policy_of(const char *text, struct yaml_diagnostics *diagnostics)
{
    struct yaml_files files = {(void *)(uintptr_t)text, policy_read};
    struct tapd_policy *policy;
    tapd_policy_load_from(&files, "p", &policy, diagnostics);
    return policy;
}

static inline void put_host(struct base_buffer *out)
{
    base_put_format(out, "h%u%u", 1 + random_below(2), 1 + random_below(4));
}

static const char *const random_matches[] = {"",
                                             "tcp",
                                             "udp",
                                             "arp",
                                             "ip",
                                             "tcp,tp_dst=80",
                                             "udp,tp_dst=53",
                                             "ip,nw_src=10.0.0.0/8",
                                             "ip,nw_dst=10.0.2.0/24",
                                             "dl_vlan=30",
                                             "dl_vlan=0xffff",
                                             "dl_src=00:00:00:00:02:11",
                                             "tcp,nw_dst=10.0.2.12",
                                             "dl_vlan_pcp=3"};

static inline const char *random_match(void)
{
    enum { N_MATCHES = sizeof random_matches / sizeof *random_matches };
    return random_matches[random_below(N_MATCHES)];
}

/* Whether taps have several matches, and what is excepted. */
static bool random_has_lists;

static inline void put_matches(struct base_buffer *out)
{
    base_put_format(out, ", match: [\"%s\"", random_match());
    while (sometimes(4)) {
        base_put_format(out, ", \"%s\"", random_match());
    }
    base_put_text(out, "]");
    if (sometimes(4)) {
        base_put_format(out, ", not: [\"%s\"", random_match());
        while (sometimes(3)) {
            base_put_format(out, ", \"%s\"", random_match());
        }
        base_put_text(out, "]");
    }
}

/* Few sources and few ways, so that much overlaps. */
static inline void put_tap(struct base_buffer *out, unsigned number)
{
    unsigned filter = 1 + random_below(2), n_to = 1 + sometimes(3), to = random_below(4);
    const char *match = random_match();
    base_put_format(out, "  - {name: t%u, source: [h%u%u], to: [c%u", number, filter,
                    1 + random_below(3), 1 + to);
    base_put_text(out, n_to > 1 ? ", " : "]");
    if (n_to > 1) {
        base_put_format(out, "c%u]", 1 + (to + 1 + random_below(3)) % 4);
    }
    if (random_has_lists) {
        put_matches(out);
    } else {
        base_put_format(out, ", match: \"%s\"", match);
    }
    bool twice = sometimes(6);
    if (sometimes(4)) {
        base_put_format(out, twice ? ", uplink: [f%u:6, f%u:7]" : ", uplink: f%u:%u", filter,
                        twice ? filter : 5 + random_below(3));
    }
    base_put_text(out, twice ? ", copies: 2" : "");
    if (sometimes(3)) {
        base_put_text(out, sometimes(3) ? ", tag: port" : "");
    } else if (sometimes(2)) {
        base_put_format(out, ", tag: %u%s", 30 + random_below(3),
                        sometimes(3) ? ", strip: true" : "");
    }
    if (sometimes(3)) {
        base_put_format(out, ", for: %us", 100 * (1 + random_below(4)));
        base_put_text(out, sometimes(3) ? ", pairs: [[h14, h24]]" : "");
    }
    base_put_text(out, "}\n");
}

static inline void put_policy(struct base_buffer *out, unsigned n_taps)
{
    base_put_text(out, "topology: topologies/fabric.yaml\npairs:\n  - [h11, h12]\n");
    base_put_text(out, sometimes(2) ? "  - [h13, h14]\n" : "");
    base_put_text(out, sometimes(3) ? "  - [h21, h22]\n" : "  - [h21, h23]\n");
    base_put_text(out, sometimes(4) ? "  - [h13, h24]\n" : "");
    base_put_text(out, "taps:\n");
    for (unsigned i = 0; i < n_taps; i++) {
        put_tap(out, i);
    }
    base_put_text(out, n_taps == 0 ? "  []\n" : "");
}

/* All taps of a policy that end, active. */
static inline size_t activate(const struct tapd_policy *policy, struct tapd_active *active)
{
    size_t n = 0;
    for (size_t i = 0; i < policy->n_taps; i++) {
        if (policy->taps[i]->lifetime_sec > 0) {
            active[n++] = (struct tapd_active){policy->taps[i], (uint32_t)i + 1,
                                               policy->taps[i]->lifetime_sec};
        }
    }
    return n;
}

/* ------------------------------------------------------------------- headers */

static inline struct header random_header(void)
{
    static const uint16_t types[] = {DL_TYPE_IP, DL_TYPE_IP, DL_TYPE_ARP, DL_TYPE_PROBE};
    static const uint8_t protos[] = {NW_PROTO_TCP, NW_PROTO_UDP, NW_PROTO_ICMP};
    static const uint16_t ports[] = {80, 53, 443};
    static const uint32_t addresses[] = {0x0a00020b, 0x0a00020c, 0x0a010001, 0xc0a80001};
    static const uint16_t tags[] = {0, 0, 0x101e, 0x101f, 0x7005};
    struct header header = {.dl_type = types[random_below(4)],
                            .vlan_tci = tags[random_below(5)],
                            .dl_src = {0, 0, 0, 0, 2, (uint8_t)(0x11 + random_below(2))},
                            .dl_dst = {2}};
    if (header_has_nw(&header)) {
        header.nw_src = addresses[random_below(4)];
        header.nw_dst = addresses[random_below(4)];
        header.nw_proto = header.dl_type == DL_TYPE_ARP ? 1 : protos[random_below(3)];
    }
    if (header_has_tp(&header)) {
        header.tp_src = 8;
        header.tp_dst = header.nw_proto == NW_PROTO_ICMP ? 0 : ports[random_below(3)];
    }
    return header;
}

/* ------------------------------------------------------------------ arrivals */

/* The tag of a frame, and one behind it. */
struct tags {
    uint16_t outer, inner;
};

struct arrival {
    struct port_ref at;
    struct tags tags;
};

struct arrivals {
    struct arrival items[200];
    size_t n;
};

static inline void arrive(struct arrivals *arrivals, struct port_ref at, struct tags tags)
{
    assert_true(arrivals->n < 200);
    arrivals->items[arrivals->n++] = (struct arrival){.at = at, .tags = tags};
}

/* What an action that sends nothing makes of the tags. */
static inline void change_tags(struct tags *tags, const struct action *action)
{
    if (action->type == ACTION_PUSH_VLAN) {
        assert_int_equal(tags->inner, 0);
        *tags = (struct tags){(tags->outer & VLAN_PCP) | VLAN_TAGGED, tags->outer};
    } else if (action->type == ACTION_SET_VLAN_VID) {
        tags->outer = (uint16_t)((tags->outer & VLAN_PCP) | VLAN_TAGGED | action->vlan_vid);
    } else if (action->type == ACTION_STRIP_VLAN || action->type == ACTION_POP_VLAN) {
        *tags = (struct tags){tags->inner, 0};
    }
}

/* By entry: of the highest priority that takes it. */
static inline const struct flow_entry *look_up(const struct flow_table *table,
                                               const struct header *header)
{
    const struct flow_entry *winner = NULL;
    for (size_t i = 0; i < table->n_entries; i++) {
        const struct flow_entry *entry = &table->entries[i];
        if ((!winner || entry->priority > winner->priority) && match_takes(&entry->match, header)) {
            winner = entry;
        }
    }
    return winner;
}

/* Where a frame that enters here arrives, by the tables. */
static inline void walk(const struct tapd_graph *graph, const struct flow_table *tables,
                        struct port_ref at, struct header header, uint16_t inner, unsigned n_hops,
                        struct arrivals *arrivals)
{
    struct tags tags = {header.vlan_tci, inner};
    assert_true(n_hops < 10); /* else a loop */
    header.in_port = at.port;
    const struct flow_entry *entry = look_up(&tables[at.sw], &header);
    for (size_t i = 0; entry && i < entry->n_actions; i++) {
        const struct action *action = &entry->actions[i];
        change_tags(&tags, action);
        if (action->type == ACTION_OUTPUT && action->port != at.port) {
            struct port_ref out = {at.sw, action->port};
            const struct tapd_end *end = tapd_graph_end(graph, out);
            assert_non_null(end);
            if (end->link == UINT32_MAX) {
                arrive(arrivals, out, tags);
            } else {
                header.vlan_tci = tags.outer;
                walk(graph, tables, graph->links[end->link].to, header, tags.inner, n_hops + 1,
                     arrivals);
            }
        }
    }
}

static inline uint16_t tag_of(const struct tapd_tap *tap, struct port_ref source)
{
    return tap->tag == TAPD_TAG_PORT ? source.port : tap->tag;
}

static inline bool is_about(const struct tapd_tap *tap, const struct header *header)
{
    bool is = false;
    for (size_t i = 0; i < tap->n_matches; i++) {
        is |= match_takes(&tap->matches[i], header);
    }
    for (size_t i = 0; i < tap->n_excepted; i++) {
        is &= !match_takes(&tap->excepted[i], header);
    }
    return is;
}

/* The copies at one destination with one tag, taken off or not: of the tap that
 * asks for most. */
static inline unsigned copies_wanted(const struct tapd_tap *const *taps, size_t n_taps,
                                     struct port_ref source, const struct header *header,
                                     struct port_ref to, uint16_t tag, bool strip)
{
    unsigned most = 0;
    for (size_t i = 0; i < n_taps; i++) {
        const struct tapd_tap *tap = taps[i];
        bool from = false, leads = false;
        for (size_t j = 0; j < tap->n_sources; j++) {
            from |= port_ref_equal(tap->sources[j], source);
        }
        for (size_t j = 0; j < tap->n_to; j++) {
            leads |= port_ref_equal(tap->to[j], to);
        }
        if (from && leads && tag_of(tap, source) == tag && tap->strip == strip &&
            is_about(tap, header)) {
            most = tap->copies > most ? tap->copies : most;
        }
    }
    return most;
}

static inline void add_partners(const struct tapd_pair *pairs, size_t n, struct port_ref source,
                                struct tags tags, struct arrivals *arrivals)
{
    for (size_t i = 0; i < n; i++) {
        bool a = port_ref_equal(pairs[i].a, source), b = port_ref_equal(pairs[i].b, source);
        struct port_ref to = a ? pairs[i].b : pairs[i].a;
        bool known = false;
        for (size_t j = 0; j < arrivals->n; j++) {
            known |= port_ref_equal(arrivals->items[j].at, to);
        }
        if ((a || b) && !known) {
            arrive(arrivals, to, tags);
        }
    }
}

/* Where a frame should arrive, by the policy and these taps of it: a tag is in front of its own. */
static inline void expect(const struct tapd_policy *policy, const struct tapd_tap *const *taps,
                          size_t n_taps, struct port_ref source, const struct header *header,
                          struct arrivals *arrivals)
{
    static const uint16_t tags[] = {0, 1, 2, 3, 4, 30, 31, 32};
    const struct topology *topology = policy->topology;
    struct tags own = {header->vlan_tci, 0};
    add_partners(policy->pairs, policy->n_pairs, source, own, arrivals);
    for (size_t i = 0; i < n_taps; i++) {
        add_partners(taps[i]->pairs, taps[i]->n_pairs, source, own, arrivals);
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        struct port_ref to = topology->hosts[i].port;
        for (size_t t = 0; t < 2 * sizeof tags / sizeof *tags; t++) {
            uint16_t tag = tags[t / 2];
            bool strip = t % 2;
            unsigned n = copies_wanted(taps, n_taps, source, header, to, tag, strip);
            struct tags both = {(header->vlan_tci & VLAN_PCP) | VLAN_TAGGED | tag, own.outer};
            for (unsigned j = 0; j < n; j++) {
                arrive(arrivals, to, tag && !strip ? both : own);
            }
        }
    }
}

static inline int compare_arrivals(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;
    if (x->at.sw != y->at.sw) {
        return x->at.sw < y->at.sw ? -1 : 1;
    }
    return x->at.port != y->at.port ? x->at.port - y->at.port
                                    : memcmp(&x->tags, &y->tags, sizeof x->tags);
}

static inline void sort_arrivals(struct arrivals *arrivals)
{
    qsort(arrivals->items, arrivals->n, sizeof *arrivals->items, compare_arrivals);
}

/* Both sorted: every arrival of `some` is one of `all`. */
static inline bool arrivals_within(const struct arrivals *some, const struct arrivals *all)
{
    size_t j = 0;
    for (size_t i = 0; i < some->n; i++, j++) {
        while (j < all->n && compare_arrivals(&all->items[j], &some->items[i]) < 0) {
            j++;
        }
        if (j == all->n || compare_arrivals(&all->items[j], &some->items[i]) != 0) {
            return false;
        }
    }
    return true;
}

static inline bool arrivals_equal(const struct arrivals *a, const struct arrivals *b)
{
    return a->n == b->n && arrivals_within(a, b);
}

#endif
