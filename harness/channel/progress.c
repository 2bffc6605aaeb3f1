/* SPDX-License-Identifier: Apache-2.0
 *
 * Which replies of one dump have come, and do they agree? */
#include "channel/progress.h"

#include "ofctl/flow.h"
#include "openflow/error.h"
#include "openflow/of10/stats.h"

/* A table that many of these could not catch is not at rest. */
enum { MAX_REPEATS = 9 };

static int take_features(struct channel_progress *progress, struct base_reader *body,
                         struct base_error *error);
static int take_port_desc(struct channel_progress *progress, struct base_reader *body,
                          struct base_error *error);
static int take_groups(struct channel_progress *progress, struct base_reader *body,
                       struct base_error *error);
static int take_meters(struct channel_progress *progress, struct base_reader *body,
                       struct base_error *error);
static int take_meter_stats(struct channel_progress *progress, struct base_reader *body,
                            struct base_error *error);
static int take_flows(struct channel_progress *progress, struct base_reader *body,
                      struct base_error *error);
static int take_aggregate(struct channel_progress *progress, struct base_reader *body,
                          struct base_error *error);
static int take_ports(struct channel_progress *progress, struct base_reader *body,
                      struct base_error *error);
static int take_configuration(struct channel_progress *progress, struct base_reader *body,
                              struct base_error *error);
static int take_barrier(struct channel_progress *progress, struct base_reader *body,
                        struct base_error *error);

static const struct request {
    const char *name;
    enum of_type reply;
    enum of_stats_kind kind; /* of a STATS_REPLY */
    unsigned refusal;        /* CHANNEL_ODD_*: the dump goes on without; 0: it does not */
    int (*take)(struct channel_progress *progress, struct base_reader *body,
                struct base_error *error);
} REQUESTS[] = {
    [CHANNEL_FEATURES] = {"FEATURES", OFPT_FEATURES_REPLY, 0, 0, take_features},
    [CHANNEL_PORT_DESC] = {"PORT_DESC", OFPT_STATS_REPLY, OFPST_PORT_DESC, 0, take_port_desc},
    [CHANNEL_GROUP] = {"GROUP_DESC", OFPT_STATS_REPLY, OFPST_GROUP_DESC, CHANNEL_ODD_NO_GROUPS,
                       take_groups},
    [CHANNEL_METER] = {"METER_CONFIG", OFPT_STATS_REPLY, OFPST_METER_CONFIG, CHANNEL_ODD_NO_METERS,
                       take_meters},
    [CHANNEL_METER_STATS] = {"METER stats", OFPT_STATS_REPLY, OFPST_METER,
                             CHANNEL_ODD_NO_METER_STATS, take_meter_stats},
    [CHANNEL_FLOW] = {"FLOW stats", OFPT_STATS_REPLY, OFPST_FLOW, 0, take_flows},
    [CHANNEL_AGGREGATE] = {"AGGREGATE stats", OFPT_STATS_REPLY, OFPST_AGGREGATE,
                           CHANNEL_ODD_NO_AGGREGATE, take_aggregate},
    [CHANNEL_PORT] = {"PORT stats", OFPT_STATS_REPLY, OFPST_PORT, CHANNEL_ODD_NO_PORT_STATS,
                      take_ports},
    [CHANNEL_CONFIGURATION] = {"GET_CONFIG", OFPT_GET_CONFIG_REPLY, 0, CHANNEL_ODD_NO_CONFIG,
                               take_configuration},
    [CHANNEL_BARRIER] = {"BARRIER", OFPT_BARRIER_REPLY, 0, CHANNEL_ODD_NO_BARRIER, take_barrier},
};
_Static_assert(sizeof REQUESTS / sizeof *REQUESTS == CHANNEL_N_REQUESTS, "a row a request");

static bool is_pending(const struct channel_progress *progress, enum channel_request request)
{
    return progress->pending & 1u << request;
}

