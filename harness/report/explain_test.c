/* SPDX-License-Identifier: Apache-2.0
 *
 * An explanation as text and as JSON. */
#include "report/explain.h"

#include "testing/cmocka.h"

#include <jansson.h>
#include <string.h>

static const struct space_output to_2 = {.port = 2};
static const struct space_behavior drops, sends = {.outputs = &to_2, .n_outputs = 1};
static const char *hidden[] = {"actions=output:3"};
static struct explained_output outputs[] = {
    {.port = 2, .port_text = "2", .packet = "p", .frame = "00ff", .to = "h2", .hop = HOP_NONE},
    {.port = 2, .port_text = "2", .packet = "q", .to = "h2", .queue = "queue 3", .hop = HOP_NONE},
    {.port = 6, .port_text = "6", .packet = "p", .to = "s3:1", .hop = 1},
    {.port = 0xfffd, .port_text = "CONTROLLER", .packet = "p", .hop = HOP_NONE},
};
static struct explained_hop hops[] = {
    {.at = "s1:1",
     .packet = "p",
     .previous = HOP_NONE,
     .entry = "tcp actions=output:2",
     .hidden = hidden,
     .n_hidden = 1,
     .n_hidden_more = 4,
     .outputs = outputs,
     .n_outputs = 4,
     .expected = "drop",
     .declared = &drops,
     .advertised = &sends,
     .source = "e.yaml:3:4"},
    {.at = "s3:1", .packet = "r", .previous = 0, .unknown = "refused"},
};
static const struct explanation packet = {
    .at = "s1:1", .hops = hops, .n_hops = 2, .chosen = "dl_src", .unknown = true, .deviates = true};

static void assert_text(const struct explanation *explanation, const char *expected)
{
    struct base_buffer out = {0};
    report_explain_text(explanation, &out);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
}

static void test_tables(void **state)
{
    const char *tables[] = {"actions=goto_table:1", "no entry of table 1 takes it"};
    const char *groups[] = {"group_id=7,type=all"};
    struct explained_hop hop = {.at = "s1:1",
                                .packet = "p",
                                .previous = HOP_NONE,
                                .entry = "actions=goto_table:1",
                                .tables = tables,
                                .n_tables = 2,
                                .groups = groups,
                                .n_groups = 1};
    const struct explanation explanation = {.at = "s1:1", .hops = &hop, .n_hops = 1};
    (void)state;
    assert_text(&explanation, "s1:1  p\n"
                              "  entry     actions=goto_table:1\n"
                              "  then      no entry of table 1 takes it\n"
                              "  group     group_id=7,type=all\n"
                              "  output    none: dropped\n"
                              "  expected  nothing is said of this port\n"
                              "\narrives at no host\n");
}

static void test_packet(void **state)
{
    (void)state;
    assert_text(&packet, "not said, and chosen: dl_src\n\n"
                         "s1:1  p\n"
                         "  entry     tcp actions=output:2\n"
                         "  hides     actions=output:3\n"
                         "            and 4 more\n"
                         "  output    2 -> h2\n"
                         "            00ff\n"
                         "  output    2 (queue 3) -> h2  as q\n"
                         "  output    6 -> s3:1\n"
                         "  output    CONTROLLER -> leaves the network\n"
                         "  expected  drop  (e.yaml:3:4)\n"
                         "  deviates  output:2 is extra\n\n"
                         "s3:1  from s1:1  r\n"
                         "  unknown   refused\n"
                         "  expected  nothing is said of this port\n\n"
                         "arrives at h2 (2 times); not everything is known\n");
}

