/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a file: its lines, its characters, and errors at a place of it. */
#include "yaml/source.h"

#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

#include <string.h>

/* The lines of a text, with '|' behind each. */
static void assert_lines(const char *text, const char *wanted)
{
    struct base_reader reader = base_reader_over(text, strlen(text));
    struct base_buffer out = {0};
    const char *line;
    size_t n_bytes;
    while (yaml_next_line(&reader, &line, &n_bytes)) {
        base_put_bytes(&out, line, n_bytes);
        base_put_text(&out, "|");
    }
    assert_string_equal(base_buffer_text(&out), wanted);
    base_buffer_free(&out);
}

static void lines_end_as_in_yaml(void **state)
{
    (void)state;
    assert_lines("", "");
    assert_lines("a", "a|");
    assert_lines("a\n\nb\n", "a||b|");
    assert_lines("a\rb\r\nc\r", "a|b|c|");
    assert_lines("a\xc2\x85"
                 "b\xe2\x80\xa8"
                 "c\xe2\x80\xa9"
                 "d",
                 "a|b|c|d|");
    assert_lines("\xc2\x84 \xc2", "\xc2\x84 \xc2|");
    assert_lines("\xe2\x80\xaa \xe2\x81\xa8 \xe2\x80", "\xe2\x80\xaa \xe2\x81\xa8 \xe2\x80|");
}

static void a_flow_is_a_line_without_comment_and_blanks(void **state)
{
    (void)state;
    static const struct {
        const char *line, *flow;
        size_t n_before;
    } rows[] = {
        {"tcp actions=1", "tcp actions=1", 0},
        {" \t tcp actions=1\t ", "tcp actions=1", 3},
        {"tcp # why", "tcp", 0},
        {"# tcp", NULL, 0},
        {"", NULL, 0},
        {"  ", NULL, 0},
        {"a", "a", 0},
        {" a#", "a", 1},
    };
    struct base_buffer text = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n_before = 99;
        bool any = yaml_take_flow(rows[i].line, strlen(rows[i].line), &text, &n_before);
        assert_int_equal(any, rows[i].flow != NULL);
        if (rows[i].flow) {
            assert_string_equal(base_buffer_text(&text), rows[i].flow);
            assert_int_equal(n_before, rows[i].n_before);
        }
    }
    base_buffer_free(&text);
    assert_int_equal(yaml_count_characters("a\xc3\xa4\xe2\x82\xac", 6), 3);
    assert_int_equal(yaml_count_characters("a\xc3\xa4", 1), 1);
}

static void assert_shown(const char *text, int line, int column, const char *wanted)
{
    const struct memory_file files[] = {{"f", text, 0}, {0}};
    const struct yaml_files memory = {(void *)files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct yaml_source source;
    struct base_buffer shown = {0};
    assert_int_equal(yaml_source_read(&source, &memory, "f", &diagnostics, NULL), 0);
    yaml_error_at(&source, line, column, "wrong");
    yaml_format_diagnostics(&diagnostics, &shown);
    assert_string_equal(base_buffer_text(&shown), wanted);
    base_buffer_free(&shown);
    yaml_source_free(&source);
    yaml_diagnostics_free(&diagnostics);
}

static void an_error_shows_its_line(void **state)
{
    (void)state;
    assert_shown("a: 1\nb: 2\n", 2, 4, "f:2:4: error: wrong\n    2 | b: 2\n      |    ^\n");
    assert_shown("a: 1\n", 0, 0, "f: error: wrong\n");
    assert_shown("a: 1\n", 7, 1, "f:7:1: error: wrong\n");
    /* one character of three bytes, a tab, and a control character */
    assert_shown("\xe2\x82\xac\t\x1b[x\n", 1, 4,
                 "f:1:4: error: wrong\n    1 | \xe2\x82\xac\t?[x\n      |  \t ^\n");
    /* beyond the end of the line: behind its last character */
    assert_shown("ab\n", 1, 9, "f:1:9: error: wrong\n    1 | ab\n      |   ^\n");
    assert_shown("\xef\xbb\xbfok\n", 1, 1, "f:1:1: error: wrong\n    1 | ok\n      | ^\n");
}

static void a_long_line_is_cut_around_the_place(void **state)
{
    (void)state;
    char text[401], wanted[1000];
    memset(text, 'a', 400);
    text[400] = 0;
    text[199] = 'X';
    snprintf(wanted, sizeof wanted, "f:1:200: error: wrong\n    1 | ...%.160s...\n      | %*s^\n",
             text + 139, 63, "");
    assert_shown(text, 1, 200, wanted);
    snprintf(wanted, sizeof wanted, "f:1:3: error: wrong\n    1 | %.160s...\n      |   ^\n", text);
    assert_shown(text, 1, 3, wanted);
    text[160] = 0; /* the longest line that is not cut */
    snprintf(wanted, sizeof wanted, "f:1:160: error: wrong\n    1 | %s\n      | %*s^\n", text, 159,
             "");
    assert_shown(text, 1, 160, wanted);
}

static void errors_are_sorted_and_counted(void **state)
{
    (void)state;
    struct yaml_diagnostics diagnostics = {0};
    struct yaml_source source = {.file = "f", .diagnostics = &diagnostics};
    struct yaml_source other = {.file = "g", .diagnostics = &diagnostics};
    struct base_buffer words = {0}, shown = {0};
    yaml_error_at(&other, 9, 1, "e0");
    yaml_error_at(&source, 2, 5, "e1");
    yaml_error_at(&source, 1, 7, "e2");
    yaml_error_at(&source, 2, 3, "e3");
    yaml_error_at(&source, 2, 5, "e4");
    assert_string_equal(memory_errors(&diagnostics, &words),
                        "g:9:1: e0\nf:1:7: e2\nf:2:3: e3\nf:2:5: e1\nf:2:5: e4\n");
    for (int i = 5; i < YAML_DIAGNOSTICS_MAX; i++) {
        assert_false(yaml_errors_full(&diagnostics));
        yaml_error_at(&source, 3, i, "more");
    }
    assert_true(yaml_errors_full(&diagnostics));
    yaml_error_at(&source, 1, 1, "lost");
    assert_int_equal(yaml_errors_count(&diagnostics), YAML_DIAGNOSTICS_MAX + 1);
    yaml_format_diagnostics(&diagnostics, &shown);
    assert_non_null(strstr(base_buffer_text(&shown), "\n1 more error\n"));
    yaml_error_at(&source, 1, 1, "lost");
    yaml_format_diagnostics(&diagnostics, &shown);
    assert_non_null(strstr(base_buffer_text(&shown), "\n2 more errors\n"));
    base_buffer_free(&words);
    base_buffer_free(&shown);
    yaml_diagnostics_free(&diagnostics);
    assert_int_equal(yaml_errors_count(&diagnostics), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_end_as_in_yaml),
    cmocka_unit_test(a_flow_is_a_line_without_comment_and_blanks),
    cmocka_unit_test(an_error_shows_its_line),
    cmocka_unit_test(a_long_line_is_cut_around_the_place),
    cmocka_unit_test(errors_are_sorted_and_counted),
};

TEST_MAIN(tests)