static void send_request(struct channel_progress *progress, enum channel_request which,
                         struct base_buffer *out)
{
    const struct of_protocol *protocol = progress->protocol;
    uint32_t xid = progress->xid + which;
    if (which == CHANNEL_FEATURES) {
        protocol->put_empty(out, OFPT_FEATURES_REQUEST, xid);
    } else if (which == CHANNEL_CONFIGURATION) {
        protocol->put_empty(out, OFPT_GET_CONFIG_REQUEST, xid);
    } else if (which == CHANNEL_BARRIER) {
        protocol->put_empty(out, OFPT_BARRIER_REQUEST, xid);
    } else if (which == CHANNEL_FLOW && !progress->habits.is_plain) {
        protocol->ask_whole(out, xid);
    } else {
        protocol->ask(out, xid, REQUESTS[which].kind);
    }
    progress->unsent &= ~(1u << which);
}

/* The requests for `what`, without those that the switch refuses. */
static unsigned requests_for(const struct of_protocol *protocol, unsigned what, unsigned odd)
{
    unsigned requests = 1u << CHANNEL_FEATURES | 1u << CHANNEL_BARRIER;
    if (protocol->ports) {
        requests |= 1u << CHANNEL_PORT_DESC;
    }
    if (protocol->groups && what & CHANNEL_FLOWS) {
        requests |= 1u << CHANNEL_GROUP | 1u << CHANNEL_METER;
        requests |= what & CHANNEL_PORTS ? 1u << CHANNEL_METER_STATS : 0;
    }
    if (what & CHANNEL_FLOWS) {
        requests |= 1u << CHANNEL_FLOW | 1u << CHANNEL_AGGREGATE;
    }
    if (what & CHANNEL_PORTS) {
        requests |= 1u << CHANNEL_PORT;
    }
    if (what & CHANNEL_CONFIG && !(odd & (CHANNEL_ODD_ONE_BY_ONE | CHANNEL_ODD_NO_BARRIER))) {
        requests |= 1u << CHANNEL_CONFIGURATION; /* BARRIER shows that it was passed over */
    }
    for (unsigned which = 0; which < CHANNEL_N_REQUESTS; which++) {
        if (odd & REQUESTS[which].refusal) {
            requests &= ~(1u << which);
        }
    }
    return requests;
}

void channel_progress_begin(struct channel_progress *progress, unsigned what, uint32_t xid,
                            struct base_buffer *out)
{
    progress->protocol = progress->protocol ? progress->protocol : of_protocol(OFP_VERSION);
    progress->habits.is_plain |= !progress->protocol->ask_whole;
    switch_state_free(&progress->dump->state);
    progress->xid = xid;
    progress->n_aggregate = 0; /* of no entries, if flows are not asked for */
    progress->lists_flows = what & CHANNEL_FLOWS;
    progress->asked = requests_for(progress->protocol, what, progress->habits.odd);
    progress->pending = progress->unsent = progress->asked;
    progress->refused_extended = false;
    do {
        channel_progress_next(progress, out);
    } while (progress->unsent && !(progress->habits.odd & CHANNEL_ODD_ONE_BY_ONE));
}

void channel_progress_next(struct channel_progress *progress, struct base_buffer *out)
{
    if (progress->unsent) {
        send_request(progress, (enum channel_request)__builtin_ctz(progress->unsent), out);
    }
}

bool channel_progress_ask_otherwise(struct channel_progress *progress)
{
    struct channel_habits *habits = &progress->habits;
    if (is_pending(progress, CHANNEL_FLOW) && progress->dump->state.flows.n_entries > 0) {
        return false; /* they are coming */
    }
    if (!(habits->odd & CHANNEL_ODD_ONE_BY_ONE)) {
        habits->odd |= CHANNEL_ODD_ONE_BY_ONE;
        return true;
    }
    if (progress->pending == progress->asked) {
        return true; /* the first came together with something else */
    }
    if (!habits->is_plain && is_pending(progress, CHANNEL_FLOW) &&
        !(progress->unsent & 1u << CHANNEL_FLOW)) {
        habits->is_plain = true;
        return true;
    }
    return false;
}

static int take_features(struct channel_progress *progress, struct base_reader *body,
                         struct base_error *error)
{
    return progress->protocol->features(body, &progress->dump->state, error);
}

