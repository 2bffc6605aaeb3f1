/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions as text, spelt as ovs-ofctl does (checked against it in
 * ofctl_test.c). */
#include "ofctl/action.h"

#include "base/address.h"
#include "base/token.h"
#include "model/port.h"
#include "ofctl/flow_reader.h"
#include "ofctl/later_action.h"
#include "ofctl/port_word.h"

#include <string.h>
#include <strings.h>

enum { HEAD_BYTES = 4, MAX_LEN_ALL = UINT16_MAX };

struct verb {
    const char *name;
    uint16_t type;
    bool (*parse)(struct word value, const struct verb *verb, struct action *action);
    uint16_t max;         /* parse_u16, parse_u8 */
    const char *expected; /* "expected ...": what is behind the name */
};

static bool is_destination(uint16_t port)
{
    return port != PORT_NONE && port_is_defined(port);
}

/* OpenFlow 1.0.0, section 5.2.4: a physical port or IN_PORT; Open vSwitch
 * takes LOCAL as well. */
static bool has_queues(uint16_t port)
{
    return port <= PORT_MAX || port == PORT_IN_PORT || port == PORT_LOCAL;
}

/* Whether a switch can be asked for it; it may have more than that. */
static bool can_be_asked_for(const struct action *action)
{
    if (action->type == ACTION_OUTPUT) {
        return is_destination(action->port);
    }
    return action->type != ACTION_ENQUEUE || has_queues(action->port);
}

static bool parse_max_len(struct word value, uint16_t *max_len)
{
    uint64_t number;
    if (!word_number(value, UINT16_MAX, &number)) {
        return false;
    }
    *max_len = (uint16_t)number;
    return true;
}

/* PORT or CONTROLLER:BYTES */
static bool parse_output(struct word value, const struct verb *verb, struct action *action)
{
    (void)verb;
    struct word max_len;
    bool has_max_len = word_split(&value, ":", &max_len);
    if (!port_word(value, &action->port)) {
        return false;
    }
    action->max_len = action->port == PORT_CONTROLLER ? MAX_LEN_ALL : 0;
    return !has_max_len ||
           (action->port == PORT_CONTROLLER && parse_max_len(max_len, &action->max_len));
}

/* Nothing, BYTES or max_len=BYTES */
static bool parse_controller(struct word value, const struct verb *verb, struct action *action)
{
    (void)verb;
    struct word name = value, bytes;
    action->port = PORT_CONTROLLER;
    action->max_len = MAX_LEN_ALL;
    if (word_split(&name, "=", &bytes)) {
        return word_is(name, "max_len") && parse_max_len(bytes, &action->max_len);
    }
    return value.n_chars == 0 || parse_max_len(value, &action->max_len);
}

static bool parse_enqueue(struct word value, const struct verb *verb, struct action *action)
{
    (void)verb;
    struct word queue;
    uint64_t id;
    if (!word_split(&value, ":,q", &queue) || !word_number(queue, UINT32_MAX, &id)) {
        return false;
    }
    action->queue_id = (uint32_t)id;
    return port_word(value, &action->port);
}

static bool parse_u16(struct word value, const struct verb *verb, struct action *action)
{
    uint64_t number;
    bool valid = word_number(value, verb->max, &number);
    action->tp_port = valid ? (uint16_t)number : 0; /* vlan_vid is the same member */
    return valid;
}

static bool parse_u8(struct word value, const struct verb *verb, struct action *action)
{
    uint64_t number;
    bool valid = word_number(value, verb->max, &number);
    action->nw_tos = valid ? (uint8_t)number : 0; /* vlan_pcp is the same member */
    return valid;
}

static bool parse_tos(struct word value, const struct verb *verb, struct action *action)
{
    return parse_u8(value, verb, action) && (action->nw_tos & 3) == 0;
}

static bool parse_mac(struct word value, const struct verb *verb, struct action *action)
{
    (void)verb;
    return word_mac(value, action->dl_addr);
}

