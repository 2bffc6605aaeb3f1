/* SPDX-License-Identifier: Apache-2.0
 *
 * How does ovs-ofctl write the instructions of an entry? */
#include "ofctl/instructions.h"

#include "base/token.h"
#include "ofctl/action.h"
#include "ofctl/flow_reader.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- format */

static void put_divider(struct base_buffer *out, size_t begin)
{
    base_put_text(out, out->n_bytes > begin ? "," : "");
}

/* As printf's "%#x" has it: 0 alone has no 0x. */
static void put_0x(struct base_buffer *out, uint64_t number)
{
    base_put_text(out, number ? "0x" : "");
    base_put_hex(out, number);
}

static void put_metadata(const struct instructions *instructions, struct base_buffer *out)
{
    base_put_text(out, "write_metadata:");
    put_0x(out, instructions->metadata);
    if (instructions->metadata_mask != UINT64_MAX) {
        base_put_text(out, "/");
        put_0x(out, instructions->metadata_mask);
    }
}

static void put_after_actions(const struct instructions *instructions, size_t begin,
                              struct base_buffer *out)
{
    if (instructions->clears) {
        put_divider(out, begin);
        base_put_text(out, "clear_actions");
    }
    if (instructions->writes) {
        put_divider(out, begin);
        base_put_text(out, "write_actions(");
        ofctl_format_actions(instructions->written, instructions->n_written, out);
        base_put_text(out, ")");
    }
    if (instructions->writes_metadata) {
        put_divider(out, begin);
        put_metadata(instructions, out);
    }
    if (instructions->experimenter) {
        put_divider(out, begin);
        base_put_format(out, "experimenter(0x%08x)", instructions->experimenter);
    }
    if (instructions->unknown) {
        put_divider(out, begin);
        base_put_format(out, "instruction:%u", instructions->unknown);
    }
    if (instructions->goto_table != NO_GOTO) {
        put_divider(out, begin);
        base_put_format(out, "goto_table:%u", instructions->goto_table);
    }
}

void ofctl_format_instructions(const struct flow_entry *entry, struct base_buffer *out)
{
    const struct instructions *instructions = entry->instructions;
    size_t begin = out->n_bytes;
    if (instructions && instructions->meter != NO_METER) {
        base_put_format(out, "meter:%u", instructions->meter);
    }
    if (entry->n_actions > 0) {
        put_divider(out, begin);
        ofctl_format_actions(entry->actions, entry->n_actions, out);
    }
    if (instructions) {
        put_after_actions(instructions, begin, out);
    }
    if (out->n_bytes == begin) {
        base_put_text(out, "drop");
    }
}

/* ----------------------------------------------------------------------- parse */

/* In the order in which they are executed. */
enum place {
    AT_METER = 1,
    AT_APPLY,
    AT_CLEAR,
    AT_WRITE,
    AT_METADATA,
    AT_EXPERIMENTER,
    AT_UNKNOWN,
    AT_GOTO
};

static const struct {
    const char *name;
    enum place place;
} names[] = {
    {"meter", AT_METER},
    {"clear_actions", AT_CLEAR},
    {"write_actions", AT_WRITE},
    {"write_metadata", AT_METADATA},
    {"experimenter", AT_EXPERIMENTER},
    {"instruction", AT_UNKNOWN},
    {"goto_table", AT_GOTO},
};

static enum place place_of(struct word name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (word_is_nocase(name, names[i].name)) {
            return names[i].place;
        }
    }
    return AT_APPLY;
}

static bool read_metadata(struct word value, struct instructions *into)
{
    struct word mask;
    into->writes_metadata = true;
    into->metadata_mask = UINT64_MAX;
    if (word_split(&value, "/", &mask) && !word_number(mask, UINT64_MAX, &into->metadata_mask)) {
        return false;
    }
    return word_number(value, UINT64_MAX, &into->metadata);
}

static bool read_number(struct word value, uint64_t max, uint64_t *number)
{
    return word_number(value, max, number) && *number > 0;
}

static int read_written(struct word value, unsigned use, struct base_arena *arena,
                        struct instructions *into, struct base_error *error)
{
    char *list = base_arena_alloc(arena, value.n_chars + 1);
    size_t n_written, column;
    if (!list) {
        return base_fail(error, "out of memory");
    }
    memcpy(list, value.at, value.n_chars);
    list[value.n_chars] = '\0';
    into->writes = true;
    if (ofctl_read_actions(list, use, arena, &into->written, &n_written, &column, error)) {
        return -1;
    }
    into->n_written = (uint16_t)n_written;
    return 0;
}

