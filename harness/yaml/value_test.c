/* SPDX-License-Identifier: Apache-2.0
 *
 * Scalars with a meaning, read by a table of fields: what each kind accepts, and
 * what is said of what it refuses. */
#include "yaml/value.h"

#include "model/port.h"
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"

#include <stdlib.h>
#include <string.h>

struct values {
    const char *name, *endpoint, *path;
    uint8_t u8;
    uint32_t u32, expires;
    uint64_t u64, number;
    uint16_t lifetime;
    struct yaml_ports ports, targets;
};

static void read_path(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    *(const char **)into = yaml_path(reader, node, "a path");
}

static void read_small(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    yaml_number(reader, node, "a number", 2, 9, into);
}

static void read_lifetime(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    yaml_lifetime(reader, node, into);
}

static void read_expires(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    yaml_expires(reader, node, into);
}

static void read_ports(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    yaml_port_list(reader, node, false, into);
}

static void read_targets(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    yaml_port_list(reader, node, true, into);
}

static const struct yaml_field fields[] = {
    {.name = "name", .read = yaml_read_name, .at = offsetof(struct values, name)},
    {.name = "endpoint", .read = yaml_read_endpoint, .at = offsetof(struct values, endpoint)},
    {.name = "path", .read = read_path, .at = offsetof(struct values, path)},
    {.name = "u8", .read = yaml_read_u8, .at = offsetof(struct values, u8)},
    {.name = "u32", .read = yaml_read_u32, .at = offsetof(struct values, u32)},
    {.name = "u64", .read = yaml_read_u64, .at = offsetof(struct values, u64)},
    {.name = "number", .read = read_small, .at = offsetof(struct values, number)},
    {.name = "lifetime", .read = read_lifetime, .at = offsetof(struct values, lifetime)},
    {.name = "expires", .read = read_expires, .at = offsetof(struct values, expires)},
    {.name = "ports", .read = read_ports, .at = offsetof(struct values, ports)},
    {.name = "targets", .read = read_targets, .at = offsetof(struct values, targets)},
};

/* Reads one line, "KEY: VALUE". The errors, without their place, are in `errors`;
 * the texts of the values live until the next call. */
static struct values read_line(const char *line, struct base_buffer *errors)
{
    static struct base_arena arena;
    const struct memory_file files[] = {{"dir/f.yaml", line, 0}, {0}};
    const struct yaml_files memory = {(void *)files, memory_read};
    struct yaml_diagnostics diagnostics = {0};
    struct base_arena nodes = {0};
    struct values values = {.u8 = 77, .u32 = 77, .u64 = 77, .number = 77, .lifetime = 77};
    base_arena_free(&arena);
    struct yaml_reader reader = {.files = &memory, .arena = &arena};
    const struct yaml_node *root =
        yaml_open(&reader, "dir/f.yaml", NULL, NULL, &diagnostics, &nodes);
    assert_non_null(root);
    yaml_read_fields(&reader, root, "a test", YAML_FIELDS(fields), &values);
    for (size_t i = 0; i < diagnostics.n_items; i++) {
        base_put_format(errors, "%d: %s;", diagnostics.items[i].place.column,
                        diagnostics.items[i].message);
    }
    base_arena_free(&nodes);
    yaml_close(&reader);
    yaml_diagnostics_free(&diagnostics);
    return values;
}

static struct values accepted(const char *line)
{
    struct base_buffer errors = {0};
    struct values values = read_line(line, &errors);
    assert_string_equal(base_buffer_text(&errors), "");
    base_buffer_free(&errors);
    return values;
}

static void assert_refused(const char *line, const char *wanted)
{
    struct base_buffer errors = {0};
    struct values values = read_line(line, &errors);
    if (!strstr(base_buffer_text(&errors), wanted) || !*wanted) {
        fail_msg("%s: expected \"%s\", got \"%s\"", line, wanted, base_buffer_text(&errors));
    }
    assert_int_equal(values.u8, 77);
    assert_int_equal(values.u32, 77);
    assert_true(values.u64 == 77);
    assert_true(values.number == 77);
    assert_int_equal(values.lifetime, 77);
    base_buffer_free(&errors);
    free(values.ports.numbers);
    free(values.targets.numbers);
}

static void names_and_paths(void **state)
{
    (void)state;
    assert_string_equal(accepted("name: Web-1.a_b").name, "Web-1.a_b");
    char line[] = "name: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg";
    assert_int_equal(strlen(accepted(line).name), 64);
    assert_refused("name: a b", "8: expected a name of letters");
    assert_refused("name: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggh",
                   "7: expected a name of letters");
    assert_refused("name: [a]", "found a list");
    assert_refused("name:", "found nothing");
    assert_string_equal(accepted("path: t.yaml").path, "dir/t.yaml");
    assert_string_equal(accepted("path: ../t.yaml").path, "dir/../t.yaml");
    assert_string_equal(accepted("path: /t.yaml").path, "/t.yaml");
    assert_string_equal(accepted("endpoint: tcp:h:1").endpoint, "tcp:h:1");
    assert_refused("endpoint: tcp:h:0", "is not a TCP port");
}