/* By all ways, by some, and behind a hop that is reached by some. */
static void test_choice(void **state)
{
    (void)state;
    const struct space_output to_3 = {.port = 3};
    const struct space_behavior ways[] = {{.outputs = &to_2, .n_outputs = 1},
                                          {.outputs = &to_3, .n_outputs = 1}};
    const struct space_behavior does = {.ways = ways, .n_ways = 2};
    struct explained_output leave[] = {
        {.port_text = "2", .packet = "p", .to = "h2", .chosen = true, .hop = HOP_NONE},
        {.port_text = "3", .packet = "p", .to = "s3:1", .chosen = true, .hop = 1},
        {.port_text = "4", .packet = "p", .to = "h4", .hop = HOP_NONE}};
    struct explained_output behind = {.port_text = "1", .packet = "p", .to = "h9", .hop = HOP_NONE};
    struct explained_hop by[] = {
        {.at = "s1:1", .packet = "p", .previous = HOP_NONE, .entry = "actions=group:1"},
        {.at = "s3:1", .packet = "p", .previous = 0, .entry = "actions=output:1", .chosen = true}};
    by[0].ways = &does;
    by[0].outputs = leave;
    by[0].n_outputs = 3;
    by[0].expected = "one_of(output:2 or output:3)";
    by[0].source = "e.yaml:1:2";
    by[1].outputs = &behind;
    by[1].n_outputs = 1;
    struct explanation explanation = {.at = "s1:1", .hops = by, .n_hops = 2};
    assert_text(&explanation, "s1:1  p\n"
                              "  entry     actions=group:1\n"
                              "  one of    output:2 or output:3\n"
                              "  perhaps   2 -> h2\n"
                              "  perhaps   3 -> s3:1\n"
                              "  output    4 -> h4\n"
                              "  expected  one_of(output:2 or output:3)  (e.yaml:1:2)\n\n"
                              "s3:1  perhaps from s1:1  p\n"
                              "  entry     actions=output:1\n"
                              "  output    1 -> h9\n"
                              "  expected  nothing is said of this port\n\n"
                              "arrives at h4; as switches choose, also at h2 or h9\n");
    by[0].n_outputs = 2;
    struct base_buffer out = {0};
    report_explain_text(&explanation, &out);
    assert_non_null(strstr(base_buffer_text(&out), "\narrives, as switches choose, at h2 or h9\n"));
    base_buffer_free(&out);
    report_explain_json(&explanation, "0", &out);
    assert_non_null(strstr(base_buffer_text(&out), "\"one_of\": [\"output:2\", \"output:3\"]"));
    assert_non_null(strstr(base_buffer_text(&out), "\"chosen\": true"));
    base_buffer_free(&out);
}

static void test_closed_ports(void **state)
{
    (void)state;
    struct explained_output closed = {
        .port = 2, .port_text = "2", .packet = "q", .closed = "has no link", .hop = HOP_NONE};
    struct explained_hop by[] = {{.at = "s1:1",
                                  .packet = "p",
                                  .previous = HOP_NONE,
                                  .entry = "actions=output:2",
                                  .outputs = &closed,
                                  .n_outputs = 1,
                                  .expected = "output:2",
                                  .source = "e.yaml:3:4",
                                  .kept_back = true},
                                 {.at = "s3:1",
                                  .packet = "p",
                                  .previous = 0,
                                  .refused = "is switched off",
                                  .expected = "drop",
                                  .source = "e.yaml:5:6"}};
    const struct explanation explanation = {
        .at = "s1:1", .hops = by, .n_hops = 2, .deviates = true};
    assert_text(&explanation, "s1:1  p\n"
                              "  entry     actions=output:2\n"
                              "  output    2 -> nowhere: the port has no link\n"
                              "  expected  output:2  (e.yaml:3:4)\n"
                              "  deviates  a port keeps the switch from it\n\n"
                              "s3:1  from s1:1  p\n"
                              "  refused   the port is switched off\n"
                              "  expected  drop  (e.yaml:5:6)\n\n"
                              "arrives at no host; deviates from the expectation\n");
    struct base_buffer out = {0};
    report_explain_json(&explanation, "0", &out);
    assert_non_null(strstr(base_buffer_text(&out), "\"closed\": \"has no link\""));
    assert_non_null(strstr(base_buffer_text(&out), "\"refused\": \"is switched off\""));
    base_buffer_free(&out);
}

static void test_port(void **state)
{
    (void)state;
    struct explained_class classes[] = {
        {.entry = "tcp actions=output:2", .actions = "output:2", .to = "h2", .example = "x"},
        {.entry = "icmp actions=output:3",
         .actions = "output:3",
         .closed = "port 3 has no link",
         .example = "z"},
        {.entry = "sctp actions=NORMAL", .actions = "NORMAL", .unknown = "NORMAL", .example = "n"},
        {.entry = "arp actions=NORMAL,output:2", .unknown = "NORMAL", .to = "h2", .example = "n"},
        {.entry = "udp actions=drop", .actions = "drop", .hidden_by = "ip actions=drop"},
        {.entry = "arp actions=drop", .actions = "drop", .open = true},
        {.actions = "drop", .example = "y"},
    };
    struct explanation port = {
        .at = "s1:1", .classes = classes, .n_classes = 7, .refused = "is switched off"};
    assert_text(&port, "s1:1, by entry, the best first:\n\n"
                       "no packet enters: the port is switched off\n\n"
                       "tcp actions=output:2\n"
                       "  to        h2\n"
                       "  example   x\n"
                       "icmp actions=output:3\n"
                       "  to        nowhere\n"
                       "  closed    port 3 has no link\n"
                       "  example   z\n"
                       "sctp actions=NORMAL\n"
                       "  unknown   NORMAL\n"
                       "  example   n\n"
                       "arp actions=NORMAL,output:2\n"
                       "  unknown   NORMAL\n"
                       "  surely    h2\n"
                       "  example   n\n"
                       "udp actions=drop\n"
                       "  hidden    ip actions=drop\n"
                       "arp actions=drop\n"
                       "  open      not decided within the budget whether a packet reaches it\n"
                       "no entry: everything else is dropped\n"
                       "  example   y\n");
}

