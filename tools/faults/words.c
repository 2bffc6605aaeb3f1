/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts with names in them: the patterns that a fault expects of findings and causes. */
#include "faults/words.h"

#include "ofctl/action.h"
#include "ofctl/flow.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static const struct flow_entry *entry_of(const struct faults_lab *lab, const struct spot *spot)
{
    const struct flow_table *flows = &lab->right[spot->sw].state.flows;
    return spot->entry < flows->n_entries ? &flows->entries[spot->entry] : NULL;
}

/* "in_port=1,tcp" of "priority=200,in_port=1,tcp actions=…". */
static void put_match(const struct flow_entry *entry, struct base_buffer *out)
{
    struct base_buffer text = {0};
    ofctl_format_flow(entry, FLOW_NO_STATS, &text);
    char *copy = base_buffer_take_text(&text);
    if (copy) {
        char *end = strstr(copy, "actions=");
        *end = '\0';
        char *rest = copy;
        const char *divider = "";
        for (char *field; (field = strtok_r(rest, ", ", &rest));) {
            if (strncmp(field, "priority=", 9) != 0) {
                base_put_format(out, "%s%s", divider, field);
                divider = ",";
            }
        }
    }
    free(copy);
}

enum edit { EDIT_NONE, EDIT_WITHOUT, EDIT_EXCHANGED };

static void put_actions(const struct flow_entry *entry, const struct spot *spot, enum edit edit,
                        struct base_buffer *out)
{
    struct action *actions = calloc(entry->n_actions + 1u, sizeof *actions);
    size_t n = 0;
    bool edited = edit == EDIT_NONE;
    for (size_t i = 0; actions && i < entry->n_actions; i++) {
        bool meant = !edited && entry->actions[i].type == ACTION_OUTPUT &&
                     entry->actions[i].port == spot->output;
        edited = edited || meant;
        if (meant && edit == EDIT_WITHOUT) {
            continue;
        }
        actions[n] = entry->actions[i];
        actions[n].port = meant ? spot->other : actions[n].port;
        n++;
    }
    ofctl_format_actions(actions, n, out);
    free(actions);
}

void words_put_end(const struct faults_lab *lab, const struct cable_end *end,
                   struct base_buffer *out)
{
    if (end->is_host) {
        base_put_text(out, lab->topology->hosts[end->host].name);
    } else {
        base_put_format(out, "%s:%u", faults_switch(lab, end->port.sw), end->port.port);
    }
}

static void put_entry_variable(const struct flow_entry *entry, const struct spot *spot,
                               char variable, struct base_buffer *out)
{
    switch (variable) {
    case 'M':
        put_match(entry, out);
        break;
    case 'P':
        base_put_format(out, "%u", entry->priority);
        break;
    case '+':
        base_put_format(out, "%u", entry->priority + 1u);
        break;
    case 'A':
        put_actions(entry, spot, EDIT_NONE, out);
        break;
    case 'W':
        put_actions(entry, spot, EDIT_WITHOUT, out);
        break;
    case 'X':
        put_actions(entry, spot, EDIT_EXCHANGED, out);
        break;
    default:
        base_put_format(out, "$%c", variable);
    }
}

static void put_variable(const struct faults_lab *lab, const struct spot *spot, char variable,
                         struct base_buffer *out)
{
    const struct flow_entry *entry = entry_of(lab, spot);
    const struct cable *cable = &lab->cables[spot->cable], *cable2 = &lab->cables[spot->cable2];
    switch (variable) {
    case 's':
        base_put_text(out, faults_switch(lab, spot->sw));
        break;
    case 'p':
        base_put_format(out, "%u", spot->port);
        break;
    case 'q':
        if (entry && !entry->match.mask.in_port) {
            base_put_text(out, "*");
        } else {
            base_put_format(out, "%u", spot->port);
        }
        break;
    case 'o':
        base_put_format(out, "%u", spot->output);
        break;
    case 'x':
        base_put_format(out, "%u", spot->other);
        break;
    case 'i':
        base_put_text(out, faults_lab_interface(lab, (struct port_ref){spot->sw, spot->port}));
        break;
    case 'a':
    case 'b':
        words_put_end(lab, &cable->ends[variable == 'b' ? spot->end : !spot->end], out);
        break;
    case 'c':
    case 'd':
        words_put_end(lab, &cable2->ends[variable == 'd'], out);
        break;
    case 'h':
    case 'g':
        base_put_text(out, lab->topology->hosts[variable == 'h' ? spot->host : spot->host2].name);
        break;
    default:
        if (entry) {
            put_entry_variable(entry, spot, variable, out);
        }
    }
}

void words_fill(const struct faults_lab *lab, const struct spot *spot, const char *template,
                struct base_buffer *out)
{
    for (const char *at = template; *at; at++) {
        if (*at == '$' && at[1]) {
            put_variable(lab, spot, *++at, out);
        } else {
            base_put_u8(out, (uint8_t)*at);
        }
    }
}

bool words_match(const struct faults_lab *lab, const struct spot *spot, const char *template,
                 const char *text)
{
    struct base_buffer filled = {0};
    words_fill(lab, spot, template ? template : "", &filled);
    char *copy = base_buffer_take_text(&filled);
    bool matches = false;
    char *rest = copy;
    for (char *pattern; rest && (pattern = strtok_r(rest, "|", &rest));) {
        matches = matches || fnmatch(pattern, text, 0) == 0;
    }
    free(copy);
    return matches;
}

void words_put_place(const struct faults_lab *lab, const struct injection *injection,
                     struct base_buffer *out)
{
    const char *where = injection->fault->where;
    struct base_buffer first = {0};
    base_put_bytes(&first, where ? where : "", where ? strcspn(where, "|") : 0);
    words_fill(lab, &injection->spot, base_buffer_text(&first), out);
    base_buffer_free(&first);
}