static bool parse_ip(struct word value, const struct verb *verb, struct action *action)
{
    (void)verb;
    uint32_t ip;
    bool valid = word_ip(value, &ip);
    action->nw_addr = valid ? ip : 0;
    return valid;
}

static bool parse_nothing(struct word value, const struct verb *verb, struct action *action)
{
    (void)verb;
    (void)action;
    return value.n_chars == 0;
}

#define PORT   .parse = parse_output, .expected = "a port, or CONTROLLER:BYTES"
#define CTRL   .parse = parse_controller, .expected = "the number of bytes to send, up to 65535"
#define VID    .parse = parse_u16, .max = 4095, .expected = "a VLAN id from 0 to 4095"
#define PCP    .parse = parse_u8, .max = 7, .expected = "a VLAN priority from 0 to 7"
#define NONE   .parse = parse_nothing, .expected = "nothing behind it"
#define MAC    .parse = parse_mac, .expected = "xx:xx:xx:xx:xx:xx"
#define IP     .parse = parse_ip, .expected = "a.b.c.d"
#define TOS    .parse = parse_tos, .max = 252, .expected = "a multiple of 4 from 0 to 252"
#define L4PORT .parse = parse_u16, .max = UINT16_MAX, .expected = "a port from 0 to 65535"
#define QUEUE  .parse = parse_enqueue, .expected = "PORT:QUEUE, a physical port, IN_PORT or LOCAL"

/* The first name of a type is the one that ovs-ofctl prints. */
static const struct verb verbs[] = {
    {"output", ACTION_OUTPUT, PORT},
    {"controller", ACTION_OUTPUT, CTRL},
    {"mod_vlan_vid", ACTION_SET_VLAN_VID, VID},
    {"set_vlan_vid", ACTION_SET_VLAN_VID, VID},
    {"mod_vlan_pcp", ACTION_SET_VLAN_PCP, PCP},
    {"set_vlan_pcp", ACTION_SET_VLAN_PCP, PCP},
    {"strip_vlan", ACTION_STRIP_VLAN, NONE},
    {"pop_vlan", ACTION_STRIP_VLAN, NONE},
    {"mod_dl_src", ACTION_SET_DL_SRC, MAC},
    {"set_dl_src", ACTION_SET_DL_SRC, MAC},
    {"mod_dl_dst", ACTION_SET_DL_DST, MAC},
    {"set_dl_dst", ACTION_SET_DL_DST, MAC},
    {"mod_nw_src", ACTION_SET_NW_SRC, IP},
    {"set_nw_src", ACTION_SET_NW_SRC, IP},
    {"mod_nw_dst", ACTION_SET_NW_DST, IP},
    {"set_nw_dst", ACTION_SET_NW_DST, IP},
    {"mod_nw_tos", ACTION_SET_NW_TOS, TOS},
    {"set_nw_tos", ACTION_SET_NW_TOS, TOS},
    {"mod_tp_src", ACTION_SET_TP_SRC, L4PORT},
    {"set_tp_src", ACTION_SET_TP_SRC, L4PORT},
    {"mod_tp_dst", ACTION_SET_TP_DST, L4PORT},
    {"set_tp_dst", ACTION_SET_TP_DST, L4PORT},
    {"enqueue", ACTION_ENQUEUE, QUEUE},
};
enum { N_VERBS = sizeof verbs / sizeof *verbs };

static const char *const plain_words[] = {"drop",  "in_port", "table", "normal",
                                          "flood", "all",     "local", "vendor"};
enum { N_PLAIN = sizeof plain_words / sizeof *plain_words };

/* Known to ovs-ofctl, but not in OpenFlow 1.0. */
static const char later[] =
    "group push_vlan set_field resubmit goto_table load move learn set_queue pop_queue "
    "dec_ttl mod_nw_ttl write_metadata meter note exit ct multipath bundle bundle_load "
    "conjunction push_mpls pop_mpls set_tunnel sample clone encap decap check_pkt_larger "
    "write_actions clear_actions apply_actions push pop mod_nw_ecn fin_timeout nat "
    "delete_field";

