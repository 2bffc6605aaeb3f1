/* SPDX-License-Identifier: Apache-2.0
 *
 * Which few probes exercise every entry that a frame can reach, and why does none the others? */
#include "traffic/cover.h"

#include "base/memory.h"
#include "path/backward.h"
#include "path/forward.h"
#include "space/rewrite.h"

#include <stdlib.h>

/* The defaults; of the budget each entry has a part, so that one alone does not use up all. */
enum { MAX_PROBES = 4096, MAX_WALKS = 400000, COVER_BUDGET = 400000000, ENTRY_BUDGET = 4000000 };
enum { SPREAD_PART = 8 };
enum { NO_ENTRY = UINT32_MAX };

/* A packet of a host, and the entries that it exercises. */
struct candidate {
    uint32_t host, packet;
    uint32_t begin, n; /* in cover_work.exercised */
    uint32_t next;     /* of the same worth */
};

struct cover_work {
    const struct path_network *network;
    const struct traffic_cover_options *options;
    struct traffic_cover *cover;
    size_t *first; /* by switch: the number of its first row; below, all is by these numbers */
    uint8_t *miss; /* enum traffic_miss; until that is known, MISS_UNKNOWN */
    size_t n_entries;
    uint32_t *hidden_by; /* a row of the same switch */
    bool *has_candidate;
    bool *comes; /* whether it takes any frame of a host that sends; NULL: not known */
    const struct match *coming; /* some that do */
    bool samples_all;           /* of merged rows */
    struct header *packets;     /* no two equal, without in_port */
    bool *anywhere;             /* by packet: to be tried from hosts of other switches too */
    size_t packets_capacity, anywhere_capacity;
    struct base_interner numbers; /* of packets */
    struct candidate *candidates;
    size_t n_candidates, candidates_capacity;
    uint32_t *exercised;
    size_t n_exercised, exercised_capacity;
    size_t budget, max_probes;
};
enum { MISS_UNKNOWN = UINT8_MAX };

/* What is to be exercised of a switch, the rows of its own table; and what takes packets there, the
 * entries of the network, each of which stands for one row, or more. 0 where it was not read. */
static size_t n_rows(const struct cover_work *work, size_t sw)
{
    const struct flow_table *rows = path_rows(work->network, sw);
    return rows ? rows->n_entries : 0;
}

static size_t n_takers(const struct cover_work *work, size_t sw)
{
    const struct flow_table *flows = work->network->switches[sw].flows;
    return flows ? flows->n_entries : 0;
}

/* The number of the nth row that the entry stands for, of a packet that comes there. */
static uint32_t number_of(const struct cover_work *work, const struct path_hop *hop, size_t nth)
{
    size_t sw = hop->in.sw;
    return (uint32_t)(work->first[sw] + path_row(work->network, sw, hop->entry, nth, &hop->header));
}

static bool takes_packets(const struct cover_work *work, size_t sw, size_t entry)
{
    return !flow_never_takes(&work->network->switches[sw].flows->entries[entry]);
}

/* A probe exercises the entry, or would, over the limit. */
static bool is_settled(const struct cover_work *work, uint32_t entry)
{
    return work->miss[entry] == TRAFFIC_MISS_NONE || work->miss[entry] == TRAFFIC_MISS_LIMIT;
}

/* The next probe exercises the entry. Whether none did so before. */
static bool settle(struct cover_work *work, uint32_t entry)
{
    if (is_settled(work, entry)) {
        return false;
    }
    bool is_sent = work->cover->n_wanted < work->max_probes;
    work->miss[entry] = is_sent ? TRAFFIC_MISS_NONE : TRAFFIC_MISS_LIMIT;
    return true;
}

/* --------------------------------------------------------------- candidates */

static bool sends(const struct cover_work *work, size_t host)
{
    return !work->options->sends || work->options->sends[host];
}

static void follow(const struct cover_work *work, size_t host, const struct header *packet,
                   struct path_walk *walk)
{
    static const struct path_watch until_loop = {.stops = true};
    struct port_ref in = work->network->topology->hosts[host].port;
    path_follow(work->network, in, packet, &until_loop, walk);
}

