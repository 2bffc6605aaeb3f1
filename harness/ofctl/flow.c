/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow entries as text, as ovs-ofctl prints them (checked against it in
 * ofctl_test.c) and as its add-flow reads them. */
#include "ofctl/flow.h"

#include "model/port.h"
#include "ofctl/flow_reader.h"
#include "ofctl/instructions.h"
#include "ofctl/match.h"
#include "ofctl/port_word.h"

#include <string.h>

struct flow_key {
    const char *name;
    unsigned uses; /* enum flow_use: the lines that may have it */
    bool (*read)(struct word value, const struct flow_key *key, struct flow_reader *reader);
    const char *expected;
    size_t offset; /* in struct flow_entry */
    size_t bytes;
    uint64_t max;
    unsigned given;
};

static void store(struct flow_reader *reader, const struct flow_key *key, uint64_t wide)
{
    uint16_t half = (uint16_t)wide;
    uint8_t octet = (uint8_t)wide;
    const void *number = key->bytes == 8 ? (void *)&wide : key->bytes == 2 ? (void *)&half : &octet;
    memcpy((uint8_t *)reader + key->offset, number, key->bytes);
    reader->given |= key->given;
}

static bool read_number(struct word value, const struct flow_key *key, struct flow_reader *reader)
{
    uint64_t number, all = UINT64_MAX >> (64 - 8 * key->bytes);
    if (!word_number(value, reader->use == FLOW_OF_SWITCH ? all : key->max, &number)) {
        return false;
    }
    store(reader, key, number);
    return true;
}

/* VALUE to give, or VALUE/MASK to choose by; a mask of -1 is all bits. */
static bool read_cookie(struct word value, const struct flow_key *key, struct flow_reader *reader)
{
    uint64_t number;
    struct word mask;
    bool has_mask = word_split(&value, "/", &mask);
    bool chooses = reader->use & (FLOW_OF_DELETE | FLOW_OF_DELETE_STRICT);
    if (has_mask ? !(chooses || reader->use == FLOW_OF_MODIFY) : chooses) {
        return false;
    }
    if (has_mask && word_is(mask, "-1")) {
        reader->cookie_mask = UINT64_MAX;
    } else if (has_mask && !word_number(mask, UINT64_MAX, &reader->cookie_mask)) {
        return false;
    }
    if (!word_number(value, UINT64_MAX, &number)) {
        return false;
    }
    store(reader, key, number);
    return true;
}

static bool read_out_port(struct word value, const struct flow_key *key, struct flow_reader *reader)
{
    (void)key;
    return word_port(value, &reader->out_port);
}

/* SECONDS[.FRACTION]s */
static bool read_duration(struct word value, const struct flow_key *key, struct flow_reader *reader)
{
    (void)key;
    struct word fraction = {value.at, 0};
    uint64_t sec, nsec = 0;
    if (value.n_chars == 0 || value.at[value.n_chars - 1] != 's') {
        return false;
    }
    value.n_chars--;
    bool has_fraction = word_split(&value, ".", &fraction);
    for (size_t i = 0; i < 9; i++) {
        char digit = i < fraction.n_chars ? fraction.at[i] : '0';
        if (digit < '0' || digit > '9') {
            return false;
        }
        nsec = nsec * 10 + (uint64_t)(digit - '0');
    }
    reader->entry.duration_nsec = (uint32_t)nsec;
    bool valid = word_number(value, UINT32_MAX, &sec);
    reader->entry.duration_sec = valid ? (uint32_t)sec : 0;
    return valid && fraction.n_chars <= 9 && has_fraction == (fraction.n_chars > 0);
}

static bool skip_number(struct word value, const struct flow_key *key, struct flow_reader *reader)
{
    (void)reader;
    uint64_t number;
    return word_number(value, key->max, &number);
}