static int read_instruction(const struct token *token, enum place place, unsigned use,
                            struct base_arena *arena, struct instructions *into,
                            struct base_error *error)
{
    uint64_t number = 0;
    bool valid = true;
    switch (place) {
    case AT_METER:
        valid = read_number(token->value, UINT32_MAX, &number);
        into->meter = (uint32_t)number;
        break;
    case AT_CLEAR:
        into->clears = true;
        valid = token->value.n_chars == 0;
        break;
    case AT_WRITE:
        return read_written(token->value, use, arena, into, error);
    case AT_METADATA:
        valid = read_metadata(token->value, into);
        break;
    case AT_EXPERIMENTER:
        valid = read_number(token->value, UINT32_MAX, &number);
        into->experimenter = (uint32_t)number;
        break;
    case AT_UNKNOWN:
        valid = read_number(token->value, UINT16_MAX, &number);
        into->unknown = (uint16_t)number;
        break;
    default:
        valid = read_number(token->value, UINT8_MAX - 1, &number);
        into->goto_table = (uint8_t)number;
    }
    return valid ? 0
                 : base_fail(error, "bad value \"%.*s\" for %.*s", WORD(token->value),
                             WORD(token->key));
}

/* What is read off a text. */
struct reading {
    unsigned use; /* ACTIONS_OF_* */
    struct base_arena *arena;
    struct instructions instructions;
    const char *list; /* where the actions begin, and end */
    const char *list_end;
    enum place last;
};

static int take(struct reading *reading, const struct token *token, const char *next,
                struct base_error *error)
{
    enum place place = place_of(token->key);
    if (place < reading->last || (place == reading->last && place != AT_APPLY)) {
        return base_fail(error,
                         "%.*s must stand in front: meter, actions, clear_actions, write_actions, "
                         "write_metadata, goto_table is the order",
                         WORD(token->key));
    }
    reading->last = place;
    if (place != AT_APPLY) {
        return read_instruction(token, place, reading->use, reading->arena, &reading->instructions,
                                error);
    }
    reading->list = reading->list ? reading->list : token->key.at;
    reading->list_end = next;
    return 0;
}

/* The actions, which stand together. */
static int read_list(const struct reading *reading, struct flow_entry *entry, size_t *column,
                     struct base_error *error)
{
    size_t n_chars = reading->list ? (size_t)(reading->list_end - reading->list) : 0, n_actions = 0;
    char *list = strndup(reading->list ? reading->list : "", n_chars);
    int status = list ? ofctl_read_actions(list, reading->use, reading->arena, &entry->actions,
                                           &n_actions, column, error)
                      : base_fail(error, "out of memory");
    free(list);
    entry->n_actions = status ? 0 : (uint16_t)n_actions;
    return status;
}

static int keep(const struct reading *reading, struct flow_entry *entry, struct base_error *error)
{
    static const struct instructions none;
    if (instructions_equal(&reading->instructions, &none)) {
        return 0;
    }
    entry->instructions =
        base_arena_copy(reading->arena, &reading->instructions, sizeof reading->instructions);
    return entry->instructions ? 0 : base_fail(error, "out of memory");
}

int ofctl_read_instructions(const char *text, bool from_switch, struct base_arena *arena,
                            struct flow_entry *entry, size_t *column, struct base_error *error)
{
    struct reading reading = {.arena = arena,
                              .use = ACTIONS_OF_13 | (from_switch ? ACTIONS_OF_SWITCH : 0)};
    struct token token;
    *column = 0;
    for (const char *at = text; token_next(&at, &token);) {
        if (take(&reading, &token, at, error)) {
            *column = (size_t)(token.key.at - text);
            return -1;
        }
    }
    if (read_list(&reading, entry, column, error)) {
        *column += reading.list ? (size_t)(reading.list - text) : 0;
        return -1;
    }
    bool drops = reading.list && entry->n_actions == 0;
    return drops && reading.last != AT_APPLY ? base_fail(error, "drop must stand alone")
                                             : keep(&reading, entry, error);
}
