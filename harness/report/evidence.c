/* SPDX-License-Identifier: Apache-2.0
 *
 * The evidence of one result. */
#include "report/evidence.h"

#include "report/escape.h"

#include <string.h>

enum { LABEL_COLUMNS = 12 };

void report_put_ink(const struct report_paper *paper, enum report_ink ink, const char *text)
{
    static const char *const codes[N_INKS] = {
        [INK_RED] = "\x1b[1;31m",  [INK_GREEN] = "\x1b[1;32m", [INK_YELLOW] = "\x1b[1;33m",
        [INK_CYAN] = "\x1b[1;36m", [INK_DIM] = "\x1b[2m",
    };
    bool colored = paper->color && ink != INK_PLAIN;
    base_put_text(paper->out, colored ? codes[ink] : "");
    report_put_clean(paper->out, text);
    base_put_text(paper->out, colored ? "\x1b[0m" : "");
}

static void begin_line(const struct report_paper *paper, size_t column)
{
    base_put_format(paper->out, "\n%*s", (int)column, "");
}

/* The words of [line, end), as many on a line as the paper is wide. */
static void put_words(const struct report_paper *paper, size_t column, const char *line,
                      const char *end)
{
    size_t at = column;
    while (line < end) {
        size_t n_blanks = strspn(line, " ");
        size_t n_bytes = n_blanks + strcspn(line + n_blanks, " \n");
        bool fits = paper->width == 0 || at + report_columns(line, n_bytes) <= paper->width;
        if (!fits && at > column) {
            begin_line(paper, column);
            at = column;
            line += n_blanks;
            n_bytes -= n_blanks;
        }
        report_put_clean_part(paper->out, line, n_bytes);
        at += report_columns(line, n_bytes);
        line += n_bytes;
    }
}

void report_put_prose(const struct report_paper *paper, size_t column, const char *text)
{
    while (*text) {
        size_t n_bytes = strcspn(text, "\n");
        put_words(paper, column, text, text + n_bytes);
        text += n_bytes;
        text += *text == '\n';
        if (*text) {
            begin_line(paper, column);
        }
    }
}

void report_put_disagreement(const struct report_paper *paper, const struct result *result)
{
    if (result->disagrees) {
        base_put_format(paper->out, "%s ≠ %s", statement_name(result->disagree[0]),
                        statement_name(result->disagree[1]));
    }
}

/* Elements of a list of actions, "output:1,controller(max_len=9),…": the next
 * one, without its comma; `*rest` goes on behind it. */
static size_t next_element(const char **rest, const char **element)
{
    const char *at = *rest;
    int depth = 0;
    while (*at && (*at != ',' || depth > 0)) {
        depth += (*at == '(') - (*at == ')');
        at++;
    }
    *element = *rest;
    size_t n_bytes = (size_t)(at - *rest);
    *rest = at + (*at == ',');
    return n_bytes;
}

/* How often the element stands in [list, end); end NULL: to the end of the list. */
static size_t count_element(const char *list, const char *end, const char *element, size_t n_bytes)
{
    size_t n = 0;
    while (*list && (!end || list < end)) {
        const char *other;
        size_t n_other = next_element(&list, &other);
        n += n_other == n_bytes && memcmp(other, element, n_bytes) == 0;
    }
    return n;
}

/* Appends the elements of `list` that `other` has not, or not as often, with
 * commas between them. True if the two have any in common. */
static bool put_surplus(struct base_buffer *out, const char *list, const char *other)
{
    bool common = false;
    const char *divider = "";
    for (const char *rest = list; *rest;) {
        const char *element;
        size_t n_bytes = next_element(&rest, &element);
        size_t nth = count_element(list, element, element, n_bytes) + 1;
        if (nth <= count_element(other, NULL, element, n_bytes)) {
            common = true;
            continue;
        }
        base_put_text(out, divider);
        base_put_bytes(out, element, n_bytes);
        divider = ",";
    }
    return common;
}

static void put_copies(const struct report_paper *paper, long n)
{
    if (n < 0) {
        base_put_text(paper->out, "not known");
    } else {
        base_put_format(paper->out, "%ld %s", n, n == 1 ? "copy" : "copies");
    }
}

static void put_value(const struct report_paper *paper, bool is_count, long count, const char *text)
{
    if (is_count) {
        put_copies(paper, count);
    } else if (text) {
        report_put_clean(paper->out, text);
    }
}

