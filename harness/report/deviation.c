/* SPDX-License-Identifier: Apache-2.0
 *
 * How does what is done with a packet differ from what should be? Outputs and
 * rewrites are written as ovs-ofctl does. */
#include "report/deviation.h"

#include "base/memory.h"
#include "ofctl/action.h"

#include <stdlib.h>
#include <string.h>

/* A packet that is sent, or should be. */
struct packet {
    const struct space_output *output;
    struct header header;
};

/* In the order of the behaviour: by port. */
struct packets {
    struct packet *items;
    size_t n_items;
};

/* Words one after another, with a comma between. */
static void begin_item(struct base_buffer *out, size_t begin)
{
    base_put_text(out, out->n_bytes > begin ? ", " : "");
}

static void put_output(const struct space_output *output, struct base_buffer *out)
{
    struct action action = {
        .type = ACTION_OUTPUT, .port = output->port, .max_len = output->max_len};
    if (output->queued) {
        action.type = ACTION_ENQUEUE;
        action.queue_id = output->queue_id;
    }
    ofctl_format_actions(&action, 1, out);
}

/* What makes one header of another, in the order of enum action_type. */
struct rewrites {
    struct action actions[ACTION_SET_TP_DST + 2];
    struct field_value fields[2]; /* of ACTION_SET_FIELD */
    size_t n;
};

static void add_ipv6(struct rewrites *rewrites, enum field_id id, const uint8_t from[16],
                     const uint8_t to[16])
{
    struct field_value *field = &rewrites->fields[id == FIELD_IPV6_DST];
    if (memcmp(from, to, sizeof field->value) != 0) {
        *field = (struct field_value){.id = (uint8_t)id, .n_bytes = sizeof field->value};
        memcpy(field->value, to, sizeof field->value);
        memset(field->mask, UINT8_MAX, sizeof field->mask);
        rewrites->actions[rewrites->n++] =
            (struct action){.type = ACTION_SET_FIELD, .field = field};
    }
}

static void list_rewrites(const struct header *from, const struct header *to, struct rewrites *list)
{
    struct action *rewrites = list->actions;
#define AT(member) offsetof(struct header, member), sizeof to->member
    static const struct {
        uint16_t type;
        uint8_t at, n_bytes;
    } rows[] = {
        {ACTION_SET_DL_SRC, AT(dl_src)}, {ACTION_SET_DL_DST, AT(dl_dst)},
        {ACTION_SET_NW_SRC, AT(nw_src)}, {ACTION_SET_NW_DST, AT(nw_dst)},
        {ACTION_SET_NW_TOS, AT(nw_tos)}, {ACTION_SET_TP_SRC, AT(tp_src)},
        {ACTION_SET_TP_DST, AT(tp_dst)},
    };
    size_t n = 0;
    bool tagged = to->vlan_tci & VLAN_TAGGED, tags = tagged && !(from->vlan_tci & VLAN_TAGGED);
    if (tagged && (tags || (from->vlan_tci ^ to->vlan_tci) & VLAN_VID)) {
        rewrites[n++] =
            (struct action){.type = ACTION_SET_VLAN_VID, .vlan_vid = to->vlan_tci & VLAN_VID};
    }
    if (tagged && (from->vlan_tci ^ to->vlan_tci) & VLAN_PCP) {
        rewrites[n++] = (struct action){.type = ACTION_SET_VLAN_PCP,
                                        .vlan_pcp = (uint8_t)(to->vlan_tci >> VLAN_PCP_SHIFT)};
    }
    if (!tagged && from->vlan_tci & VLAN_TAGGED) {
        rewrites[n++] = (struct action){.type = ACTION_STRIP_VLAN};
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint8_t *value = (const uint8_t *)to + rows[i].at;
        if (memcmp((const uint8_t *)from + rows[i].at, value, rows[i].n_bytes) != 0) {
            rewrites[n] = (struct action){.type = rows[i].type};
            memcpy(rewrites[n++].dl_addr, value, rows[i].n_bytes); /* one place for all of them */
        }
    }
    list->n = n;
    add_ipv6(list, FIELD_IPV6_SRC, from->ipv6_src, to->ipv6_src);
    add_ipv6(list, FIELD_IPV6_DST, from->ipv6_dst, to->ipv6_dst);
}

/* "mod_vlan_vid:5 is missing on output:6": two packets by the same way out. */
static void put_rewrite_difference(const struct header *in, const struct packet *expected,
                                   const struct packet *observed, struct base_buffer *out)
{
    struct rewrites want, have;
    size_t w = 0, h = 0, begin = out->n_bytes;
    list_rewrites(in, &expected->header, &want);
    list_rewrites(in, &observed->header, &have);
    while (w < want.n || h < have.n) {
        int want_type = w < want.n ? want.actions[w].type : ACTION_VENDOR;
        int have_type = h < have.n ? have.actions[h].type : ACTION_VENDOR;
        bool both = want_type == have_type;
        if (both && action_equal(&want.actions[w], &have.actions[h])) {
            w++;
            h++;
            continue;
        }
        begin_item(out, begin);
        if (have_type <= want_type) {
            ofctl_format_actions(&have.actions[h++], 1, out);
            base_put_text(out, both ? " instead of " : " is extra");
        }
        if (want_type <= have_type) {
            ofctl_format_actions(&want.actions[w++], 1, out);
            base_put_text(out, both ? "" : " is missing");
        }
        base_put_text(out, " on ");
        put_output(expected->output, out);
    }
}