/* Of a flow that somebody wrote they are forgotten: no table of OpenFlow 1.0 keeps them. */
static bool read_flag(struct word value, const struct flow_key *key, struct flow_reader *reader)
{
    for (int bit = 0; bit < N_FLOW_FLAGS && reader->use == FLOW_OF_SWITCH; bit++) {
        bool is_this = strcmp(key->name, flow_flag_names[bit]) == 0;
        reader->entry.flags |= (uint16_t)(is_this ? 1 << bit : 0);
    }
    return value.n_chars == 0;
}

static bool read_check_overlap(struct word value, const struct flow_key *key,
                               struct flow_reader *reader)
{
    reader->check_overlap = true;
    return read_flag(value, key, reader);
}

#define AT(member)                                                                                 \
    .read = read_number, .offset = offsetof(struct flow_reader, entry.member),                     \
    .bytes = sizeof(((struct flow_entry *)0)->member)
#define U16     .max = UINT16_MAX, .expected = "a number from 0 to 65535"
#define U64     .max = UINT64_MAX, .expected = "a number of 64 bits"
#define DELETES (FLOW_OF_DELETE | FLOW_OF_DELETE_STRICT)
#define ADDS    (FLOW_OF_ENTRY | FLOW_OF_ADD | FLOW_OF_SWITCH)
#define MAKES   (ADDS | FLOW_OF_MODIFY)

static const struct flow_key keys[] = {
    {"priority", MAKES | FLOW_OF_DELETE_STRICT, AT(priority), U16, .given = FLOW_HAS_PRIORITY},
    {"cookie", MAKES | DELETES, .read = read_cookie,
     .expected = "a number of 64 bits, or VALUE/MASK in modify and delete",
     .offset = offsetof(struct flow_reader, entry.cookie), .bytes = sizeof(uint64_t),
     .given = FLOW_HAS_COOKIE},
    {"idle_timeout", MAKES, AT(idle_timeout), U16, .given = FLOW_HAS_IDLE_TIMEOUT},
    {"hard_timeout", MAKES, AT(hard_timeout), U16, .given = FLOW_HAS_HARD_TIMEOUT},
    {"table", MAKES | DELETES, AT(table_id), .max = 254, .expected = "a number from 0 to 254",
     .given = FLOW_HAS_TABLE},
    {"out_port", DELETES, .read = read_out_port, .expected = "a port"},
    {"duration", ADDS, .read = read_duration, .expected = "SECONDS or SECONDS.FRACTION, then s"},
    {"n_packets", ADDS, AT(n_packets), U64},
    {"n_bytes", ADDS, AT(n_bytes), U64},
    {"idle_age", ADDS, .read = skip_number, U64},
    {"hard_age", ADDS, .read = skip_number, U64},
    {"send_flow_rem", MAKES, .read = read_flag, .expected = "no value"},
    {"check_overlap", MAKES, .read = read_check_overlap, .expected = "no value"},
    {"reset_counts", MAKES, .read = read_flag, .expected = "no value"},
    {"no_packet_counts", MAKES, .read = read_flag, .expected = "no value"},
    {"no_byte_counts", MAKES, .read = read_flag, .expected = "no value"},
};
enum { N_KEYS = sizeof keys / sizeof *keys };

static void put_pair(struct base_buffer *out, const char *name, uint64_t value)
{
    base_put_text(out, name);
    base_put_decimal(out, value);
    base_put_text(out, ", ");
}

/* No fraction, or 3 to 9 digits of it: as many as it needs. A switch may report more than
 * 999,999,999 ns; the whole seconds of that are added. */
static void put_duration(const struct flow_entry *entry, struct base_buffer *out)
{
    enum { SECOND = 1000000000 };
    uint64_t sec = (uint64_t)entry->duration_sec + entry->duration_nsec / SECOND;
    base_put_text(out, "duration=");
    base_put_decimal(out, sec < UINT32_MAX ? sec : UINT32_MAX);
    uint32_t nsec = entry->duration_nsec % SECOND;
    if (nsec > 0) {
        int n_digits = 9;
        for (; n_digits > 3 && nsec % 10 == 0; n_digits--) {
            nsec /= 10;
        }
        base_put_format(out, ".%0*u", n_digits, nsec);
    }
    base_put_text(out, "s, ");
}