static int take_port_desc(struct channel_progress *progress, struct base_reader *body,
                          struct base_error *error)
{
    return progress->protocol->ports(body, &progress->dump->state, error);
}

static int take_groups(struct channel_progress *progress, struct base_reader *body,
                       struct base_error *error)
{
    return progress->protocol->groups(body, &progress->dump->state.groups, error);
}

static int take_meters(struct channel_progress *progress, struct base_reader *body,
                       struct base_error *error)
{
    return progress->protocol->meters(body, &progress->dump->state.groups, error);
}

/* The counters go into the meters that METER_CONFIG listed. */
static int take_meter_stats(struct channel_progress *progress, struct base_reader *body,
                            struct base_error *error)
{
    return progress->protocol->meter_counters(body, &progress->dump->state.groups, error);
}

static int take_flows(struct channel_progress *progress, struct base_reader *body,
                      struct base_error *error)
{
    struct flow_table *flows = &progress->dump->state.flows;
    size_t max = progress->limits.max_entries;
    return progress->habits.is_plain ? progress->protocol->flows(body, flows, max, error)
                                     : progress->protocol->whole_flows(body, flows, max, error);
}

static int take_aggregate(struct channel_progress *progress, struct base_reader *body,
                          struct base_error *error)
{
    struct of_aggregate aggregate;
    if (of_decode_aggregate(body, &aggregate, error)) {
        return -1;
    }
    progress->n_aggregate = aggregate.n_flows;
    return 0;
}

/* The counters go into the ports that FEATURES or PORT_DESC listed. No switch is known
 * that answers in another order than it was asked in. */
static int take_ports(struct channel_progress *progress, struct base_reader *body,
                      struct base_error *error)
{
    for (unsigned which = CHANNEL_FEATURES; which <= CHANNEL_PORT_DESC; which++) {
        if (is_pending(progress, (enum channel_request)which)) {
            return base_fail(error, "came before the reply to %s", REQUESTS[which].name);
        }
    }
    return progress->protocol->counters(body, &progress->dump->state, error);
}

static int take_configuration(struct channel_progress *progress, struct base_reader *body,
                              struct base_error *error)
{
    return of_decode_config(body, &progress->dump->state.fragments, error);
}

static int take_barrier(struct channel_progress *progress, struct base_reader *body,
                        struct base_error *error)
{
    (void)progress;
    (void)body;
    (void)error;
    return 0;
}

static int check_limits(struct channel_progress *progress, const struct of_header *header,
                        struct base_error *error)
{
    const struct channel_options *limits = &progress->limits;
    progress->dump->n_bytes += header->length;
    progress->n_messages++;
    if (progress->dump->n_bytes > limits->max_bytes) {
        return base_fail(error, "sent more than %zu bytes", limits->max_bytes);
    }
    if (progress->n_messages > limits->max_messages) {
        return base_fail(error, "sent more than %zu messages", limits->max_messages);
    }
    return 0;
}

static int refused(const struct request *request, const struct of_header *header,
                   struct base_reader *body, struct base_error *error)
{
    struct of_error of_error;
    struct base_buffer text = {0};
    if (of_decode_error(body, header->version, &of_error, error)) {
        return -1;
    }
    of_error_format(&of_error, &text);
    base_fail(error, "refused %s: %s", request->name, base_buffer_text(&text));
    base_buffer_free(&text);
    return -1;
}

/* The entries must be asked for with OFPST_FLOW, when all else has been answered. */
static void turn_plain(struct channel_progress *progress)
{
    progress->habits.is_plain = progress->refused_extended = true;
    progress->pending &= ~(1u << CHANNEL_FLOW);
}

/* A switch answers in order: if all that was asked behind it has its answer, it has been passed
 * over. */
static bool passed_over(const struct channel_progress *progress)
{
    unsigned later =
        progress->asked & (1u << CHANNEL_AGGREGATE | 1u << CHANNEL_PORT | 1u << CHANNEL_BARRIER);
    return !progress->habits.is_plain && is_pending(progress, CHANNEL_FLOW) && later &&
           !(progress->pending & later) && progress->dump->state.flows.n_entries == 0;
}