static void assert_json(const struct explanation *explanation, const char *expected)
{
    struct base_buffer out = {0};
    report_explain_json(explanation, "0", &out);
    assert_string_equal(base_buffer_text(&out), expected);
    json_t *root = json_loads(base_buffer_text(&out), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    json_decref(root);
    base_buffer_free(&out);
}

static void test_json(void **state)
{
    (void)state;
    assert_json(
        &packet,
        "{\n"
        "  \"at\": \"s1:1\",\n"
        "  \"packet\": \"p\",\n"
        "  \"chosen\": \"dl_src\",\n"
        "  \"entry\": \"tcp actions=output:2\",\n"
        "  \"outputs\": [\n"
        "    {\"port\": 2, \"packet\": \"p\", \"frame\": \"00ff\", \"to\": \"h2\"},\n"
        "    {\"port\": 2, \"queue\": \"queue 3\", \"packet\": \"q\", \"to\": \"h2\"},\n"
        "    {\"port\": 6, \"packet\": \"p\", \"to\": \"s3:1\", \"hop\": 1},\n"
        "    {\"port\": \"CONTROLLER\", \"packet\": \"p\"}\n"
        "  ],\n"
        "  \"hops\": [\n"
        "    {\n"
        "      \"at\": \"s1:1\",\n"
        "      \"packet\": \"p\",\n"
        "      \"entry\": \"tcp actions=output:2\",\n"
        "      \"hidden\": [\n"
        "        \"actions=output:3\"\n"
        "      ],\n"
        "      \"outputs\": [\n"
        "        {\"port\": 2, \"packet\": \"p\", \"frame\": \"00ff\", \"to\": \"h2\"},\n"
        "        {\"port\": 2, \"queue\": \"queue 3\", \"packet\": \"q\", \"to\": \"h2\"},\n"
        "        {\"port\": 6, \"packet\": \"p\", \"to\": \"s3:1\", \"hop\": 1},\n"
        "        {\"port\": \"CONTROLLER\", \"packet\": \"p\"}\n"
        "      ],\n"
        "      \"expected\": \"drop\",\n"
        "      \"deviation\": \"output:2 is extra\",\n"
        "      \"source\": \"e.yaml:3:4\"\n"
        "    },\n"
        "    {\n"
        "      \"at\": \"s3:1\",\n"
        "      \"from\": 0,\n"
        "      \"packet\": \"r\",\n"
        "      \"unknown\": \"refused\",\n"
        "      \"hidden\": [],\n"
        "      \"outputs\": []\n"
        "    }\n"
        "  ],\n"
        "  \"tapproof\": \"0\",\n"
        "  \"format\": 1\n"
        "}\n");
}

static void test_json_of_classes(void **state)
{
    (void)state;
    struct explained_class classes[] = {
        {.entry = "tcp actions=output:2", .actions = "output:2", .to = "h2", .example = "x"},
        {.entry = "icmp actions=output:3", .actions = "output:3", .closed = "port 3 has no link"},
        {.entry = "sctp actions=NORMAL", .actions = "NORMAL", .unknown = "NORMAL"},
        {.entry = "udp actions=drop", .actions = "drop", .hidden_by = "ip actions=drop"},
        {.entry = "arp actions=drop", .actions = "drop", .open = true},
    };
    struct explanation port = {
        .at = "s1:1", .classes = classes, .n_classes = 5, .refused = "is switched off"};
    assert_json(&port, "{\n"
                       "  \"at\": \"s1:1\",\n"
                       "  \"refused\": \"is switched off\",\n"
                       "  \"classes\": [\n"
                       "    {\"entry\": \"tcp actions=output:2\", \"actions\": \"output:2\", "
                       "\"to\": \"h2\", \"example\": \"x\"},\n"
                       "    {\"entry\": \"icmp actions=output:3\", \"actions\": \"output:3\", "
                       "\"closed\": \"port 3 has no link\"},\n"
                       "    {\"entry\": \"sctp actions=NORMAL\", \"actions\": \"NORMAL\", "
                       "\"unknown\": \"NORMAL\"},\n"
                       "    {\"entry\": \"udp actions=drop\", \"actions\": \"drop\", "
                       "\"hidden_by\": \"ip actions=drop\"},\n"
                       "    {\"entry\": \"arp actions=drop\", \"actions\": \"drop\", \"open\": "
                       "\"not decided within the budget\"}\n"
                       "  ],\n"
                       "  \"tapproof\": \"0\",\n"
                       "  \"format\": 1\n"
                       "}\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_choice),
    cmocka_unit_test(test_packet),
    cmocka_unit_test(test_tables),
    cmocka_unit_test(test_closed_ports),
    cmocka_unit_test(test_port),
    cmocka_unit_test(test_json),
    cmocka_unit_test(test_json_of_classes),
};

TEST_MAIN(tests)