/* Two packets that belong together and are not the same. */
static void put_pair(const struct header *in, const struct packet *expected,
                     const struct packet *observed, struct base_buffer *out)
{
    if (memcmp(&expected->header, &observed->header, sizeof expected->header) != 0 &&
        expected->output->port == observed->output->port) {
        put_rewrite_difference(in, expected, observed, out);
    } else {
        put_output(observed->output, out);
        base_put_text(out, " instead of ");
        put_output(expected->output, out);
    }
}

static bool same_packet(const struct packet *a, const struct packet *b)
{
    return a->output->port == b->output->port && a->output->max_len == b->output->max_len &&
           a->output->queued == b->output->queued && a->output->queue_id == b->output->queue_id &&
           memcmp(&a->header, &b->header, sizeof a->header) == 0;
}

static bool same_port(const struct packet *a, const struct packet *b)
{
    return a->output->port == b->output->port;
}

static void remove_packet(struct packets *packets, size_t at)
{
    memmove(&packets->items[at], &packets->items[at + 1],
            (--packets->n_items - at) * sizeof *packets->items);
}

/* Takes one packet from each, of which `alike` is true. False: there are none. */
static bool take_pair(struct packets *a, struct packets *b,
                      bool (*alike)(const struct packet *, const struct packet *),
                      struct packet pair[2])
{
    for (size_t i = 0; i < a->n_items; i++) {
        for (size_t j = 0; j < b->n_items; j++) {
            if (alike(&a->items[i], &b->items[j])) {
                pair[0] = a->items[i];
                pair[1] = b->items[j];
                remove_packet(a, i);
                remove_packet(b, j);
                return true;
            }
        }
    }
    return false;
}

static struct packets make_packets(const struct space_behavior *behavior,
                                   const struct header *header)
{
    struct packets packets = {base_calloc(behavior->n_outputs, sizeof *packets.items), 0};
    for (size_t i = 0; packets.items && i < behavior->n_outputs; i++) {
        const struct space_output *output = &behavior->outputs[i];
        packets.items[packets.n_items++] =
            (struct packet){output, space_rewritten(&output->rewrite, header)};
    }
    return packets;
}

static void put_unpaired(const struct packets *packets, const char *what, size_t begin,
                         struct base_buffer *out)
{
    for (size_t i = 0; i < packets->n_items; i++) {
        begin_item(out, begin);
        put_output(packets->items[i].output, out);
        base_put_text(out, what);
    }
}

static void put_one_way(const struct space_behavior *expected,
                        const struct space_behavior *observed, const struct header *header,
                        struct base_buffer *out)
{
    struct packets missing = make_packets(expected, header);
    struct packets extra = make_packets(observed, header);
    struct packet pair[2];
    size_t begin = out->n_bytes;
    if (missing.items && extra.items) {
        while (take_pair(&missing, &extra, same_packet, pair)) {
            continue;
        }
        while (take_pair(&missing, &extra, same_port, pair)) {
            begin_item(out, begin);
            put_pair(header, &pair[0], &pair[1], out);
        }
        if (missing.n_items == 1 && extra.n_items == 1) {
            begin_item(out, begin);
            put_pair(header, &missing.items[0], &extra.items[0], out);
        } else {
            put_unpaired(&missing, " is missing", begin, out);
            put_unpaired(&extra, " is extra", begin, out);
        }
    } else {
        out->failed = true;
    }
    free(missing.items);
    free(extra.items);
}

/* "output:2,clone(mod_vlan_vid:5,output:3)" */
static void put_way(const struct space_behavior *way, const struct header *header,
                    struct base_buffer *out)
{
    struct rewrites rewrites;
    base_put_text(out, way->n_outputs == 0 ? "drop" : "");
    for (size_t i = 0; i < way->n_outputs; i++) {
        struct header sent = space_rewritten(&way->outputs[i].rewrite, header);
        list_rewrites(header, &sent, &rewrites);
        bool framed = rewrites.n > 0 && way->n_outputs > 1;
        base_put_text(out, i > 0 ? "," : "");
        base_put_text(out, framed ? "clone(" : "");
        if (rewrites.n > 0) {
            ofctl_format_actions(rewrites.actions, rewrites.n, out);
            base_put_text(out, ",");
        }
        put_output(&way->outputs[i], out);
        base_put_text(out, framed ? ")" : "");
    }
}

void report_put_ways(const struct space_behavior *behavior, const struct header *header,
                     struct base_buffer *out)
{
    const struct space_behavior *ways = behavior->n_ways > 0 ? behavior->ways : behavior;
    put_way(&ways[0], header, out);
    for (size_t i = 1; i < behavior->n_ways; i++) {
        base_put_text(out, " or ");
        put_way(&ways[i], header, out);
    }
}

void report_put_deviation(const struct space_behavior *expected,
                          const struct space_behavior *observed, const struct header *header,
                          struct base_buffer *out)
{
    if (expected->n_ways + observed->n_ways == 0) {
        put_one_way(expected, observed, header, out);
    } else if (!space_behavior_equal(expected, observed)) {
        report_put_ways(observed, header, out);
        base_put_text(out, observed->n_ways > 0 ? ", as the switch chooses," : "");
        base_put_text(out, " instead of ");
        report_put_ways(expected, header, out);
        base_put_text(out, expected->n_ways > 0 ? ", as the switch chooses" : "");
    }
}
