/* SPDX-License-Identifier: Apache-2.0
 *
 * What does the text of an entry, a group or a meter become when a fault edits it? */
#include "faults/edit.h"

#include "ofctl/flow.h"
#include "ofctl/group.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 10 };

void edit_flow_text(const struct faults_lab *lab, const struct spot *spot, struct base_buffer *out)
{
    const struct flow_table *flows = &lab->right[spot->sw].state.flows;
    if (spot->entry >= flows->n_entries) {
        return;
    }
    const struct flow_entry *entry = &flows->entries[spot->entry];
    struct base_buffer text = {0};
    ofctl_format_flow(entry, FLOW_NO_STATS, &text);
    char *rest = base_buffer_take_text(&text), *copy = rest;
    base_put_format(out, "table=%u,priority=%u", entry->table_id, entry->priority);
    for (char *word; rest && (word = strtok_r(rest, " ,", &rest));) {
        bool said = strncmp(word, "table=", 6) == 0 || strncmp(word, "priority=", 9) == 0;
        base_put_format(out, "%s%s", said ? "" : ",", said ? "" : word);
    }
    free(copy);
}

void edit_group_text(const struct faults_lab *lab, const struct spot *spot, struct base_buffer *out)
{
    const struct group_table *groups = &lab->right[spot->sw].state.groups;
    if (groups->n_groups > 0) {
        ofctl_format_group(&groups->groups[spot->dice % groups->n_groups], out);
    }
}

void edit_put_meter(const struct meter *meter, struct base_buffer *out)
{
    struct base_buffer text = {0};
    ofctl_format_meter(meter, &text);
    char *rest = base_buffer_take_text(&text), *copy = rest;
    const char *divider = "";
    for (char *word; rest && (word = strtok_r(rest, " \n", &rest));) {
        base_put_format(out, "%s%s", divider, word);
        divider = strcmp(word, "bands=") == 0 ? "" : ",";
    }
    free(copy);
}

void edit_meter_text(const struct faults_lab *lab, const struct spot *spot, struct base_buffer *out)
{
    const struct group_table *groups = &lab->right[spot->sw].state.groups;
    if (groups->n_meters > 0) {
        edit_put_meter(&groups->meters[spot->dice % groups->n_meters], out);
    }
}

/* The replacement, with what the pattern's parentheses found. */
static void put_replacement(const char *replacement, const char *text, const regmatch_t *parts,
                            struct base_buffer *out)
{
    for (const char *at = replacement; *at; at++) {
        if (*at == '\\' && at[1] >= '1' && at[1] <= '9') {
            const regmatch_t *part = &parts[*++at - '0'];
            base_put_bytes(out, text + part->rm_so, (size_t)(part->rm_eo - part->rm_so));
        } else {
            base_put_u8(out, (uint8_t)*at);
        }
    }
}

char *edit_text(const struct fault *fault, const char *text)
{
    regmatch_t parts[PARTS];
    regex_t pattern;
    struct base_buffer edited = {0};
    if (regcomp(&pattern, fault->pattern, REG_EXTENDED) != 0) {
        return NULL;
    }
    bool is_there = regexec(&pattern, text, PARTS, parts, 0) == 0;
    if (is_there) {
        base_put_bytes(&edited, text, (size_t)parts[0].rm_so);
        put_replacement(fault->argument, text, parts, &edited);
        base_put_text(&edited, text + parts[0].rm_eo);
        size_t n = edited.n_bytes;
        base_put_text(&edited,
                      n >= 8 && memcmp(edited.data + n - 8, "actions=", 8) == 0 ? "drop" : "");
    }
    regfree(&pattern);
    char *wrong = is_there ? base_buffer_take_text(&edited) : NULL;
    if (wrong && strcmp(wrong, text) == 0) {
        free(wrong);
        return NULL;
    }
    return wrong;
}

bool edit_fits(const struct faults_lab *lab, const struct fault *fault, const struct spot *spot)
{
    if (!fault->pattern) {
        return true;
    }
    struct base_buffer text = {0};
    fault->text_of(lab, spot, &text);
    char *right = base_buffer_take_text(&text), *wrong = right ? edit_text(fault, right) : NULL;
    bool fits = wrong != NULL;
    free(right);
    free(wrong);
    return fits;
}
