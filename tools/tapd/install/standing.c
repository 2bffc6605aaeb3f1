/* SPDX-License-Identifier: Apache-2.0
 *
 * Do the copies of a tap get from its sources to its destinations, as far as the switches say? */
#include "tapd/install/standing.h"

#include "tapd/install/action_set.h"
#include "tapd/install/dialect.h"
#include "tapd/install/foreign.h"
#include "tapd/install/installer_inside.h"

/* From the best to the worst. */
enum hop_state { HOP_UP, HOP_PARTLY, HOP_PENDING, HOP_DOWN };

struct judging {
    const struct tapd_installer *installer;
    const struct tapd_way *way;
    struct tapd_standing *out;
};

const char *tapd_tap_state_name(enum tapd_tap_state state)
{
    static const char *const names[] = {[TAPD_PENDING] = "pending",
                                        [TAPD_UP] = "up",
                                        [TAPD_DEGRADED] = "degraded",
                                        [TAPD_DOWN] = "down"};
    return names[state];
}

static struct tapd_target *target_of(const struct judging *judging, const struct tapd_hop *hop)
{
    return &judging->installer->targets[hop->in.sw];
}

/* --------------------------------------------------- the entries of a hop */

static bool sends_to(const struct flow_entry *entry, uint16_t port)
{
    for (size_t i = 0; i < entry->n_actions; i++) {
        if (entry->actions[i].type == ACTION_OUTPUT && entry->actions[i].port == port) {
            return true;
        }
    }
    return false;
}

/* Whether the relation holds between a match and one that the tap is about. */
static bool is_about(const struct tapd_tap *tap, const struct match *match,
                     bool (*relation)(const struct match *match, const struct match *of_tap))
{
    for (size_t i = 0; i < tap->n_matches; i++) {
        if (relation(match, &tap->matches[i])) {
            return true;
        }
    }
    return false;
}

/* Whether frames of the tap meet the entry there: at a source those that it is about, behind it
 * those with its tag. */
static bool is_met(const struct tapd_way *way, const struct tapd_hop *hop,
                   const struct flow_entry *entry)
{
    struct match tagged = {.value.vlan_tci = VLAN_TAGGED | hop->tag,
                           .mask.vlan_tci = VLAN_TAGGED | VLAN_VID};
    return hop->before == TAPD_NO_HOP  ? is_about(way->tap, &entry->match, match_overlaps)
           : hop->tag != TAPD_UNTAGGED ? match_overlaps(&entry->match, &tagged)
                                       : true;
}

/* The next of the wanted entries that carry the tap's copies through this hop, from *at on; NULL:
 * there is none any more. */
static const struct flow_entry *next_entry(const struct judging *judging,
                                           const struct tapd_hop *hop, size_t *at)
{
    const struct flow_table *wanted = &judging->installer->network->tables[hop->in.sw];
    while (*at < wanted->n_entries) {
        const struct flow_entry *entry = &wanted->entries[(*at)++];
        if (entry->match.value.in_port != hop->in.port) {
            return NULL;
        }
        if (sends_to(entry, hop->out) && is_met(judging->way, hop, entry)) {
            return entry;
        }
    }
    return NULL;
}

static size_t first_entry(const struct judging *judging, const struct tapd_hop *hop)
{
    return tapd_find_port(&judging->installer->network->tables[hop->in.sw], hop->in.port);
}

/* ------------------------------------------------------------------ state */

static enum hop_state judge_harm(const struct tapd_harm *harm, const struct flow_entry *entry)
{
    enum tapd_foreign_kind kind = tapd_foreign_does(&harm->entry, entry);
    bool all = kind == TAPD_FOREIGN_BLOCKS || match_within(&entry->match, &harm->entry.match);
    return kind == TAPD_FOREIGN_APART ? HOP_UP : all ? HOP_DOWN : HOP_PARTLY;
}

/* What entries of others do to it. */
static enum hop_state judge_harms(const struct tapd_target *target, const struct flow_entry *entry,
                                  struct base_error *why)
{
    enum hop_state worst = HOP_UP;
    for (size_t i = 0; i < target->n_harms; i++) {
        enum hop_state state = judge_harm(&target->harms[i], entry);
        if (state > worst) {
            worst = state;
            base_fail(why, "%s: an entry of others is in front of it: %s", target->name,
                      target->harms[i].text);
        }
    }
    return worst;
}

static enum hop_state judge_missing(const struct tapd_target *target, struct base_error *why)
{
    base_fail(why, "%s: %s", target->name,
              target->refuses ? target->trouble.text : "not confirmed yet");
    return target->refuses ? HOP_DOWN : HOP_PENDING;
}