/* How many rows a visit exercises. */
static size_t n_exercised_by(const struct cover_work *work, const struct path_hop *hop)
{
    return hop->is_taken ? path_n_rows(work->network, hop->in.sw, hop->entry) : 0;
}

/* For a row nothing is found yet. */
static bool is_wanted(const struct cover_work *work, uint32_t number, bool with_candidates)
{
    return !is_settled(work, number) && (with_candidates || !work->has_candidate[number]);
}

/* For one of the rows that a visit exercises. */
static bool wants_visit(const struct cover_work *work, const struct path_hop *hop)
{
    bool wanted = false;
    for (size_t nth = 0; nth < n_exercised_by(work, hop) && !wanted; nth++) {
        wanted = is_wanted(work, number_of(work, hop, nth), true);
    }
    return wanted;
}

static bool lists(const struct cover_work *work, const struct candidate *candidate, uint32_t entry)
{
    for (size_t i = 0; i < candidate->n; i++) {
        if (work->exercised[candidate->begin + i] == entry) {
            return true;
        }
    }
    return false;
}

static bool same_packet(const void *aux, uint32_t id, const void *key)
{
    return header_equal(&((const struct cover_work *)aux)->packets[id], key);
}

/* The packet's number; a new one if there is none like it. */
static int number_packet(struct cover_work *work, struct header packet, size_t *number)
{
    size_t n = work->numbers.n_ids;
    uint32_t id;
    packet.in_port = 0;
    if (base_grow(&work->packets, n, &work->packets_capacity, sizeof *work->packets) < 0 ||
        base_grow(&work->anywhere, n, &work->anywhere_capacity, sizeof *work->anywhere) < 0 ||
        base_intern(&work->numbers, header_hash(&packet, 0), same_packet, work, &packet, &id) < 0) {
        return -1;
    }
    if (id == n) {
        work->anywhere[n] = false;
        work->packets[n] = packet;
    }
    *number = id;
    return 0;
}

static bool is_harmful(const struct cover_work *work, size_t host, const struct header *header)
{
    return work->options->harmless && traffic_harm(work->options->harmless, host, header, NULL);
}

/* Whether the packet that was followed exercises something that no planned probe does. */
static bool is_of_use(const struct cover_work *work, const struct path_walk *walk)
{
    bool is_of_use = false;
    for (size_t i = 0; walk->ends && i < walk->n_hops && !is_of_use; i++) {
        const struct path_hop *hop = &walk->hops[i];
        is_of_use = wants_visit(work, hop);
    }
    return is_of_use;
}

/* Why a row is missed, should nothing exercise it: of several reasons the last of the list. */
static void note_miss(struct cover_work *work, uint32_t number, enum traffic_miss why)
{
    uint8_t *miss = &work->miss[number];
    if (!is_settled(work, number) && (*miss == MISS_UNKNOWN || *miss < why)) {
        *miss = (uint8_t)why;
    }
}

/* Of what it would exercise it is known now why, should nothing else do so. */
static void note_harm(struct cover_work *work, const struct path_walk *walk)
{
    for (size_t i = 0; i < walk->n_hops; i++) {
        const struct path_hop *hop = &walk->hops[i];
        for (size_t nth = 0; nth < n_exercised_by(work, hop); nth++) {
            note_miss(work, number_of(work, hop, nth), TRAFFIC_MISS_HARM);
        }
    }
}

/* Follows the packet, or, if that may not be sent by this host, what can be mended of it: another
 * packet then. What must not be sent does not exercise anything. -1 without memory. */
static int follow_harmless(struct cover_work *work, size_t host, size_t *packet,
                           struct path_walk *walk)
{
    struct header header = work->packets[*packet];
    follow(work, host, &header, walk);
    if (!is_of_use(work, walk) || !is_harmful(work, host, &header)) {
        return 0;
    }
    note_harm(work, walk);
    walk->ends = false;
    for (unsigned step = 0; traffic_harmless_mend(work->options->harmless, host, step, &header);
         step++) {
        if (!is_harmful(work, host, &header)) {
            follow(work, host, &header, walk);
            return number_packet(work, header, packet);
        }
    }
    return 0;
}

