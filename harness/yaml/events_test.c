/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML as a tree of nodes: places, what is refused, and what is cut off. */
#include "yaml/events.h"

#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

#include <stdlib.h>
#include <string.h>

struct sample {
    const char *text;
    size_t n_bytes; /* 0: strlen(text) */
    const char *errors;
};

static void check(const struct sample *sample)
{
    struct memory_file files[] = {{"f", sample->text, sample->n_bytes}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct yaml_source source;
    struct base_arena nodes = {0};
    struct base_buffer text = {0};
    assert_int_equal(yaml_source_read(&source, &from, "f", &diagnostics, NULL), 0);
    yaml_read_document(&source, &nodes);
    assert_string_equal(memory_errors(&diagnostics, &text), sample->errors);
    base_buffer_free(&text);
    base_arena_free(&nodes);
    yaml_source_free(&source);
    yaml_diagnostics_free(&diagnostics);
}

static void check_all(const struct sample *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        check(&samples[i]);
    }
}
#define CHECK_ALL(samples) check_all(samples, sizeof(samples) / sizeof *(samples))

static void refuses_what_is_not_yaml(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"a: [1, 2\nb: 3\n", 0,
         "f:2:2: not YAML: did not find expected ',' or ']' while parsing a flow sequence that "
         "begins in line 1\n"},
        {"a: \"x\n", 0,
         "f:2:1: not YAML: found unexpected end of stream while scanning a quoted scalar that "
         "begins in line 1\n"},
        {"a: b: c\n", 0, "f:1:5: not YAML: mapping values are not allowed in this context\n"},
        {"a: 1\n\tb: 2\n", 0, "f:2:1: a tab is used for indentation; YAML needs spaces\n"},
        {"", 0, "f:0:0: the file is empty\n"},
        {"# only a comment\n", 0, "f:0:0: the file is empty\n"},
    };
    CHECK_ALL(samples);
}

#define INDENTED  "wrong indentation: this line begins in column "
#define CAN_BEGIN "; by the lines above it can begin in column "

static void says_what_is_wrong_with_indentation(void **state)
{
    (void)state;
    static const char tab[] = "f:2:1: a tab is used for indentation; YAML needs spaces\n";
    static const struct sample samples[] = {
        {"a:\n\tb: 1\n", 0, tab},
        {"a:\n\t- b\n", 0, tab},
        {"a:\n  \tb: 1\n", 0, "f:2:3: a tab is used for indentation; YAML needs spaces\n"},
        {"a:\n  b: 1\n\tc: 1\n", 0, "f:3:1: a tab is used for indentation; YAML needs spaces\n"},
        {"a:\n  b:\n    c: 1\n   d: 2\n", 0, "f:4:4: " INDENTED "4" CAN_BEGIN "1, 3 or 5\n"},
        {"# x\n\na:\n  b: 1\n c: 2\n", 0, "f:5:2: " INDENTED "2" CAN_BEGIN "1 or 3\n"},
        {"a: 1\n  b: 2\n", 0, "f:2:3: " INDENTED "3" CAN_BEGIN "1\n"},
        {"a: \"1\"\n  b: 2\n", 0, "f:2:3: " INDENTED "3" CAN_BEGIN "1\n"},
        {"a: [1]\n  b:\n", 0, "f:2:3: " INDENTED "3" CAN_BEGIN "1\n"},
        {"a:\n  - x: 1\n    y: 2\n   z: 3\n", 0, "f:4:4: " INDENTED "4" CAN_BEGIN "1, 3 or 5\n"},
        {"a:\n  - x\n - y\n", 0, "f:3:2: " INDENTED "2" CAN_BEGIN "1, 3 or 5\n"},
        {"  a: 1\nb: 2\n", 0, "f:2:1: " INDENTED "1" CAN_BEGIN "3\n"},
        /* What is indented well is something else. */
        {"a:\n  b: c: d\n", 0, "f:2:7: not YAML: mapping values are not allowed in this context\n"},
        {"a: 1\n- b\n", 0,
         "f:2:1: not YAML: did not find expected key while parsing a block mapping that begins in "
         "line 1\n"},
        {"a: \"x\" y\n", 0,
         "f:1:8: not YAML: did not find expected key while parsing a block mapping that begins in "
         "line 1\n"},
        {"a:\tb\n", 0, ""},
    };
    CHECK_ALL(samples);
}