/* Whether the table has it, as its OpenFlow says it. */
static enum hop_state judge_table(struct tapd_target *target, const struct flow_entry *entry,
                                  struct base_error *why)
{
    const struct flow_entry *said, *there;
    struct base_arena arena = {0};
    struct base_error unsaid = {"out of memory"};
    uint8_t version = tapd_session_protocol(target->session)->version;
    int status = tapd_dialect(entry, version, &arena, &said, &unsaid);
    enum hop_state state = HOP_UP;
    if (status != 0) {
        base_fail(why, "%s: %s", target->name, unsaid.text);
        state = HOP_DOWN;
    } else if (!(there = tapd_target_find(target, entry)) ||
               !tapd_does_same(&(struct tapd_actions){there->actions, there->n_actions},
                               &(struct tapd_actions){said->actions, said->n_actions})) {
        state = judge_missing(target, why);
    }
    base_arena_free(&arena);
    return state;
}

static enum hop_state judge_entry(struct tapd_target *target, const struct flow_entry *entry,
                                  struct base_error *why)
{
    struct base_error missing = {""};
    enum hop_state harmed = judge_harms(target, entry, why);
    enum hop_state state = harmed == HOP_DOWN ? HOP_UP : judge_table(target, entry, &missing);
    if (state > harmed) {
        *why = missing;
    }
    return state > harmed ? state : harmed;
}

/* Why no frame gets through the ports of the hop; NULL: they do. */
static const char *judge_ports(const struct tapd_target *target, const struct tapd_hop *hop,
                               uint16_t *port)
{
    const char *no_entry = port_no_entry(target->ports, target->n_ports, hop->in.port);
    const char *no_exit = port_no_exit(target->ports, target->n_ports, hop->out);
    *port = no_entry ? hop->in.port : hop->out;
    return no_entry ? no_entry : no_exit;
}

static enum hop_state judge_entries(const struct judging *judging, const struct tapd_hop *hop,
                                    struct base_error *why)
{
    struct tapd_target *target = target_of(judging, hop);
    enum hop_state worst = HOP_UP, best = HOP_DOWN;
    size_t at = first_entry(judging, hop);
    for (const struct flow_entry *entry; (entry = next_entry(judging, hop, &at));) {
        struct base_error its = {""};
        enum hop_state state = judge_entry(target, entry, &its);
        if (state > worst) {
            worst = state;
            *why = its;
        }
        best = state < best ? state : best;
    }
    return worst == HOP_DOWN && best < HOP_DOWN ? HOP_PARTLY : worst;
}

static enum hop_state judge_hop(const struct judging *judging, const struct tapd_hop *hop,
                                struct base_error *why)
{
    const struct tapd_target *target = target_of(judging, hop);
    uint16_t port;
    if (!target->session) {
        return HOP_UP; /* another controller's */
    }
    if (!tapd_session_is_up(target->session)) {
        base_fail(why, "%s: %s", target->name, tapd_session_trouble(target->session));
        return target->read_ms ? HOP_DOWN : HOP_PENDING;
    }
    const char *words = judge_ports(target, hop, &port);
    if (words) {
        base_fail(why, "%s:%u %s", target->name, port, words);
        return HOP_DOWN;
    }
    return judge_entries(judging, hop, why);
}

/* The hops from a source to the one where the frame leaves. */
static enum hop_state judge_chain(const struct judging *judging, const struct tapd_hop *last,
                                  struct base_error *why)
{
    enum hop_state worst = HOP_UP;
    const struct tapd_hop *hops = judging->way->hops;
    for (const struct tapd_hop *hop = last; hop;
         hop = hop->before == TAPD_NO_HOP ? NULL : &hops[hop->before]) {
        struct base_error its = {""};
        enum hop_state state = judge_hop(judging, hop, &its);
        if (state >= worst && state != HOP_UP) {
            worst = state;
            *why = its;
        }
    }
    return worst;
}

static void judge_state(const struct judging *judging)
{
    const struct tapd_way *way = judging->way;
    size_t n[HOP_DOWN + 1] = {[HOP_DOWN] = way->n_lost}, n_chains = way->n_lost;
    enum hop_state worst = HOP_UP;
    if (way->lost) {
        worst = HOP_DOWN;
        base_fail(&judging->out->why, "%s", way->lost);
    }
    for (size_t i = 0; i < judging->way->n_hops; i++) {
        struct base_error why = {""};
        if (!judging->way->hops[i].ends) {
            continue;
        }
        enum hop_state state = judge_chain(judging, &judging->way->hops[i], &why);
        n[state]++;
        n_chains++;
        if (state > worst) {
            worst = state;
            judging->out->why = why;
        }
    }
    judging->out->state = n[HOP_UP] == n_chains                  ? TAPD_UP
                          : n[HOP_DOWN] == n_chains              ? TAPD_DOWN
                          : n[HOP_DOWN] > 0 || n[HOP_PARTLY] > 0 ? TAPD_DEGRADED
                                                                 : TAPD_PENDING;
}

