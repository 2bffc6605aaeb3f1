/* SPDX-License-Identifier: Apache-2.0
 *
 * How do texts stand below each other? */
#include "tapctl/table.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2 };

/* Bytes of the character that begins there, if it is one to be shown; else 0. */
static size_t character_length(const unsigned char *at)
{
    static const struct {
        unsigned char mask, lead;
    } KINDS[] = {{0x80, 0x00}, {0xe0, 0xc0}, {0xf0, 0xe0}, {0xf8, 0xf0}};
    if (*at < 0x20 || *at == 0x7f || (*at == 0xc2 && at[1] < 0xa0) ||
        (*at & 0xfe) == 0xc0) { /* C0, DEL, C1; forms that are too long */
        return 0;
    }
    for (size_t n = 0; n < sizeof KINDS / sizeof *KINDS; n++) {
        if ((*at & KINDS[n].mask) == KINDS[n].lead) {
            size_t n_more = 0;
            while (n_more < n && (at[n_more + 1] & 0xc0) == 0x80) {
                n_more++;
            }
            return n_more == n ? n + 1 : 0;
        }
    }
    return 0;
}

void tapctl_put_printable(struct base_buffer *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at) {
        size_t n = character_length(at);
        if (n > 0) {
            base_put_bytes(out, at, n);
        } else {
            base_put_format(out, "\\x%02x", *at);
        }
        at += n > 0 ? n : 1;
    }
}

void tapctl_table_put(struct tapctl_table *table, const char *text)
{
    struct base_buffer cell = {0};
    tapctl_put_printable(&cell, text ? text : "");
    char *copy = base_buffer_take_text(&cell);
    if (!copy ||
        base_grow(&table->cells, table->n_cells, &table->capacity, sizeof *table->cells) < 0) {
        free(copy);
        table->failed = true;
        return;
    }
    table->cells[table->n_cells++] = copy;
}

/* In characters. */
static size_t width(const char *text)
{
    size_t n = 0;
    for (; *text; text++) {
        n += (*text & 0xc0) != 0x80;
    }
    return n;
}

static void measure(const struct tapctl_table *table, size_t *widths)
{
    memset(widths, 0, TAPCTL_COLUMNS_MAX * sizeof *widths);
    for (size_t i = table->has_heading ? table->n_columns : 0; i < table->n_cells; i++) {
        size_t n = width(table->cells[i]), *most = &widths[i % table->n_columns];
        *most = n > *most ? n : *most;
    }
    for (size_t i = 0; i < table->n_columns && i < table->n_cells; i++) {
        size_t n = width(table->cells[i]);
        widths[i] = widths[i] > 0 && n > widths[i] ? n : widths[i];
    }
}

static void put_row(const struct tapctl_table *table, size_t row, const size_t *widths,
                    struct base_buffer *out)
{
    size_t n_blanks = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        const char *cell = table->cells[row * table->n_columns + i];
        if (widths[i] == 0) {
            continue;
        }
        if (*cell) {
            base_put_format(out, "%*s%s", (int)n_blanks, "", cell);
            n_blanks = 0;
        }
        n_blanks += widths[i] - width(cell) + GAP;
    }
    base_put_text(out, "\n");
}

void tapctl_table_format(struct tapctl_table *table, struct base_buffer *out)
{
    size_t widths[TAPCTL_COLUMNS_MAX];
    out->failed |= table->failed;
    measure(table, widths);
    for (size_t row = 0; row < table->n_cells / table->n_columns; row++) {
        put_row(table, row, widths, out);
    }
    for (size_t i = 0; i < table->n_cells; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    *table = (struct tapctl_table){.n_columns = table->n_columns};
}