/* What the visit exercises, and nothing that was planned or noted of the candidate does. */
static int add_exercised(struct cover_work *work, const struct path_hop *hop,
                         struct candidate *candidate)
{
    for (size_t nth = 0; nth < n_exercised_by(work, hop); nth++) {
        uint32_t number = number_of(work, hop, nth);
        if (is_settled(work, number) || lists(work, candidate, number)) {
            continue;
        }
        if (base_grow(&work->exercised, work->n_exercised, &work->exercised_capacity,
                      sizeof *work->exercised) < 0) {
            return -1;
        }
        work->exercised[work->n_exercised++] = number;
        work->has_candidate[number] = true;
        candidate->n++;
    }
    return 0;
}

/* Follows the packet; if it exercises something that no planned probe does, it
 * is a candidate. -1 without memory. */
static int try_packet(struct cover_work *work, size_t host, size_t packet, struct path_walk *walk)
{
    if (follow_harmless(work, host, &packet, walk) < 0) {
        return -1;
    }
    struct candidate candidate = {
        .host = (uint32_t)host, .packet = (uint32_t)packet, .begin = (uint32_t)work->n_exercised};
    for (size_t i = 0; walk->ends && i < walk->n_hops; i++) {
        if (add_exercised(work, &walk->hops[i], &candidate) < 0) {
            return -1;
        }
    }
    if (candidate.n == 0) {
        return 0;
    }
    if (base_grow(&work->candidates, work->n_candidates, &work->candidates_capacity,
                  sizeof *work->candidates) < 0) {
        return -1;
    }
    work->candidates[work->n_candidates++] = candidate;
    return 0;
}

/* ------------------------------------------------------------------- aims */

/* What of an entry is to be exercised: one row, by what the entry takes; of rows that are merged,
 * by what comes to one of them. */
struct aim {
    struct path_target target;
    const struct space_merged *merged; /* NULL: it is not one of these */
    size_t cube;                       /* of these */
    uint32_t row;
};

/* Calls `ask` for each row of an entry, until it is told that it is enough. */
typedef int ask_aim(struct cover_work *work, const struct aim *aim, struct path_walk *walk,
                    bool *enough);

static int each_aim(struct cover_work *work, size_t sw, size_t entry, ask_aim *ask,
                    struct path_walk *walk)
{
    const struct space_way *way = path_way(work->network, sw, entry);
    struct aim aim = {.target = {.sw = sw, .entry = entry}};
    size_t n = path_n_rows(work->network, sw, entry);
    bool enough = false;
    int status = 0;
    for (size_t nth = 0; nth < n && status == 0 && !enough; nth++) {
        aim.merged = way ? way->merged[nth] : NULL;
        size_t n_cubes = aim.merged ? aim.merged->n_cubes : 1;
        for (aim.cube = 0; aim.cube < n_cubes && status == 0 && !enough; aim.cube++) {
            aim.row = aim.merged ? aim.merged->rows[aim.cube]
                                 : (uint32_t)path_row(work->network, sw, entry, nth, NULL);
            status = ask(work, &aim, walk, &enough);
        }
    }
    return status;
}

static uint32_t aim_number(const struct cover_work *work, const struct aim *aim)
{
    return (uint32_t)work->first[aim->target.sw] + aim->row;
}

/* The cube of what comes to the aim's row; of an entry without merged rows NULL. */
static const struct space_region *open_within(const struct aim *aim, struct space_region *within)
{
    if (aim->merged) {
        *within = (struct space_region){.cube = aim->merged->cubes[aim->cube]};
    }
    return aim->merged ? within : NULL;
}

/* A port by which packets for this entry may come: its own; that of a host that
 * sends; any. */