/* Of all entries, whatever their order; without counters and durations. False without memory. */
static bool hash_entries(const struct flow_table *flows, uint64_t *hash)
{
    struct base_buffer text = {0};
    *hash = 0;
    for (size_t i = 0; i < flows->n_entries; i++) {
        uint64_t one = 14695981039346656037u; /* FNV-1a, 64 bits */
        text.n_bytes = 0;
        ofctl_format_flow(&flows->entries[i], FLOW_NO_STATS, &text);
        for (size_t at = 0; at < text.n_bytes; at++) {
            one = (one ^ text.data[at]) * 1099511628211u;
        }
        *hash += one;
    }
    bool done = !text.failed;
    base_buffer_free(&text);
    return done;
}

/* Whether these are the entries that the attempt before listed. */
static bool lists_the_same(struct channel_progress *progress)
{
    const struct flow_table *flows = &progress->dump->state.flows;
    uint64_t hash;
    bool known = hash_entries(flows, &hash);
    bool same = known && progress->has_before && hash == progress->hash_before;
    progress->has_before = known;
    progress->hash_before = hash;
    return same;
}

static bool is_counted(const struct channel_progress *progress)
{
    return !(progress->habits.odd & CHANNEL_ODD_NO_AGGREGATE);
}

/* How many entries more AGGREGATE counts than FLOW lists. */
static int64_t surplus(const struct channel_progress *progress)
{
    return (int64_t)progress->n_aggregate - (int64_t)progress->dump->state.flows.n_entries;
}

static int fail_moving(const struct channel_progress *progress, struct base_error *error)
{
    size_t n_entries = progress->dump->state.flows.n_entries;
    if (!is_counted(progress)) {
        return base_fail(error,
                         "the table kept changing: of %d dumps no two in a row listed the same "
                         "entries, and AGGREGATE is refused",
                         MAX_REPEATS + 1);
    }
    return base_fail(error,
                     "the table kept changing: in %d dumps FLOW stats never had as many entries as "
                     "AGGREGATE said, at last %zu instead of %u, and no two in a row listed the "
                     "same",
                     MAX_REPEATS + 1, n_entries, progress->n_aggregate);
}

/* The number that AGGREGATE says beside entries that do not move is right from now on. */
static void take_surplus(struct channel_progress *progress)
{
    struct channel_habits *habits = &progress->habits;
    habits->surplus = is_counted(progress) ? surplus(progress) : 0;
    habits->odd &= ~(unsigned)CHANNEL_ODD_COUNT;
    habits->odd |= habits->surplus ? CHANNEL_ODD_COUNT : 0;
}

/* A switch that has one table (FEATURES, section 5.3.1) may number it as it likes: some show that
 * of another mode. Entries of several tables contradict FEATURES, and stay as they are. */
static void take_only_table(struct channel_dump *dump)
{
    struct flow_table *flows = &dump->state.flows;
    uint8_t table = flows->n_entries > 0 ? flows->entries[0].table_id : 0;
    bool same = dump->state.n_tables == 1 && table != 0;
    for (size_t i = 0; same && i < flows->n_entries; i++) {
        same = flows->entries[i].table_id == table;
    }
    for (size_t i = 0; same && i < flows->n_entries; i++) {
        flows->entries[i].table_id = 0;
    }
    dump->odd |= same ? CHANNEL_ODD_TABLE : 0;
    dump->table = same ? table : 0;
}

/* All has been answered. Is it one table that was listed and counted? A switch whose count is
 * another, or that has none, lists the same twice. */
static int check_agreement(struct channel_progress *progress, enum channel_step *step,
                           struct base_error *error)
{
    struct channel_dump *dump = progress->dump;
    *step = CHANNEL_STEP_AGAIN;
    if (progress->refused_extended) {
        return 0;
    }
    if (progress->lists_flows &&
        !(is_counted(progress) && surplus(progress) == progress->habits.surplus)) {
        if (lists_the_same(progress)) {
            take_surplus(progress);
        } else if (dump->repeats == MAX_REPEATS) {
            return fail_moving(progress, error);
        } else {
            dump->repeats++;
            return 0;
        }
    }
    dump->odd = progress->habits.odd;
    dump->surplus = progress->habits.surplus;
    take_only_table(dump);
    *step = CHANNEL_STEP_DONE;
    return 0;
}

