/* SPDX-License-Identifier: Apache-2.0
 *
 * How does ovs-ofctl write the actions that came after OpenFlow 1.0? */
#include "ofctl/later_action.h"

#include "base/reader.h"
#include "ofctl/extra.h"

#include <string.h>

enum form { FORM_BARE, FORM_DECIMAL, FORM_HEX, FORM_PARENTHESES };

static const struct later {
    const char *name;
    uint16_t type;
    uint8_t form;
    uint8_t n_bytes; /* of the number in struct action: group_id, ethertype, ttl */
    const char *expected;
} later[] = {
    {"group", ACTION_GROUP, FORM_DECIMAL, 4, "a group's number"},
    {"push_vlan", ACTION_PUSH_VLAN, FORM_HEX, 2, "an EtherType: 0x8100 or 0x88a8"},
    {"pop_vlan", ACTION_POP_VLAN, FORM_BARE, 0, "nothing behind it"},
    {"push_mpls", ACTION_PUSH_MPLS, FORM_HEX, 2, "an EtherType: 0x8847 or 0x8848"},
    {"pop_mpls", ACTION_POP_MPLS, FORM_HEX, 2, "the EtherType below the label"},
    {"push_pbb", ACTION_PUSH_PBB, FORM_HEX, 2, "an EtherType: 0x88e7"},
    {"pop_pbb", ACTION_POP_PBB, FORM_BARE, 0, "nothing behind it"},
    {"set_queue", ACTION_SET_QUEUE, FORM_DECIMAL, 4, "a queue's number"},
    {"mod_nw_ttl", ACTION_SET_NW_TTL, FORM_DECIMAL, 1, "a number from 0 to 255"},
    {"dec_ttl", ACTION_DEC_NW_TTL, FORM_BARE, 0, "nothing behind it"},
    {"set_mpls_ttl", ACTION_SET_MPLS_TTL, FORM_PARENTHESES, 1, "a number from 0 to 255"},
    {"dec_mpls_ttl", ACTION_DEC_MPLS_TTL, FORM_BARE, 0, "nothing behind it"},
    {"copy_ttl_out", ACTION_COPY_TTL_OUT, FORM_BARE, 0, "nothing behind it"},
    {"copy_ttl_in", ACTION_COPY_TTL_IN, FORM_BARE, 0, "nothing behind it"},
};
enum { N_LATER = sizeof later / sizeof *later };

static uint32_t number_of(const struct action *action, size_t n_bytes)
{
    return n_bytes == 4 ? action->group_id : n_bytes == 2 ? action->ethertype : action->ttl;
}

static void put_number(const struct action *action, const struct later *as, struct base_buffer *out)
{
    uint32_t number = number_of(action, as->n_bytes);
    switch (as->form) {
    case FORM_DECIMAL:
        base_put_format(out, ":%u", number);
        break;
    case FORM_HEX:
        base_put_format(out, ":0x%04x", number);
        break;
    case FORM_PARENTHESES:
        base_put_format(out, "(%u)", number);
        break;
    default:
        break;
    }
}

static void put_set_field(const struct field_value *field, struct base_buffer *out)
{
    const struct field *as = field_of((enum field_id)field->id);
    base_put_text(out, "set_field:");
    if (field->id == FIELD_IPV6_LABEL) { /* in a match it has five digits */
        struct base_reader bytes = base_reader_over(field->value, sizeof(uint32_t));
        base_put_format(out, "%#x", base_read_be32(&bytes));
    } else {
        ofctl_format_value(field, out);
    }
    if (field->id == FIELD_OTHER) {
        base_put_format(out, "->field_0x%08x", field->header);
    } else {
        base_put_format(out, "->%s", as->name);
    }
}

bool later_action_format(const struct action *action, struct base_buffer *out)
{
    if (action->type == ACTION_SET_FIELD) {
        put_set_field(action->field, out);
        return true;
    }
    for (int i = 0; i < N_LATER; i++) {
        if (later[i].type == action->type) {
            base_put_text(out, later[i].name);
            put_number(action, &later[i], out);
            return true;
        }
    }
    return false;
}

/* VALUE[/MASK]->FIELD */
static int parse_set_field(struct word value, struct base_arena *arena, struct action *action,
                           struct base_error *error)
{
    const char *end = value.at + value.n_chars, *arrow = end;
    for (const char *at = value.at; at + 1 < end; at++) {
        arrow = at[0] == '-' && at[1] == '>' ? at : arrow;
    }
    struct field_value field;
    struct word name = {arrow + 2, arrow < end ? (size_t)(end - arrow - 2) : 0};
    enum field_id id;
    uint32_t header;
    if (arrow == end || !ofctl_find_field(name, &id, &header)) {
        return base_fail(error, "bad action set_field \"%.*s\": expected VALUE->FIELD",
                         WORD(value));
    }
    value.n_chars = (size_t)(arrow - value.at);
    if (!ofctl_parse_extra(value, id, &field)) {
        return base_fail(error, "bad value \"%.*s\" for %.*s: expected %s", WORD(value), WORD(name),
                         ofctl_extra_expected(id));
    }
    field.header = header;
    *action = (struct action){.type = ACTION_SET_FIELD,
                              .field = base_arena_copy(arena, &field, sizeof field)};
    return action->field ? 0 : base_fail(error, "out of memory");
}

static bool parse_number(struct word value, const struct later *as, struct action *action)
{
    uint64_t number = 0, max = as->n_bytes == 4   ? UINT32_MAX
                               : as->n_bytes == 2 ? UINT16_MAX
                                                  : UINT8_MAX;
    if (as->form == FORM_BARE ? value.n_chars > 0 : !word_number(value, max, &number)) {
        return false;
    }
    *action = (struct action){.type = as->type};
    if (as->n_bytes == 4) {
        action->group_id = (uint32_t)number;
    } else if (as->n_bytes == 2) {
        action->ethertype = (uint16_t)number;
    } else {
        action->ttl = (uint8_t)number;
    }
    return true;
}

int later_action_parse(const struct token *token, struct base_arena *arena, struct action *action,
                       struct base_error *error)
{
    if (word_is_nocase(token->key, "set_field")) {
        return parse_set_field(token->value, arena, action, error);
    }
    for (int i = 0; i < N_LATER; i++) {
        if (!word_is_nocase(token->key, later[i].name)) {
            continue;
        }
        return parse_number(token->value, &later[i], action)
                   ? 0
                   : base_fail(error, "bad action %s \"%.*s\": expected %s", later[i].name,
                               WORD(token->value), later[i].expected);
    }
    return 1;
}