static const struct verb *verb_of_type(uint16_t type)
{
    for (int i = 0; i < N_VERBS; i++) {
        if (verbs[i].type == type) {
            return &verbs[i];
        }
    }
    return NULL;
}

static const struct verb *verb_of_name(struct word name)
{
    for (int i = 0; i < N_VERBS; i++) {
        if (word_is_nocase(name, verbs[i].name)) {
            return &verbs[i];
        }
    }
    return NULL;
}

static void put_output(const struct action *action, struct base_buffer *out)
{
    if (action->port <= PORT_MAX) {
        base_put_text(out, "output:");
    }
    port_format(action->port, out);
    if (action->port == PORT_CONTROLLER) {
        base_put_u8(out, ':');
        base_put_decimal(out, action->max_len);
    }
}

/* "vendor(0xID,HEX)" and "unknown(0xTTTTLLLL,HEX)": the body begins with the vendor's id, or with
 * type and length. */
static void put_body(const struct action *action, struct base_buffer *out)
{
    base_put_text(out, action->type == ACTION_VENDOR ? "vendor(0x" : "unknown(0x");
    for (size_t i = 0; i < action->body_bytes; i++) {
        base_put_text(out, i == HEAD_BYTES ? "," : "");
        base_put_hex(out, action->body[i] >> 4);
        base_put_hex(out, action->body[i] & 0xf);
    }
    base_put_text(out, action->body_bytes > HEAD_BYTES ? ")" : ",)");
}

static void put_argument(const struct action *action, const struct verb *verb,
                         struct base_buffer *out)
{
    char text[BASE_MAC_TEXT];
    if (verb->parse == parse_mac) {
        base_put_text(out, base_mac_format(action->dl_addr, text));
    } else if (verb->parse == parse_ip) {
        base_put_text(out, base_ip_format(action->nw_addr, text));
    } else if (verb->parse == parse_enqueue) {
        port_format(action->port, out);
        base_put_u8(out, ':');
        base_put_decimal(out, action->queue_id);
    } else { /* as parse_u16 and parse_u8 */
        base_put_decimal(out, verb->parse == parse_u16 ? action->tp_port : action->nw_tos);
    }
}

static void action_format(const struct action *action, struct base_buffer *out)
{
    const struct verb *verb = verb_of_type(action->type);
    if (action->type == ACTION_OPEN) {
        base_put_format(out, "unknown(%s)", action->reason);
    } else if (action->type == ACTION_VENDOR || action->type == ACTION_UNKNOWN) {
        put_body(action, out);
    } else if (action->type == ACTION_OUTPUT) {
        put_output(action, out);
    } else if (!later_action_format(action, out) && verb) {
        base_put_text(out, verb->name);
        if (action->type != ACTION_STRIP_VLAN) {
            base_put_u8(out, ':');
            put_argument(action, verb, out);
        }
    }
}

/* Behind the end of the copy that begins at `at`. */
static const struct action *behind_copy(const struct action *at, const struct action *end)
{
    size_t depth = 0;
    do {
        depth += at->type == ACTION_COPY;
        depth -= at->type == ACTION_COPY_END && depth > 0;
        at++;
    } while (at < end && depth > 0);
    return at;
}

/* What stands within a copy, which ends before `end`. */
static void put_copied(const struct action *copy, const struct action *end, struct base_buffer *out)
{
    size_t n = (size_t)(end - copy) - 1;
    ofctl_format_actions(copy + 1, n > 0 && end[-1].type == ACTION_COPY_END ? n - 1 : n, out);
}

/* Whether a copy only sends: then the packet goes on as it was, and it need not be one. */
static bool only_sends(const struct action *at, const struct action *end)
{
    while (at < end && (action_sends(at) || action_frames(at))) {
        at++;
    }
    return at == end;
}