static struct path_cable way_in(const struct cover_work *work, size_t sw, const struct match *match)
{
    const struct path_network *network = work->network;
    struct path_cable any = {.port = {.sw = sw, .port = 1}};
    if (match->mask.in_port) {
        any.port.port = match->value.in_port;
        any.peer = path_network_peer(network, any.port);
        return any;
    }
    for (size_t i = network->begins[sw]; i < network->begins[sw + 1]; i++) {
        any = network->cables[i];
        if (any.peer.kind == PEER_HOST && sends(work, any.peer.host)) {
            break;
        }
    }
    return any;
}

/* One packet for the aim: it is tried from the host at whose port it enters, if there is one, and
 * noted for the others. One of merged rows is enough at first: others may go with other entries. */
static int sample_aim(struct cover_work *work, const struct aim *aim, struct path_walk *walk,
                      bool *enough)
{
    const struct path_network *network = work->network;
    const struct path_target *target = &aim->target;
    const struct flow_entry *flow = &network->switches[target->sw].flows->entries[target->entry];
    struct space_region within;
    struct path_target wanted = {target->sw, target->entry, open_within(aim, &within)};
    const struct match *cube = wanted.within ? &within.cube : &flow->match;
    struct path_cable in = way_in(work, target->sw, cube);
    struct header header;
    size_t packet;
    if (!is_wanted(work, aim_number(work, aim), !path_is_composed(network, target->sw)) ||
        path_origin_sample(network, &wanted, in.port.port, &work->budget, &header) != SPACE_FOUND) {
        return 0;
    }
    if (number_packet(work, header, &packet) < 0) {
        return -1;
    }
    bool from_host = in.peer.kind == PEER_HOST;
    work->anywhere[packet] = work->anywhere[packet] || !from_host || !cube->mask.in_port;
    *enough = aim->merged && !work->samples_all;
    return from_host && sends(work, in.peer.host) ? try_packet(work, in.peer.host, packet, walk)
                                                  : 0;
}

/* The noted packets from as many hosts as the number of walks allows, others
 * for each packet. */