static void refuses_what_is_not_utf8(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"a: 1\nb: x\xff\n", 0, "f:2:5: not UTF-8 text: invalid leading UTF-8 octet (0xff)\n"},
        {"\xc3\xa4: x\xe2\x82\n", 0,
         "f:1:6: not UTF-8 text: invalid trailing UTF-8 octet (0x0a)\n"},
        {"a: \x01\n", 0, "f:1:4: not UTF-8 text: control characters are not allowed (0x01)\n"},
        {"a: \0\n", 5, "f:1:4: not UTF-8 text: control characters are not allowed (0x00)\n"},
        {"\xff\xfe"
         "a\0",
         4, "f:1:1: not UTF-8 text: invalid leading UTF-8 octet (0xff)\n"},
        {"a: \"x\\0y\"\n", 0, "f:1:4: control characters are not allowed in text\n"},
        {"a: \"\\e[2J\"\n", 0, "f:1:4: control characters are not allowed in text\n"},
    };
    CHECK_ALL(samples);
}

static void refuses_anchors_aliases_tags_and_merges(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"a: &x 1\nb: *x\n", 0,
         "f:1:4: anchors are not allowed here: \"&x\"\n"
         "f:2:4: aliases are not allowed here: \"*x\"\n"},
        {"a: &m {b: 1}\nc: {<<: *m}\n", 0,
         "f:1:4: anchors are not allowed here: \"&m\"\n"
         "f:2:5: merge keys are not allowed here\n"
         "f:2:9: aliases are not allowed here: \"*m\"\n"},
        {"a: !!int 1\nb: !mine [1]\nc: !!map {}\n", 0,
         "f:1:4: tags are not allowed here: \"tag:yaml.org,2002:int\"\n"
         "f:2:4: tags are not allowed here: \"!mine\"\n"
         "f:3:4: tags are not allowed here: \"tag:yaml.org,2002:map\"\n"},
        {"a: 1\n---\nb: 2\n", 0, "f:2:1: a second document; expected one a file\n"},
        {"{a: 1}: 2\n", 0, "f:1:1: a mapping cannot be a key; expected text\n"},
    };
    CHECK_ALL(samples);
}

static void refuses_duplicate_keys(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"a: 1\nb: {c: 1, 'c': 2}\na: 3\n", 0,
         "f:2:11: the key \"c\" is there twice, first in line 2, column 5\n"
         "f:3:1: the key \"a\" is there twice, first in line 1, column 1\n"},
        /* More keys than are compared one by one. */
        {"{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, l: 1, m: 1, n: 1, "
         "o: 1, p: 1, q: 1, r: 1, c: 2}",
         0, "f:1:110: the key \"c\" is there twice, first in line 1, column 14\n"},
        {"[1]: x\n[1, 2]: y\n", 0, ""},
    };
    CHECK_ALL(samples);
}

/* A file of `n` times `text`. */
static char *repeat(const char *text, size_t n)
{
    size_t n_bytes = strlen(text);
    char *all = malloc(n * n_bytes + 1);
    assert_non_null(all);
    for (size_t i = 0; i < n; i++) {
        memcpy(all + i * n_bytes, text, n_bytes);
    }
    all[n * n_bytes] = 0;
    return all;
}

static void stops_at_its_limits(void **state)
{
    (void)state;
    char *deep = repeat("[", 200000), *wide = repeat("[[],\n", 65), *good = repeat("[", 64);
    check(&(struct sample){deep, 0, "f:1:65: nested more than 64 deep\n"});
    check(&(struct sample){wide, 0, "f:64:2: nested more than 64 deep\n"});
    check(&(struct sample){good, 0,
                           "f:2:1: not YAML: did not find expected node content while parsing a "
                           "flow node that begins in line 2\n"});
    free(deep);
    free(wide);
    free(good);
}