/* "one_of(output:4 or output:5)", "failover(output:4 else output:5)". Returns what is behind it. */
static const struct action *put_choice(const struct action *choice, const struct action *end,
                                       struct base_buffer *out)
{
    bool any = choice->type == ACTION_ONE_OF;
    const struct action *at = choice + 1;
    base_put_text(out, any ? "one_of(" : "failover(");
    for (size_t i = 0; i < choice->n_ways && at < end; i++) {
        const struct action *next = behind_copy(at, end);
        base_put_text(out, i == 0 ? "" : any ? " or " : " else ");
        put_copied(at, next, out);
        at = next;
    }
    base_put_u8(out, ')');
    return at;
}

void ofctl_format_actions(const struct action *actions, size_t n_actions, struct base_buffer *out)
{
    const struct action *at = actions, *end = n_actions > 0 ? actions + n_actions : actions;
    size_t begin = out->n_bytes;
    while (at < end) {
        const struct action *action = at, *next = behind_copy(at, end);
        at = action->type == ACTION_COPY && only_sends(action, next) ? action + 1 : next;
        if (at != next || action->type == ACTION_COPY_END) {
            continue;
        }
        base_put_text(out, out->n_bytes > begin ? "," : "");
        if (action_chooses(action)) {
            at = put_choice(action, end, out);
        } else if (action->type == ACTION_COPY) {
            base_put_text(out, "clone(");
            put_copied(action, next, out);
            base_put_u8(out, ')');
        } else {
            action_format(action, out);
        }
    }
    base_put_text(out, out->n_bytes == begin ? "drop" : "");
}

const char *ofctl_actions_text(const struct action *actions, size_t n_actions,
                               struct base_arena *arena)
{
    struct base_buffer text = {0};
    ofctl_format_actions(actions, n_actions, &text);
    return base_arena_take(arena, &text);
}

static bool hex_bytes(struct word digits, uint8_t *bytes)
{
    for (size_t i = 0; i + 1 < digits.n_chars; i += 2) {
        char octet[] = {'0', 'x', digits.at[i], digits.at[i + 1]};
        uint64_t number;
        if (!word_number((struct word){octet, sizeof octet}, UINT8_MAX, &number)) {
            return false;
        }
        bytes[i / 2] = (uint8_t)number;
    }
    return digits.n_chars % 2 == 0;
}

/* (0xNNNNNNNN,HEX): all of the action is a multiple of 8 bytes, and of a vendor's neither type nor
 * length is written. */
static int parse_body(struct word value, enum action_type type, struct base_arena *arena,
                      struct action *action, struct base_error *error)
{
    const char *name = type == ACTION_VENDOR ? "vendor" : "unknown";
    size_t odd = type == ACTION_VENDOR ? 0 : 2 * HEAD_BYTES; /* digits beyond whole 8 bytes */
    struct word head = value, data;
    bool shape = word_split(&head, ",", &data) && head.n_chars == 2 + 2 * HEAD_BYTES &&
                 (head.at[1] | 0x20) == 'x' && data.n_chars % 16 == odd &&
                 data.n_chars / 2 < UINT16_MAX - HEAD_BYTES;
    if (!shape) {
        return base_fail(error, "%s: expected (0xNNNNNNNN,HEX), HEX %s 8 bytes", name,
                         odd ? "4 bytes and a multiple of" : "a multiple of");
    }
    uint8_t *body = base_arena_alloc(arena, HEAD_BYTES + data.n_chars / 2);
    if (!body) {
        return base_fail(error, "out of memory");
    }
    struct word digits = {head.at + 2, head.n_chars - 2};
    if (!hex_bytes(digits, body) || !hex_bytes(data, body + HEAD_BYTES)) {
        return base_fail(error, "%s: expected (0xNNNNNNNN,HEX)", name);
    }
    action->type = (uint16_t)type;
    action->body = body;
    action->body_bytes = (uint16_t)(HEAD_BYTES + data.n_chars / 2);
    return 0;
}