static void put_statistics(const struct flow_entry *entry, struct base_buffer *out)
{
    put_duration(entry, out);
    put_pair(out, "table=", entry->table_id);
    if (entry->n_packets != UINT64_MAX) {
        put_pair(out, "n_packets=", entry->n_packets);
    }
    if (entry->n_bytes != UINT64_MAX) {
        put_pair(out, "n_bytes=", entry->n_bytes);
    }
}

static void put_flags(uint16_t flags, struct base_buffer *out)
{
    for (int bit = 0; bit < N_FLOW_FLAGS; bit++) {
        if (flags >> bit & 1) {
            base_put_text(out, flow_flag_names[bit]);
            base_put_u8(out, ' ');
        }
    }
}

void ofctl_format_flow(const struct flow_entry *entry, enum ofctl_flow_style how,
                       struct base_buffer *out)
{
    struct match any = match_any();
    if (how == FLOW_WITH_STATS || entry->cookie) {
        base_put_text(out, "cookie=0x");
        base_put_hex(out, entry->cookie);
        base_put_text(out, ", ");
    }
    if (how == FLOW_WITH_STATS) {
        put_statistics(entry, out);
    } else if (entry->table_id) {
        put_pair(out, "table=", entry->table_id);
    }
    if (entry->idle_timeout) {
        put_pair(out, "idle_timeout=", entry->idle_timeout);
    }
    if (entry->hard_timeout) {
        put_pair(out, "hard_timeout=", entry->hard_timeout);
    }
    put_flags(entry->flags, out);
    bool has_priority = entry->priority != FLOW_PRIORITY_DEFAULT;
    bool has_match = !match_equal(&entry->match, &any) || entry->n_extras > 0;
    if (has_priority) {
        base_put_text(out, "priority=");
        base_put_decimal(out, entry->priority);
        base_put_text(out, has_match ? "," : "");
    }
    ofctl_format_conditions(entry, out);
    base_put_text(out, has_priority || has_match ? " actions=" : "actions=");
    ofctl_format_instructions(entry, out);
}

const char *ofctl_flow_text(const struct flow_entry *entry, enum ofctl_flow_style how,
                            struct base_arena *arena)
{
    struct base_buffer text = {0};
    ofctl_format_flow(entry, how, &text);
    return base_arena_take(arena, &text);
}

static const struct flow_key *find_key(struct word name)
{
    for (int i = 0; i < N_KEYS; i++) {
        if (word_is(name, keys[i].name)) {
            return &keys[i];
        }
    }
    return NULL;
}

static int take(struct flow_reader *reader, const struct token *token, struct base_error *error)
{
    const struct flow_key *key = find_key(token->key);
    bool is_entry = reader->use & (FLOW_OF_ENTRY | FLOW_OF_SWITCH);
    if (!key || (is_entry && !(key->uses & reader->use))) {
        return match_reader_take(&reader->match, token, error);
    }
    unsigned bit = 1U << (key - keys);
    reader->match.wrong = token->key.at;
    if (reader->seen & bit) {
        return base_fail(error, "%s twice", key->name);
    }
    reader->seen |= bit;
    if (!(key->uses & reader->use)) {
        return base_fail(error, "%s does not go with this command", key->name);
    }
    reader->match.wrong = token->value.at;
    if (!key->read(token->value, key, reader)) {
        return base_fail(error, "bad value \"%.*s\" for %s: expected %s%s", WORD(token->value),
                         key->name, key->expected,
                         key->read == read_out_port ? port_name_hint(token->value) : "");
    }
    return 0;
}

/* Everything in front of "actions=", behind which `*at` stands after it; all of
 * it in a line that deletes. */