static int sample_hosts(struct cover_work *work, struct path_walk *walk)
{
    size_t n_hosts = work->network->topology->n_hosts, n_packets = 0;
    size_t max_walks = work->options->max_walks ? work->options->max_walks : MAX_WALKS;
    for (size_t i = 0; i < work->numbers.n_ids; i++) {
        n_packets += work->anywhere[i];
    }
    size_t n_tries = n_packets ? max_walks / n_packets : 0;
    n_tries = n_tries < n_hosts ? n_tries : n_hosts;
    for (size_t packet = 0; packet < work->numbers.n_ids; packet++) {
        for (size_t i = 0; work->anywhere[packet] && i < n_tries; i++) {
            size_t host = (packet + i * n_hosts / n_tries) % n_hosts;
            if (sends(work, host) && try_packet(work, host, packet, walk) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* What an answer of path_origin_of_entry means for the entry. */
static enum traffic_miss miss_of(enum space_answer answer, const struct path_origin *reach)
{
    return answer == SPACE_FOUND  ? TRAFFIC_MISS_NONE
           : answer == SPACE_OPEN ? TRAFFIC_MISS_OPEN
           : reach->loops         ? TRAFFIC_MISS_LOOP
           : reach->competes      ? TRAFFIC_MISS_AMBIGUOUS
           : reach->is_hidden     ? TRAFFIC_MISS_HIDDEN
                                  : TRAFFIC_MISS_UNREACHABLE;
}

/* For how many entries a frame has to be searched. */
static size_t count_left(const struct cover_work *work)
{
    size_t n = 0;
    for (size_t number = 0; number < work->n_entries; number++) {
        n += !is_settled(work, (uint32_t)number) && !work->has_candidate[number];
    }
    return n;
}

static int note_aim(struct cover_work *work, const struct aim *aim, struct path_walk *unused,
                    bool *enough)
{
    (void)unused;
    (void)enough;
    if (!aim->merged || match_overlaps(work->coming, &aim->merged->cubes[aim->cube])) {
        work->comes[aim_number(work, aim)] = true;
    }
    return 0;
}

static bool note_taken(void *aux, const struct path_reach_hop *hop, const struct match *cube)
{
    struct cover_work *work = aux;
    struct match coming = space_image(&hop->rewrite, cube);
    coming.value.in_port = hop->in.port;
    work->coming = &coming;
    return each_aim(work, hop->in.sw, hop->entry, note_aim, NULL) == 0;
}

/* Follows all that a host sends. Whether that is all known. */
static bool spread(struct cover_work *work, size_t host, size_t *budget)
{
    const struct path_reach_watch watch = {.takes = note_taken, .aux = work};
    struct port_ref in = work->network->topology->hosts[host].port;
    struct match all = match_in_port(in.port);
    struct path_reach reach;
    bool is_known = path_reach_watched(work->network, in.sw, &all, &watch, budget, &reach) == 0 &&
                    !reach.exhausted && reach.n_unknowns == 0;
    path_reach_free(&reach);
    return is_known;
}

/* Which entries take nothing that anybody sends, where to know that takes a small part of what the
 * searches for those that are left may. */
static void note_reached(struct cover_work *work)
{
    size_t n_left = count_left(work), most = work->budget / ENTRY_BUDGET;
    size_t had = (n_left < most ? n_left * ENTRY_BUDGET : work->budget) / SPREAD_PART;
    size_t budget = had;
    work->comes = base_calloc(work->n_entries + 1, sizeof *work->comes);
    bool is_known = work->comes != NULL;
    for (size_t host = 0; host < work->network->topology->n_hosts && is_known; host++) {
        is_known = !sends(work, host) || spread(work, host, &budget);
    }
    work->budget -= had - budget;
    if (!is_known) {
        free(work->comes);
        work->comes = NULL;
    }
}

/* What earlier ones of merged rows take, is not left for the aim. The first of them that does;
 * NULL: none. -1 without memory. */
static int leave_earlier(const struct aim *aim, struct space_region *within, const uint32_t **by)
{
    const struct space_merged *merged = aim->merged;
    *by = NULL;
    for (size_t i = 0; merged && i < aim->cube; i++) {
        bool overlaps = match_overlaps(&within->cube, &merged->cubes[i]);
        *by = overlaps && !*by ? &merged->rows[i] : *by;
        if (space_exclude(within, &merged->cubes[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Which row takes what the aim would; none: 0. */
static uint32_t hider_of(const struct cover_work *work, const struct aim *aim,
                         const struct path_origin *reach, const uint32_t *earlier)
{
    size_t entry = aim->target.entry;
    return !reach->is_hidden ? 0
           : reach->hidden_by == entry && earlier
               ? *earlier
               : (uint32_t)path_last_row(work->network, aim->target.sw, reach->hidden_by, NULL);
}

static int decide_aim(struct cover_work *work, const struct aim *aim,
                      const struct path_target *target, const uint32_t *earlier,
                      struct path_walk *walk)
{
    size_t packet;
    size_t budget = work->budget < ENTRY_BUDGET ? work->budget : ENTRY_BUDGET, had = budget;
    uint32_t number = aim_number(work, aim);
    struct path_origin reach;
    enum space_answer answer =
        work->comes && !work->comes[number]
            ? path_origin_none(work->network, target, &budget, &reach)
            : path_origin_of_entry(work->network, work->options->sends, target, &budget, &reach);
    work->budget -= had - budget;
    if (answer == SPACE_FOUND) {
        return number_packet(work, reach.header, &packet) < 0
                   ? -1
                   : try_packet(work, reach.host, packet, walk);
    }
    note_miss(work, number, miss_of(answer, &reach));
    work->hidden_by[number] = hider_of(work, aim, &reach, earlier);
    return 0;
}

/* Decides about an aim that no sample exercised. */
static int search_aim(struct cover_work *work, const struct aim *aim, struct path_walk *walk,
                      bool *enough)
{
    struct space_region within = {0};
    struct path_target target = {aim->target.sw, aim->target.entry, open_within(aim, &within)};
    const uint32_t *earlier;
    (void)enough;
    if (!is_wanted(work, aim_number(work, aim), false)) {
        return 0;
    }
    int status = leave_earlier(aim, &within, &earlier) < 0
                     ? -1
                     : decide_aim(work, aim, &target, earlier, walk);
    space_region_free(&within);
    return status;
}

/* Asks for each entry that may take packets. */
static int each_entry(struct cover_work *work, ask_aim *ask, struct path_walk *walk)
{
    int status = 0;
    for (size_t sw = 0; sw < work->network->topology->n_switches; sw++) {
        for (size_t i = 0; i < n_takers(work, sw) && status == 0; i++) {
            status = takes_packets(work, sw, i) ? each_aim(work, sw, i, ask, walk) : 0;
        }
    }
    return status;
}

static int find_candidates(struct cover_work *work, struct path_walk *walk)
{
    const struct path_network *network = work->network;
    for (size_t sw = 0; sw < network->topology->n_switches; sw++) {
        for (size_t i = 0; i < n_takers(work, sw); i++) {
            if (!takes_packets(work, sw, i)) {
                work->miss[work->first[sw] + path_row(network, sw, i, 0, NULL)] =
                    TRAFFIC_MISS_NEVER;
            }
        }
    }
    for (int pass = 0; pass < 2; pass++) {
        work->samples_all = pass > 0;
        if (each_entry(work, sample_aim, walk) < 0) {
            return -1;
        }
    }
    if (sample_hosts(work, walk) < 0) {
        return -1;
    }
    note_reached(work);
    return each_entry(work, search_aim, walk);
}

/* ------------------------------------------------------------- greedy cover */

static size_t worth(const struct cover_work *work, const struct candidate *candidate)
{
    size_t n = 0;
    for (size_t i = 0; i < candidate->n; i++) {
        n += !is_settled(work, work->exercised[candidate->begin + i]);
    }
    return n;
}

/* Of those that are wanted the first are sent. */
static int add_probe(const struct cover_work *work, struct traffic_extra probe)
{
    struct traffic_cover *cover = work->cover;
    if (base_grow(&cover->probes, cover->n_wanted, &cover->capacity, sizeof *cover->probes) < 0) {
        return -1;
    }
    cover->n_probes += cover->n_wanted < work->max_probes;
    cover->probes[cover->n_wanted++] = probe;
    return 0;
}

static int take(struct cover_work *work, const struct candidate *candidate)
{
    struct traffic_extra probe = {
        .from = candidate->host, .header = work->packets[candidate->packet], .kind = "entry"};
    probe.header.in_port = work->network->topology->hosts[candidate->host].port.port;
    for (size_t i = 0; i < candidate->n; i++) {
        settle(work, work->exercised[candidate->begin + i]);
    }
    return add_probe(work, probe);
}

/* The candidate that exercises most of what is left, again and again.
 * Candidates lie in a heap for each worth and move down when they lose some:
 * what they are worth never grows. */
static int cover_greedily(struct cover_work *work)
{
    uint32_t heads[PATH_HOPS + 1];
    memset(heads, 0xff, sizeof heads);
    for (size_t i = work->n_candidates; i-- > 0;) {
        work->candidates[i].next = heads[work->candidates[i].n];
        heads[work->candidates[i].n] = (uint32_t)i;
    }
    for (size_t n = PATH_HOPS; n > 0; n--) {
        while (heads[n] != NO_ENTRY) {
            struct candidate *best = &work->candidates[heads[n]];
            uint32_t index = heads[n];
            size_t left = worth(work, best);
            heads[n] = best->next;
            if (left == n) {
                if (take(work, best) < 0) {
                    return -1;
                }
            } else {
                best->next = heads[left];
                heads[left] = index;
            }
        }
    }
    return 0;
}

/* -------------------------------------------------------------------- whole */

/* What the frame that was followed exercises. Whether nothing did so before. */
static bool mark(struct cover_work *work, const struct path_walk *walk)
{
    bool is_new = false;
    for (size_t i = 0; i < walk->n_hops; i++) {
        const struct path_hop *hop = &walk->hops[i];
        for (size_t nth = 0; nth < n_exercised_by(work, hop); nth++) {
            is_new |= settle(work, number_of(work, hop, nth));
        }
    }
    return is_new;
}

static void mark_planned(struct cover_work *work, struct path_walk *walk)
{
    const struct traffic_plan *plan = work->options->plan;
    for (size_t p = 0; plan && p < plan->n_probes; p++) {
        follow(work, plan->probes[p].from, &plan->probes[p].header, walk);
        mark(work, walk);
    }
}

static int keep_probes(struct cover_work *work, struct path_walk *walk)
{
    const struct traffic_cover *kept = work->options->kept;
    for (size_t p = 0; kept && p < kept->n_wanted; p++) {
        const struct traffic_extra *probe = &kept->probes[p];
        follow(work, probe->from, &probe->header, walk);
        if (walk->ends && !is_harmful(work, probe->from, &probe->header) && mark(work, walk) &&
            add_probe(work, *probe) < 0) {
            return -1;
        }
    }
    work->cover->n_kept = work->cover->n_wanted;
    return 0;
}

static int list_missed(struct cover_work *work)
{
    struct traffic_cover *cover = work->cover;
    size_t n = 0, capacity = 0;
    for (size_t sw = 0; sw < work->network->topology->n_switches; sw++) {
        for (size_t i = 0; i < n_rows(work, sw); i++, n++) {
            if (work->miss[n] == TRAFFIC_MISS_NONE) {
                continue;
            }
            /* To a row that no entry stands for no way leads. */
            enum traffic_miss why = work->miss[n] == MISS_UNKNOWN
                                        ? TRAFFIC_MISS_UNREACHABLE
                                        : (enum traffic_miss)work->miss[n];
            if (base_grow(&cover->missed, cover->n_missed, &capacity, sizeof *cover->missed) < 0) {
                return -1;
            }
            cover->missed[cover->n_missed++] = (struct traffic_missed){
                .sw = sw, .entry = (uint32_t)i, .why = why, .hidden_by = work->hidden_by[n]};
        }
    }
    cover->n_entries = n;
    cover->n_exercised = n - cover->n_missed;
    return 0;
}

static int number_entries(struct cover_work *work)
{
    size_t n_switches = work->network->topology->n_switches, n = 0;
    work->first = base_calloc(n_switches + 1, sizeof *work->first);
    for (size_t sw = 0; work->first && sw < n_switches; sw++) {
        work->first[sw] = n;
        n += n_rows(work, sw);
    }
    work->n_entries = n;
    work->miss = base_malloc(n + 1);
    work->hidden_by = base_calloc(n + 1, sizeof *work->hidden_by);
    work->has_candidate = base_calloc(n + 1, sizeof *work->has_candidate);
    if (!work->first || !work->miss || !work->hidden_by || !work->has_candidate) {
        return -1;
    }
    memset(work->miss, MISS_UNKNOWN, n + 1);
    return 0;
}

int traffic_cover(const struct path_network *network, const struct traffic_cover_options *options,
                  struct traffic_cover *cover)
{
    struct cover_work work = {.network = network,
                              .options = options,
                              .cover = cover,
                              .budget = options->budget ? options->budget : COVER_BUDGET,
                              .max_probes = options->max_probes ? options->max_probes : MAX_PROBES};
    struct path_walk walk;
    *cover = (struct traffic_cover){0};
    int status = number_entries(&work);
    if (status == 0) {
        mark_planned(&work, &walk);
        status = keep_probes(&work, &walk) < 0 || find_candidates(&work, &walk) < 0 ||
                         cover_greedily(&work) < 0 || list_missed(&work) < 0
                     ? -1
                     : 0;
    }
    free(work.first);
    free(work.miss);
    free(work.hidden_by);
    free(work.has_candidate);
    free(work.comes);
    free(work.packets);
    free(work.anywhere);
    base_intern_free(&work.numbers);
    free(work.candidates);
    free(work.exercised);
    if (status < 0) {
        traffic_cover_free(cover);
    }
    return status;
}

void traffic_cover_free(struct traffic_cover *cover)
{
    free(cover->probes);
    free(cover->missed);
    *cover = (struct traffic_cover){0};
}