static int unknown_action(struct word name, struct base_error *error)
{
    struct token one;
    for (const char *at = later; token_next(&at, &one);) {
        if (one.key.n_chars == name.n_chars && !strncasecmp(one.key.at, name.at, name.n_chars)) {
            return base_fail(error, "%.*s is not an action of OpenFlow 1.0", WORD(one.key));
        }
    }
    const char *known[N_VERBS + N_PLAIN];
    for (int i = 0; i < N_VERBS; i++) {
        known[i] = verbs[i].name;
    }
    memcpy(&known[N_VERBS], plain_words, sizeof plain_words);
    return base_fail(error, "unknown action \"%.*s\"%s", WORD(name),
                     token_hint(name, known, N_VERBS + N_PLAIN).text);
}

static int parse_verb(const struct verb *verb, struct word value, bool from_switch,
                      struct action *action, struct base_error *error)
{
    action->type = verb->type;
    if (verb->parse(value, verb, action) && (from_switch || can_be_asked_for(action))) {
        return 0;
    }
    bool has_port = verb->parse == parse_output || verb->parse == parse_enqueue;
    return base_fail(error, "bad action %s \"%.*s\": expected %s%s", verb->name, WORD(value),
                     verb->expected, has_port ? port_name_hint(value) : "");
}

static int action_parse(const struct token *token, unsigned use, struct base_arena *arena,
                        struct action *action, struct base_error *error)
{
    bool from_switch = use & ACTIONS_OF_SWITCH;
    const struct verb *verb = verb_of_name(token->key);
    bool is_later = !verb || (from_switch && word_is(token->key, "pop_vlan"));
    if (use & ACTIONS_OF_13 ? is_later : word_is_nocase(token->key, "set_field")) {
        int status = later_action_parse(token, arena, action, error);
        if (status <= 0) {
            return status;
        }
    }
    if (verb) {
        return parse_verb(verb, token->value, from_switch, action, error);
    }
    if (word_is_nocase(token->key, "vendor")) {
        return parse_body(token->value, ACTION_VENDOR, arena, action, error);
    }
    if (word_is_nocase(token->key, "unknown")) {
        return parse_body(token->value, ACTION_UNKNOWN, arena, action, error);
    }
    if (word_is_nocase(token->key, "drop")) {
        return base_fail(error, "drop must stand alone");
    }
    action->type = ACTION_OUTPUT;
    if (token->value.n_chars > 0 || !port_word(token->key, &action->port) ||
        !(from_switch || can_be_asked_for(action))) {
        return unknown_action(token->key, error);
    }
    return 0;
}

/* How many actions there are, up to one more than fit in an entry. */
static size_t count(const char *text)
{
    struct token token;
    size_t n = 0;
    while (n <= UINT16_MAX && token_next(&text, &token)) {
        n++;
    }
    return n;
}

static bool is_drop(const char *text)
{
    struct token token;
    return !token_next(&text, &token) ||
           (word_is_nocase(token.key, "drop") && token.value.n_chars == 0 && count(text) == 0);
}

int ofctl_read_actions(const char *text, unsigned use, struct base_arena *arena,
                       const struct action **actions, size_t *n_actions, size_t *column,
                       struct base_error *error)
{
    struct token token = {.key.at = text};
    const char *at = text;
    int failed = 0;
    size_t ignored;
    column = column ? column : &ignored;
    *column = 0;
    *actions = NULL;
    *n_actions = 0;
    if (is_drop(text)) {
        return 0;
    }
    size_t n = count(text);
    if (n > UINT16_MAX) {
        return base_fail(error, "more than %d actions", UINT16_MAX);
    }
    struct action *parsed = base_arena_alloc(arena, n * sizeof *parsed);
    if (!parsed) {
        return base_fail(error, "out of memory");
    }
    for (size_t i = 0; i < n && !failed && token_next(&at, &token); i++) {
        failed = action_parse(&token, use, arena, &parsed[i], error);
    }
    if (failed) {
        *column = (size_t)(token.key.at - text);
        return -1;
    }
    *actions = parsed;
    *n_actions = n;
    return 0;
}

int ofctl_parse_actions(const char *text, struct base_arena *arena, const struct action **actions,
                        size_t *n_actions, size_t *column, struct base_error *error)
{
    return ofctl_read_actions(text, 0, arena, actions, n_actions, column, error);
}