/* Line breaks and a byte order mark are where libyaml and an editor see them. */
static void places_errors_behind_any_line_break(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"\xef\xbb\xbf"
         "a: !x 1\n",
         0, "f:1:4: tags are not allowed here: \"!x\"\n"},
        {"a: 1\r\nb: !x 2\r\n", 0, "f:2:4: tags are not allowed here: \"!x\"\n"},
        {"a: 1\xe2\x80\xa8"
         "b: x\xff\n",
         0, "f:2:5: not UTF-8 text: invalid leading UTF-8 octet (0xff)\n"},
        {"a: 1\xc2\x85"
         "b: !x 1\rc: x\xff\n",
         0, "f:3:5: not UTF-8 text: invalid leading UTF-8 octet (0xff)\n"},
        {"\xc3\xa4\xc3\xb6: !x 1\n", 0, "f:1:5: tags are not allowed here: \"!x\"\n"},
    };
    CHECK_ALL(samples);
}

static struct yaml_node *read_text(const char *text, struct base_arena *nodes)
{
    struct memory_file files[] = {{"f", text, 0}, {0}};
    struct yaml_files from = {files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct yaml_source source;
    assert_int_equal(yaml_source_read(&source, &from, "f", &diagnostics, NULL), 0);
    struct yaml_node *root = yaml_read_document(&source, nodes);
    assert_int_equal(diagnostics.n_items, 0);
    assert_non_null(root);
    yaml_source_free(&source);
    return root;
}

static void builds_the_tree(void **state)
{
    (void)state;
    struct base_arena nodes = {0};
    const struct yaml_node *root = read_text("a: [x, 'y z']\n? [1, 2]\n: {k: \"v\"}\ne:\n", &nodes);
    assert_int_equal(root->kind, YAML_MAPPING);
    assert_int_equal(root->n_children, 3);
    const struct yaml_node *list = root->child, *map = list->next, *empty = map->next;
    assert_string_equal(list->key->text, "a");
    assert_int_equal(list->n_children, 2);
    assert_string_equal(list->child->text, "x");
    assert_null(list->child->key);
    assert_string_equal(list->child->next->text, "y z");
    assert_null(list->child->next->next);
    assert_int_equal(map->key->kind, YAML_SEQUENCE);
    assert_string_equal(map->key->child->next->text, "2");
    assert_string_equal(map->child->key->text, "k");
    assert_string_equal(map->child->text, "v");
    assert_true(map->child->quoted);
    assert_int_equal(map->child->line, 3);
    assert_int_equal(map->child->column, 7);
    assert_string_equal(empty->text, "");
    assert_false(empty->quoted);
    base_arena_free(&nodes);
}

/* A place in a text is known only if the text stands in the file as it is. */
static void knows_where_text_stands(void **state)
{
    (void)state;
    struct base_arena nodes = {0};
    const struct yaml_node *at =
        read_text(
            "- plain text\n- 'single'\n- 'it''s'\n- \"a\\tb\"\n- |\n  block\n- two\n  lines\n",
            &nodes)
            ->child;
    static const int columns[] = {3, 4, 0, 0, 0, 0};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++, at = at->next) {
        assert_int_equal(at->text_column, columns[i]);
    }
    assert_null(at);
    base_arena_free(&nodes);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(refuses_what_is_not_yaml),
    cmocka_unit_test(says_what_is_wrong_with_indentation),
    cmocka_unit_test(refuses_what_is_not_utf8),
    cmocka_unit_test(refuses_anchors_aliases_tags_and_merges),
    cmocka_unit_test(refuses_duplicate_keys),
    cmocka_unit_test(stops_at_its_limits),
    cmocka_unit_test(places_errors_behind_any_line_break),
    cmocka_unit_test(builds_the_tree),
    cmocka_unit_test(knows_where_text_stands),
};

TEST_MAIN(tests)
