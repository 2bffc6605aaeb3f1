/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a run that passes say nothing of, since no frame of it tried it? What was withheld is
 * told elsewhere (harmless.c). */
#include "run/inside.h"

#include "traffic/classes.h"

enum { UNTRIED_MAX = 10, NAMED_MAX = 8 };

static bool has_addresses(const struct header *header)
{
    return header->dl_type == DL_TYPE_IP;
}

static bool is_tagged(const struct header *header)
{
    return header->vlan_tci & VLAN_TAGGED;
}

#define FIELD(name, has_it, of)                                                                    \
    static uint32_t name##_of(const struct header *header)                                         \
    {                                                                                              \
        return has_it(header) ? (of) : 0;                                                          \
    }
FIELD(vid, is_tagged, header->vlan_tci &VLAN_VID)
FIELD(tos, header_has_ip, header->nw_tos)
FIELD(src, has_addresses, header->nw_src)
FIELD(dst, has_addresses, header->nw_dst)
FIELD(tp_src, header_has_ports, header->tp_src)
FIELD(tp_dst, header_has_ports, header->tp_dst)
FIELD(icmp_type, header_is_icmp, header->tp_src)
FIELD(icmp_code, header_is_icmp, header->tp_dst)

static const struct {
    const char *name;
    bool (*has)(const struct header *header);
    uint32_t (*of)(const struct header *header);
} fields[] = {
    {"dl_vlan", is_tagged, vid_of},
    {"nw_tos", header_has_ip, tos_of},
    {"nw_src", has_addresses, src_of},
    {"nw_dst", has_addresses, dst_of},
    {"tp_src", header_has_ports, tp_src_of},
    {"tp_dst", header_has_ports, tp_dst_of},
    {"icmp_type", header_is_icmp, icmp_type_of},
    {"icmp_code", header_is_icmp, icmp_code_of},
};
enum { N_FIELDS = sizeof fields / sizeof *fields };

/* Whether all probes that have the field have it with one value. */
static bool is_constant(const struct traffic_plan *plan, size_t field)
{
    const struct header *first = NULL;
    bool constant = true;
    for (size_t p = 0; p < plan->n_probes && constant; p++) {
        const struct header *header = &plan->probes[p].header;
        bool has = fields[field].has(header);
        constant = !has || !first || fields[field].of(header) == fields[field].of(first);
        first = has && !first ? header : first;
    }
    return constant;
}

static void put_name(struct base_buffer *text, size_t n, const char *name)
{
    if (n < NAMED_MAX) {
        base_put_format(text, "%s%s", n > 0 ? ", " : "", name);
    } else if (n == NAMED_MAX) {
        base_put_text(text, ", ...");
    }
}

static void put_fields(const struct traffic_plan *plan, struct base_buffer *text)
{
    size_t n = 0;
    for (size_t i = 0; i < N_FIELDS; i++) {
        if (is_constant(plan, i)) {
            base_put_text(text, n == 0 ? "other values of " : "");
            put_name(text, n++, fields[i].name);
        }
    }
}

static bool sends(const struct traffic_plan *plan, size_t host)
{
    bool found = false;
    for (size_t p = 0; p < plan->n_probes && !found; p++) {
        found = plan->probes[p].from == host;
    }
    return found;
}

static void put_silent_hosts(const struct checking *checking, struct base_buffer *text)
{
    size_t n = 0;
    for (size_t host = 0; host < checking->topology->n_hosts; host++) {
        if (!sends(&checking->plan, host)) {
            base_put_text(text, n == 0 ? "frames of " : "");
            put_name(text, n++, checking->topology->hosts[host].name);
        }
    }
}

static void put_size(const struct traffic_plan *plan, struct base_buffer *text)
{
    unsigned longest = FRAME_MIN_BYTES;
    for (size_t p = 0; p < plan->n_probes; p++) {
        longest = plan->probes[p].shape.n_bytes > longest ? plan->probes[p].shape.n_bytes : longest;
    }
    base_put_format(text, "frames of more than %u bytes", longest);
}

static void put_classes(const struct traffic_plan *plan, struct base_buffer *text)
{
    if (plan->n_cut > 0) {
        base_put_format(text, "classes of frames of %zu host%s, beyond the first %d", plan->n_cut,
                        plan->n_cut == 1 ? "" : "s", TRAFFIC_CLASSES_MAX);
    }
}

static void put_time(const struct checking *checking, struct base_buffer *text)
{
    unsigned ms = run_listen_ms(checking->options);
    if (ms > 0) {
        base_put_format(text, "copies more than %.1f s late", ms / 1000.0);
    } else {
        base_put_text(text, "copies that come when the check is over (--listen)");
    }
}

/* One more, if there is anything to say. */
static void add(struct report *report, struct base_buffer *text)
{
    const char *line = text->n_bytes > 0 ? base_arena_take(&report->arena, text) : NULL;
    if (line) {
        report->untried[report->n_untried++] = line;
    }
}

/* A switch that has 1.0 and 1.3 is asked in both, unless it dials or the lab file says 1.0. */
static void put_untold(const struct checking *checking, struct base_buffer *out)
{
    const struct lab *lab = checking->lab;
    bool some = false;
    for (size_t i = 0; lab && i < checking->topology->n_switches; i++) {
        const struct lab_switch *sw = &lab->switches[i];
        struct endpoint endpoint;
        bool dials = sw->openflow && endpoint_parse(sw->openflow, &endpoint, NULL) == 0 &&
                     endpoint.kind == ENDPOINT_PTCP;
        some |= sw->version == 1 || (sw->version == 0 && dials);
    }
    if (some) {
        base_put_text(out, "what a switch that dials, or is asked in OpenFlow 1.0 alone, does not "
                           "tell there if it has 1.3, too (write_actions, meters, push_vlan)");
    }
}

int run_checking_untried(struct checking *checking)
{
    struct report *report = checking->report;
    struct base_buffer text = {0};
    report->n_untried = 0;
    report->untried = base_arena_alloc(&report->arena, UNTRIED_MAX * sizeof *report->untried);
    if (!report->untried) {
        return base_fail(checking->error, "out of memory");
    }
    put_size(&checking->plan, &text);
    add(report, &text);
    put_fields(&checking->plan, &text);
    add(report, &text);
    put_classes(&checking->plan, &text);
    add(report, &text);
    base_put_text(&text, "what OpenFlow 1.0 has no field for, but for fragments, TCP flags and a "
                         "second tag (addresses of IPv6, TTL, ECN, labels)");
    add(report, &text);
    put_untold(checking, &text);
    add(report, &text);
    base_put_text(&text, checking->options->thorough ? "loss of less than 1 frame in 100"
                                                     : "rare loss, bursts (--thorough)");
    add(report, &text);
    put_time(checking, &text);
    add(report, &text);
    put_silent_hosts(checking, &text);
    add(report, &text);
    base_buffer_free(&text);
    return 0;
}