void report_put_observed(const struct report_paper *paper, const struct result *result)
{
    put_value(paper, result->is_count, result->observed_count, result->observed);
}

void report_put_compared(const struct report_paper *paper, const struct result *result)
{
    base_put_text(paper->out, "expected ");
    put_value(paper, result->is_count, result->expected_count, result->expected);
    base_put_format(paper->out, ", %s ",
                    statement_name(result->by_tables ? SAYS_ADVERTISED : SAYS_OBSERVED));
    report_put_observed(paper, result);
}

static void begin_row(const struct report_paper *paper, const char *label)
{
    base_put_format(paper->out, "%*s", REPORT_INDENT, "");
    report_put_ink(paper, INK_DIM, label);
    base_put_format(paper->out, "%*s", (int)(LABEL_COLUMNS - strlen(label)), "");
}

static void put_row(const struct report_paper *paper, const char *label, const char *text)
{
    if (text) {
        begin_row(paper, label);
        struct report_paper endless = *paper;
        endless.width = 0; /* evidence is for copying: never wrapped */
        report_put_prose(&endless, REPORT_INDENT + LABEL_COLUMNS, text);
        base_put_text(paper->out, "\n");
    }
}

/* A list and behind it what of it the other one has not: "missing: output:6".
 * Nothing is said of lists that have nothing in common. */
static void put_list_row(const struct report_paper *paper, const char *label, const char *list,
                         const char *other, const char *word, enum report_ink ink)
{
    begin_row(paper, label);
    report_put_clean(paper->out, list);
    struct base_buffer surplus = {0};
    base_put_text(&surplus, word);
    if (put_surplus(&surplus, list, other) && surplus.n_bytes > strlen(word)) {
        base_put_text(paper->out, "    ");
        report_put_ink(paper, ink, base_buffer_text(&surplus));
    }
    report_drop_scratch(&surplus, paper->out);
    base_put_text(paper->out, "\n");
}

static bool one_line(const char *text)
{
    return text && !strchr(text, '\n');
}

/* What is not known is not said: a negative number of copies. */
static void put_count_row(const struct report_paper *paper, const char *label, long n)
{
    if (n >= 0) {
        begin_row(paper, label);
        put_copies(paper, n);
        base_put_text(paper->out, "\n");
    }
}

static void put_compared_rows(const struct report_paper *paper, const struct result *result)
{
    /* Where a cable is no table says. */
    const char *observed = result->kind == RESULT_WIRING ? "counted" : "advertised";
    if (result->is_count) {
        put_count_row(paper, "declared", result->expected_count);
    } else if (one_line(result->expected) && one_line(result->observed)) {
        put_list_row(paper, "declared", result->expected, result->observed, "missing: ", INK_GREEN);
        put_list_row(paper, observed, result->observed, result->expected, "extra: ", INK_RED);
    } else {
        put_row(paper, "declared", result->expected);
        put_row(paper, observed, result->observed);
    }
}

/* Each statement once: what is compared, as it is compared; then the others. */
static void put_statement_rows(const struct report_paper *paper, const struct result *result)
{
    put_compared_rows(paper, result);
    for (size_t i = 0; i < N_STATEMENTS; i++) {
        const char *says = result->says[i];
        bool repeats = says && ((result->expected && strcmp(says, result->expected) == 0) ||
                                (result->observed && strcmp(says, result->observed) == 0));
        repeats = repeats || (i == SAYS_DECLARED && (result->is_count || result->expected));
        bool entry = i == SAYS_ADVERTISED && !result->is_count && result->observed;
        put_row(paper, entry ? "entry" : statement_name(i), repeats ? NULL : says);
    }
    if (result->is_count && !result->by_tables && !result->says[SAYS_OBSERVED]) {
        put_count_row(paper, "observed", result->observed_count);
    }
}