static void integers(void **state)
{
    (void)state;
    assert_int_equal(accepted("u8: 255").u8, 255);
    assert_int_equal(accepted("u8: 0x1f").u8, 0x1f);
    assert_int_equal(accepted("u32: 4294967295").u32, UINT32_MAX);
    assert_true(accepted("u64: 0xffffffffffffffff").u64 == UINT64_MAX);
    assert_refused("u8: 256", "expected a number of 8 bits, found \"256\"");
    assert_refused("u32: 4294967296", "expected a number of 32 bits");
    assert_refused("u64: 18446744073709551616", "expected a number of 64 bits");
    assert_refused("u64: -1", "expected a number of 64 bits");
    assert_refused("u64: {}", "expected a number, found a mapping");
    assert_true(accepted("number: 2").number == 2);
    assert_true(accepted("number: 9").number == 9);
    assert_refused("number: 1", "expected a number from 2 to 9, found \"1\"");
    assert_refused("number: 10", "from 2 to 9");
    assert_refused("number: 03", "from 2 to 9");
    assert_refused("number: 0x3", "from 2 to 9");
    uint64_t number = 0;
    assert_true(yaml_parse_number("18446744073709551615x", 20, &number) && number == UINT64_MAX);
    assert_false(yaml_parse_number("18446744073709551616", 20, &number));
    assert_false(yaml_parse_number("", 0, &number));
    assert_true(yaml_parse_number("0", 1, &number) && number == 0);
    assert_false(yaml_parse_number("1:", 2, &number));
    assert_false(yaml_parse_number("/1", 2, &number));
    uint16_t port = 0;
    assert_true(yaml_parse_port("65280", 5, &port) && port == PORT_MAX);
    assert_true(yaml_parse_port("1", 1, &port) && port == 1);
    assert_false(yaml_parse_port("65281", 5, &port));
    assert_false(yaml_parse_port("0", 1, &port));
}

static void lifetimes(void **state)
{
    (void)state;
    assert_int_equal(accepted("lifetime: 120s").lifetime, 120);
    assert_int_equal(accepted("lifetime: 2m").lifetime, 120);
    assert_int_equal(accepted("lifetime: 1").lifetime, 1);
    assert_int_equal(accepted("lifetime: 65535").lifetime, 65535);
    assert_int_equal(accepted("lifetime: 1092m").lifetime, 65520);
    assert_int_equal(accepted("lifetime: never").lifetime, 0);
    assert_refused("lifetime: 1093m", "expected a time from 1 to 65535 seconds");
    assert_refused("lifetime: 65536", "expected a time");
    assert_refused("lifetime: 0", "expected a time");
    assert_refused("lifetime: s", "expected a time");
    assert_refused("lifetime: 1h", "expected a time");
    assert_refused("lifetime: any", "or never, found \"any\"");
    assert_int_equal(accepted("expires: any").expires, EXPECTATION_ANY_LIFETIME);
    assert_int_equal(accepted("expires: 3m").expires, 180);
    assert_refused("expires: some", "never or any, found \"some\"");
}

static void assert_ports(const char *line, const char *wanted)
{
    struct values values = accepted(line);
    struct base_buffer text = {0};
    const struct yaml_ports *ports = values.ports.n > 0 ? &values.ports : &values.targets;
    for (size_t i = 0; i < ports->n; i++) {
        base_put_format(&text, "%u ", ports->numbers[i]);
    }
    assert_string_equal(base_buffer_text(&text), wanted);
    base_buffer_free(&text);
    free(values.ports.numbers);
    free(values.targets.numbers);
}

static void lists_of_ports(void **state)
{
    (void)state;
    assert_ports("ports: 3", "3 ");
    assert_ports("ports: 3-5", "3 4 5 ");
    assert_ports("ports: 7-7", "7 ");
    assert_ports("ports: \"1,3-4,2\"", "1 3 4 2 ");
    assert_ports("ports: [1, 3-4, \"6,8\"]", "1 3 4 6 8 ");
    assert_ports("targets: [in_port, local, 5, controller]", "65528 65534 5 65533 ");
    assert_ports("targets: [normal, flood, all]", "65530 65531 65532 ");
    assert_refused("ports: 5-3", "5-3");
    assert_refused("ports: 0", "\"0\"");
    assert_refused("ports: 65281", "65281");
    assert_refused("ports: 1-65281", "65281");
    assert_refused("ports: local", "local");
    assert_refused("ports: \"1,,2\"", "11: expected a port");
    assert_refused("ports: 3-", "3-");
    assert_refused("targets: [cntroller]", "cntroller");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_and_paths),
    cmocka_unit_test(integers),
    cmocka_unit_test(lifetimes),
    cmocka_unit_test(lists_of_ports),
};

TEST_MAIN(tests)