static int read_head(struct flow_reader *reader, const char **at, struct base_error *error)
{
    struct token token;
    bool deletes = reader->use & DELETES;
    while (token_next(at, &token)) {
        bool actions =
            token.divider == '=' && (word_is(token.key, "actions") || word_is(token.key, "action"));
        reader->match.wrong = token.key.at;
        if (actions && deletes) {
            return base_fail(error, "no actions go with delete: out_port=N chooses by an output");
        }
        if (actions) {
            *at = token.value.at;
            return 0;
        }
        if (take(reader, &token, error)) {
            return -1;
        }
    }
    reader->match.wrong = *at;
    return deletes ? 0 : base_fail(error, "no actions: expected \"actions=\"");
}

static int keep_extras(struct flow_reader *reader, struct base_arena *arena,
                       struct base_error *error)
{
    size_t n = reader->match.n_extras;
    if (n == 0) {
        return 0;
    }
    reader->entry.n_extras = (uint8_t)n;
    reader->entry.extras =
        base_arena_copy(arena, reader->match.extras, n * sizeof *reader->match.extras);
    return reader->entry.extras ? 0 : base_fail(error, "out of memory");
}

static int read_line(const char *text, struct flow_reader *reader, struct base_arena *arena,
                     struct base_error *error)
{
    size_t column = 0;
    const char *at = text;
    if (read_head(reader, &at, error) || match_reader_finish(&reader->match, error)) {
        return -1;
    }
    if (!(reader->use & DELETES) &&
        ofctl_read_instructions(at, reader->use == FLOW_OF_SWITCH, arena, &reader->entry, &column,
                                error)) {
        reader->match.wrong = at + column;
        return -1;
    }
    reader->entry.match = reader->match.match;
    reader->entry.tci_mask = reader->match.tci_mask;
    return keep_extras(reader, arena, error);
}

int ofctl_read_flow(const char *text, enum flow_use use, struct flow_reader *reader,
                    struct base_arena *arena, size_t *column, struct base_error *error)
{
    size_t ignored;
    const char *names[N_KEYS + 1];
    size_t n_names = 0;
    column = column ? column : &ignored;
    *column = 0;
    for (int i = 0; i < N_KEYS; i++) {
        if (keys[i].uses & use) {
            names[n_names++] = keys[i].name;
        }
    }
    if (!(use & DELETES)) {
        names[n_names++] = "actions";
    }
    *reader = (struct flow_reader){
        .use = use,
        .entry = {.priority = FLOW_PRIORITY_DEFAULT,
                  .n_packets = UINT64_MAX,
                  .n_bytes = UINT64_MAX},
        .match = {.wrong = text,
                  .takes_extras = true,
                  .from_switch = use == FLOW_OF_SWITCH,
                  .also = names,
                  .n_also = n_names},
        .out_port = PORT_NONE,
    };
    int status = read_line(text, reader, arena, error);
    *column = status < 0 ? (size_t)(reader->match.wrong - text) : 0;
    reader->match.also = NULL;
    return status;
}

static int parse_into(const char *text, enum flow_use use, struct flow_table *table,
                      unsigned *given, size_t *column, struct base_error *error)
{
    struct flow_reader reader;
    if (ofctl_read_flow(text, use, &reader, &table->arena, column, error) < 0) {
        return -1;
    }
    struct flow_entry *entry = flow_table_add(table);
    if (!entry) {
        return base_fail(error, "out of memory");
    }
    *entry = reader.entry;
    if (given) {
        *given = reader.given;
    }
    return 0;
}

int ofctl_parse_flow(const char *text, struct flow_table *table, unsigned *given, size_t *column,
                     struct base_error *error)
{
    return parse_into(text, FLOW_OF_ENTRY, table, given, column, error);
}

int ofctl_parse_reported_flow(const char *text, struct flow_table *table, size_t *column,
                              struct base_error *error)
{
    return parse_into(text, FLOW_OF_SWITCH, table, NULL, column, error);
}