/* ---------------------------------------------------------------- counters */

static void count_entry(struct tapd_count *count, const struct flow_entry *there, int64_t read_ms)
{
    int64_t since_ms =
        read_ms - there->duration_sec * INT64_C(1000) - there->duration_nsec / 1000000;
    count->since_ms = since_ms < count->since_ms ? since_ms : count->since_ms;
    count->n_packets += there->n_packets == UINT64_MAX ? 0 : there->n_packets;
    count->n_bytes += there->n_bytes == UINT64_MAX ? 0 : there->n_bytes;
}

static void count_hop(const struct judging *judging, const struct tapd_hop *hop,
                      struct tapd_count *count)
{
    struct tapd_target *target = target_of(judging, hop);
    bool is_source = hop->before == TAPD_NO_HOP;
    size_t at = first_entry(judging, hop);
    count->exact &= is_source || !hop->shared;
    for (const struct flow_entry *entry; (entry = next_entry(judging, hop, &at));) {
        const struct flow_entry *there = tapd_target_find(target, entry);
        struct match match = match_without_port(&entry->match);
        count->exact &= !is_source || is_about(judging->way->tap, &match, match_within);
        if (there) {
            count_entry(count, there, target->read_ms);
        }
    }
    if (target->read_ms > judging->out->read_ms) {
        judging->out->read_ms = target->read_ms;
    }
}

/* A source whose copies leave its switch by several ports is counted once. */
static bool is_counted(const struct tapd_way *way, size_t index)
{
    for (size_t i = index; i-- > 0;) {
        const struct tapd_hop *hop = &way->hops[i];
        if (hop->before == TAPD_NO_HOP) {
            return port_ref_equal(hop->in, way->hops[index].in);
        }
    }
    return false;
}

/* An end that several sources lead to is counted once. */
static bool is_end_counted(const struct tapd_way *way, size_t index)
{
    const struct tapd_hop *hop = &way->hops[index];
    for (size_t i = index; i-- > 0 && hop->before != TAPD_NO_HOP;) {
        const struct tapd_hop *other = &way->hops[i];
        if (other->ends && other->before != TAPD_NO_HOP && port_ref_equal(other->in, hop->in) &&
            other->out == hop->out && other->tag == hop->tag) {
            return true;
        }
    }
    return false;
}

static void count(const struct judging *judging)
{
    const struct tapd_way *way = judging->way;
    judging->out->in.exact = judging->out->out.exact = true;
    judging->out->in.since_ms = judging->out->out.since_ms = INT64_MAX;
    for (size_t i = 0; i < way->n_hops; i++) {
        if (way->hops[i].before == TAPD_NO_HOP && !is_counted(way, i)) {
            count_hop(judging, &way->hops[i], &judging->out->in);
        }
        if (way->hops[i].ends && !is_end_counted(way, i)) {
            count_hop(judging, &way->hops[i], &judging->out->out);
        }
    }
}

void tapd_installer_judge(const struct tapd_installer *installer, const struct tapd_way *way,
                          struct tapd_standing *standing)
{
    const struct judging judging = {installer, way, standing};
    *standing = (struct tapd_standing){.state = TAPD_DOWN};
    if (!installer || !installer->network) {
        base_fail(&standing->why, "no connections can be made");
        return;
    }
    judge_state(&judging);
    count(&judging);
}

bool tapd_foreign_harms(const struct tapd_installer *installer, size_t sw, size_t number,
                        const struct tapd_way *way)
{
    const struct tapd_target *target = &installer->targets[sw];
    const struct judging judging = {.installer = installer, .way = way};
    const char *text = target->foreign[number].entry;
    for (size_t i = 0; i < target->n_harms; i++) {
        for (size_t j = 0; target->harms[i].text == text && j < way->n_hops; j++) {
            size_t at = first_entry(&judging, &way->hops[j]);
            const struct flow_entry *entry;
            while (way->hops[j].in.sw == sw && (entry = next_entry(&judging, &way->hops[j], &at))) {
                if (judge_harm(&target->harms[i], entry) != HOP_UP) {
                    return true;
                }
            }
        }
    }
    return false;
}