static int take_reply(struct channel_progress *progress, enum channel_request which,
                      const struct of_header *header, struct base_reader *body,
                      struct base_error *error)
{
    const struct request *request = &REQUESTS[which];
    struct of_stats stats = {.kind = 0};
    if (header->type == OFPT_STATS_REPLY && progress->protocol->open_stats(body, &stats, error)) {
        return base_fail_in(error, "reply to %s", request->name);
    }
    bool is_extended = which == CHANNEL_FLOW && !progress->habits.is_plain;
    if (header->type != request->reply ||
        stats.kind != (is_extended ? OFPST_VENDOR : request->kind)) {
        return base_fail(error, "answered %s with %s of kind %u", request->name,
                         of_type_name(header->type), stats.kind);
    }
    if (!is_pending(progress, which)) {
        return base_fail(error, "sent one reply more to %s than was asked for", request->name);
    }
    if (request->take(progress, body, error)) {
        return base_fail_in(error, "reply to %s", request->name);
    }
    if (!stats.more) {
        progress->pending &= ~(1u << which);
    }
    return 0;
}

int channel_progress_message(struct channel_progress *progress, const struct of_header *header,
                             struct base_reader *body, enum channel_step *step,
                             struct base_error *error)
{
    uint32_t which = header->xid - progress->xid;
    *step = CHANNEL_STEP_ON;
    if (check_limits(progress, header, error)) {
        return -1;
    }
    switch (header->type) {
    case OFPT_FEATURES_REQUEST:
        return base_fail(error, "is an OpenFlow controller, not a switch");
    case OFPT_ERROR:
    case OFPT_FEATURES_REPLY:
    case OFPT_GET_CONFIG_REPLY:
    case OFPT_STATS_REPLY:
    case OFPT_BARRIER_REPLY:
        break;
    default: /* PACKET_IN, FLOW_REMOVED, PORT_STATUS, VENDOR and what is unknown */
        return 0;
    }
    if (which >= CHANNEL_N_REQUESTS) {
        progress->dump->n_strays++;
        return 0;
    }
    if (header->type == OFPT_ERROR && which == CHANNEL_FLOW && !progress->habits.is_plain) {
        turn_plain(progress);
    } else if (header->type == OFPT_ERROR && REQUESTS[which].refusal &&
               is_pending(progress, which)) {
        progress->habits.odd |= REQUESTS[which].refusal;
        progress->pending &= ~(1u << which);
    } else if (header->type == OFPT_ERROR) {
        return refused(&REQUESTS[which], header, body, error);
    } else if (take_reply(progress, which, header, body, error)) {
        return -1;
    }
    if (passed_over(progress)) {
        turn_plain(progress);
    }
    if (progress->asked & ~progress->pending & 1u << CHANNEL_BARRIER) {
        progress->pending &= ~(1u << CHANNEL_CONFIGURATION); /* nothing depends on it */
    }
    if (!progress->pending) {
        return check_agreement(progress, step, error);
    }
    *step = progress->pending == progress->unsent ? CHANNEL_STEP_NEXT : CHANNEL_STEP_ON;
    return 0;
}

void channel_progress_format_pending(const struct channel_progress *progress,
                                     struct base_buffer *out)
{
    const char *divider = "";
    for (unsigned which = 0; which < CHANNEL_N_REQUESTS; which++) {
        if (!is_pending(progress, which)) {
            continue;
        }
        base_put_format(out, "%s%s", divider, REQUESTS[which].name);
        if (which == CHANNEL_FLOW && progress->dump->state.flows.n_entries > 0) {
            base_put_format(out, " (%zu entries so far)", progress->dump->state.flows.n_entries);
        }
        divider = ", ";
    }
}