void report_put_statement(const struct report_paper *paper, const struct result *result,
                          enum statement statement)
{
    enum statement found = result->kind == RESULT_WIRING            ? SAYS_COUNTED
                           : result->is_count && !result->by_tables ? SAYS_OBSERVED
                                                                    : SAYS_ADVERTISED;
    size_t begin = paper->out->n_bytes;
    const char *says = result->says[statement];
    if (statement == SAYS_DECLARED) {
        put_value(paper, result->is_count, result->expected_count, result->expected);
    } else if (statement == found && !(result->is_count && result->observed_count < 0)) {
        report_put_observed(paper, result);
    }
    bool said = says && strcmp(base_buffer_text(paper->out) + begin, says) == 0;
    if (says && !said && !(statement == SAYS_DECLARED && paper->out->n_bytes > begin)) {
        base_put_text(paper->out, paper->out->n_bytes > begin ? "\n" : "");
        base_put_text(paper->out, says);
    }
}

void report_put_evidence(const struct report_paper *paper, const struct result *result)
{
    if (result->detail) {
        base_put_format(paper->out, "%*s", REPORT_INDENT, "");
        report_put_prose(paper, REPORT_INDENT, result->detail);
        base_put_text(paper->out, "\n");
    }
    put_statement_rows(paper, result);
    put_row(paper, "example", result->example);
    put_row(paper, "suspect", result->suspect);
    put_row(paper, "source", result->source);
}

void report_put_counts(const struct report *report, struct base_buffer *out)
{
    size_t n_known = report_known(report);
    base_put_format(out, "%zu passed, %zu failed, %zu inconclusive, %zu skipped",
                    report_count(report, VERDICT_PASS), report_count(report, VERDICT_FAIL),
                    report_count(report, VERDICT_INCONCLUSIVE),
                    report_count(report, VERDICT_SKIP) - n_known);
    if (n_known > 0) {
        base_put_format(out, ", %zu known", n_known);
    }
    if (report->n_deselected > 0) {
        base_put_format(out, ", %zu deselected", report->n_deselected);
    }
}

bool report_split_source(const char *source, struct report_source *place)
{
    const char *column = source ? strrchr(source, ':') : NULL;
    const char *line = column ? memrchr(source, ':', (size_t)(column - source)) : NULL;
    if (!line) {
        return false;
    }
    *place = (struct report_source){.n_file = (size_t)(line - source),
                                    .line = line + 1,
                                    .n_line = (size_t)(column - line - 1),
                                    .column = column + 1};
    return true;
}

const struct cause *report_cause_told_by(const struct report *report, const struct result *result)
{
    for (size_t i = 0; i < report->n_causes && !result->is_consequence; i++) {
        if (&report->results[report->causes[i].results[0]] == result) {
            return &report->causes[i];
        }
    }
    return NULL;
}

static void put_statements(struct report_tree *tree, const struct result *result)
{
    size_t n = 0;
    for (size_t i = 0; i < N_STATEMENTS; i++) {
        n += result->says[i] != NULL;
    }
    if (n == 0) {
        return;
    }
    report_tree_map(tree, "statements", REPORT_ON_ONE_LINE);
    for (size_t i = 0; i < N_STATEMENTS; i++) {
        report_tree_text(tree, statement_name(i), result->says[i]);
    }
    report_tree_close(tree);
}

void report_put_fields(struct report_tree *tree, const struct result *result)
{
    report_tree_text(tree, "id", result->id);
    report_tree_text(tree, "kind", result_kind_name(result->kind));
    report_tree_text(tree, "switch", result->switch_name);
    if (result->port >= 0) {
        report_tree_number(tree, "port", result->port);
    }
    report_tree_text(tree, "from", result->from);
    report_tree_text(tree, "to", result->to);
    report_tree_text(tree, "verdict", verdict_name(result->verdict));
    if (result->is_count) {
        report_tree_number(tree, "expected", result->expected_count);
        if (result->observed_count >= 0 && !result->by_tables) {
            report_tree_number(tree, "observed", result->observed_count);
        }
    } else {
        report_tree_text(tree, "expected", result->expected);
        report_tree_text(tree, "observed", result->by_tables ? NULL : result->observed);
    }
    report_tree_text(tree, "example", result->example);
    report_tree_text(tree, "source", result->source);
    report_tree_text(tree, "suspect", result->suspect);
    report_tree_text(tree, "detail", result->detail);
    report_tree_text(tree, "known", result->known);
    if (result->disagrees) {
        report_tree_list(tree, "disagree", REPORT_ON_ONE_LINE);
        report_tree_text(tree, NULL, statement_name(result->disagree[0]));
        report_tree_text(tree, NULL, statement_name(result->disagree[1]));
        report_tree_close(tree);
    }
    put_statements(tree, result);
}
