/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTML report: what it says, and what an XML parser of another make and SHA-256 say of it. */
#include "report/report.h"

#include "testing/report_sample.h"
#include "testing/tool.h"
#include "yaml/load.h"

#include <unistd.h>

/* Every reference leads somewhere, every id is one, and the policy lets in what is there. */
static const char PARSE[] =
    "/usr/bin/python3 -c 'import sys, base64, hashlib, xml.etree.ElementTree as e\n"
    "x = \"{http://www.w3.org/1999/xhtml}\"\n"
    "root = e.parse(sys.argv[1]).getroot()\n"
    "ids = [n.get(\"id\") for n in root.iter() if n.get(\"id\")]\n"
    "print(\"twice\", [i for i in set(ids) if ids.count(i) > 1])\n"
    "print(\"nowhere\", [n.get(\"href\") for n in root.iter()\n"
    "                    if n.get(\"href\", \"#\" + ids[0])[1:] not in ids])\n"
    "policy = [m.get(\"content\") for m in root.iter(x + \"meta\") if m.get(\"http-equiv\")][0]\n"
    "for tag in \"style\", \"script\":\n"
    "  text = list(root.iter(x + tag))[0].text.encode()\n"
    "  digest = \"sha256-\" + base64.b64encode(hashlib.sha256(text).digest()).decode()\n"
    "  print(tag, len(text) < 8192, \"ok\" if digest in policy else digest)\n"
    "print(len(list(root.iter(x + \"script\"))), \"script\")\n"
    "' $1 2>&1";

struct world {
    struct topology *topology;
    struct report report;
    struct base_buffer html;
};

static void open_world(struct world *world)
{
    struct yaml_diagnostics diagnostics = {0};
    *world = (struct world){.report = sample_report()};
    assert_int_equal(
        yaml_load_topology(&yaml_disk, "topologies/demon.yaml", &world->topology, &diagnostics), 0);
}

static const char *write_html(struct world *world)
{
    base_buffer_free(&world->html);
    report_html(&world->report, world->topology, "0.1", &world->html);
    assert_false(world->html.failed);
    return base_buffer_text(&world->html);
}

static void close_world(struct world *world)
{
    base_buffer_free(&world->html);
    report_free(&world->report);
    topology_free(world->topology);
}

static void add_causes(struct report *report)
{
    static size_t of_first[] = {2, 3}, of_second[] = {9};
    static struct cause causes[] = {
        {.kind = CAUSE_TABLE, .where = "s1:2", .results = of_first, .n_results = 2},
        {.kind = CAUSE_CABLE, .where = "s1:6 - s3:1", .results = of_second, .n_results = 1},
    };
    sample_add(report, RESULT_WIRING, "wiring/s1:6 - s3:1", VERDICT_FAIL, "nothing comes");
    assert_string_equal(report->results[9].id + 7, "s1:6 - s3:1");
    report->causes = causes;
    report->n_causes = 2;
}

/* The text between two marks, the first time; it is kept until the next call. */
static const char *part(const char *html, const char *begin, const char *end)
{
    static char text[16384];
    const char *from = strstr(html, begin);
    assert_non_null(from);
    const char *to = strstr(from, end);
    assert_non_null(to);
    snprintf(text, sizeof text, "%.*s", (int)(to - from), from);
    return text;
}

#define HAS(text, what)   assert_non_null(strstr(text, what))
#define LACKS(text, what) assert_null(strstr(text, what))

static void what_it_says_nothing_of_comes_first(void **state)
{
    (void)state;
    struct world world;
    open_world(&world);
    world.report.interrupted = true;
    world.report.untried = (const char *[]){"frames of h8", "rare loss"};
    world.report.n_untried = 2;
    world.report.unsent = &(struct unsent){.kind = "broadcast",
                                           .reason = "NORMAL would flood it",
                                           .n = 3,
                                           .from = "h1",
                                           .example = ""};
    world.report.n_unsent = 1;
    const char *html = write_html(&world);
    HAS(html, "<title>fail: expected/demon/simulated.yaml</title>");
    const char *limits = part(html, "<h2>What this says nothing of</h2>", "</section>");
    HAS(limits, "<dt>interrupted</dt>");
    HAS(limits, "<dt>deselected</dt><dd>2 results, by -k</dd>");
    HAS(limits, "<dt>ignored</dt><dd>cookie=0x2a/-1 hid 3 entries and 0 ports: installed by the "
                "monitor (expected/demon/simulated.yaml:30:5)</dd>");
    HAS(limits, "<dt>inconclusive</dt><dd>switch/s2, state/s2/1, state/s2/2: s2 does not answer: "
                "connect to 127.0.0.1:6635: refused</dd>");
    HAS(limits, "<dt>skip</dt><dd>traffic/h5/isolated/all: h5 has no station</dd>");
    HAS(limits, "<dt>not sent</dt><dd>3 broadcast probes: NORMAL would flood it</dd>");
    HAS(limits, "<dt>not tried</dt><dd>frames of h8; rare loss</dd>");
    HAS(limits, "<dt>note</dt><dd>an entry of s1 expires in 8 s</dd>");
    assert_true(strstr(html, "nothing of</h2>") < strstr(html, "<h2>Where</h2>"));
    assert_true(strstr(html, "<h2>Where</h2>") < strstr(html, "<h2>Causes</h2>"));
    close_world(&world);
}

static void a_cause_is_a_card_with_what_each_side_says(void **state)
{
    (void)state;
    struct world world;
    open_world(&world);
    add_causes(&world.report);
    const char *html = write_html(&world);
    const char *card = part(html, "<article id=\"cause-1\">", "</article>");
    HAS(card, "1. table <code>s1:2</code>");
    HAS(card, "<tr class=\"pair\"><th>≠ declared</th><td>output:1</td></tr>"
              "<tr class=\"pair\"><th>≠ advertised</th><td>output:1,output:6</td></tr>"
              "<tr><th>counted</th><td>3 packets</td></tr>");
    HAS(card, "<tr><th>example</th><td>in_port=2,dl_type=0x88b5</td></tr>");
    HAS(card, "<summary>1 more fail because of it</summary>");
    HAS(card, "<tr class=\"pair\"><th>≠ declared</th><td>0 copies</td></tr>"
              "<tr class=\"pair\"><th>≠ observed</th><td>1 copy</td></tr>");
    card = part(html, "<article id=\"cause-2\">", "</article>");
    HAS(card, "2. cable <code>s1:6 - s3:1</code>");
    LACKS(card, "<summary>");
    world.report.n_causes = 1; /* what no cause tells has a card, too */
    HAS(write_html(&world), "<article><div class=\"result\" id=\"result-10\">");
    world.report.n_causes = 0;
    close_world(&world);
}

static void marks_lead_to_causes(void **state)
{
    (void)state;
    struct world world;
    open_world(&world);
    add_causes(&world.report);
    const char *svg = part(write_html(&world), "<svg", "</svg>");
    HAS(svg, "<a href=\"#cause-1\" class=\"bad\"><path class=\"diamond\"");
    HAS(svg, "<a href=\"#cause-2\" class=\"bad\"><path class=\"cable\"");
    world.report.n_causes = 0;
    close_world(&world);
}

static void the_worst_claim_of_a_pair_is_told(void **state)
{
    (void)state;
    struct world world;
    open_world(&world);
    struct report *report = &world.report;
    sample_add(report, RESULT_TRAFFIC, "traffic/h2/delivered/h1", VERDICT_PASS, NULL);
    sample_add(report, RESULT_TRAFFIC, "traffic/h2/stray/h11", VERDICT_INCONCLUSIVE, "why");
    for (size_t i = report->n_results - 2; i < report->n_results; i++) {
        report->results[i].from = "h2";
        report->results[i].to = i == report->n_results - 2 ? "h1" : "h11";
    }
    sample_add(report, RESULT_TRAFFIC, "traffic/h3/isolated/h1", VERDICT_PASS, NULL);
    report->results[report->n_results - 1].from = "h3";
    report->results[report->n_results - 1].to = "h1";
    const char *matrix = part(write_html(&world), "<table class=\"matrix\">", "</table>");
    HAS(matrix, "<td/><th>h1</th><th>h11</th></tr>");
    HAS(matrix, "<tr><th>h2</th><td class=\"pass\" title=\"traffic/h2/delivered/h1\">✓</td>"
                "<td class=\"fail\" title=\"traffic/h2/isolated/h11\">"
                "<a href=\"#result-4\">✗</a></td></tr>");
    HAS(matrix, "<td class=\"pass\" title=\"traffic/h3/isolated/h1\">∅</td>");
    report->n_results = 3; /* no claim: no matrix */
    LACKS(write_html(&world), "class=\"matrix\"");
    close_world(&world);
}

static void it_is_well_formed_and_complete_in_itself(void **state)
{
    (void)state;
    tool_needs("/usr/bin/python3 -c 'import xml.etree.ElementTree'", "python3");
    struct world world;
    struct base_buffer said = {0};
    open_world(&world);
    add_causes(&world.report);
    const char *html = write_html(&world);
    HAS(html, "default-src 'none'");
    LACKS(html, " style=");
    LACKS(html, " onclick=");
    assert_int_equal(tool_run(PARSE, &world.html, &said), 0);
    assert_string_equal(base_buffer_text(&said), "twice []\nnowhere []\nstyle True ok\n"
                                                 "script True ok\n1 script\n");
    base_buffer_free(&said);
    world.report.n_causes = 0;
    close_world(&world);
}

/* Whatever stands in the strings: it stays text. */
static void foreign_text_is_never_markup(void **state)
{
    (void)state;
    tool_needs("/usr/bin/python3 -c 'import xml.etree.ElementTree'", "python3");
    enum { N = 300, TEXT_BYTES = 60 };
    static char texts[N][TEXT_BYTES + 1];
    struct world world;
    struct base_buffer said = {0};
    unsigned seed = 4711;
    open_world(&world);
    for (size_t i = 0; i < N; i++) {
        char id[32];
        snprintf(id, sizeof id, "state/s1/%zu", i + 100);
        tool_random_text(&seed, texts[i], TEXT_BYTES);
        struct result *result = report_add(&world.report, RESULT_STATE, id);
        result->verdict = (enum verdict)(i % N_VERDICTS);
        result->detail = result->expected = result->example = result->suspect = texts[i];
        result->observed = i % 3 ? texts[i / 2] : NULL;
        result->source = result->says[SAYS_COUNTED] = texts[i / 3];
        report_note(&world.report, "%s", texts[i]);
    }
    world.report.expectation = "<script>alert(1)</script>\"'&]]>";
    LACKS(write_html(&world), "alert(1)<");
    assert_int_equal(tool_run(PARSE, &world.html, &said), 0);
    HAS(base_buffer_text(&said), "\n1 script\n");
    base_buffer_free(&said);
    close_world(&world);
}

static void it_stays_small(void **state)
{
    (void)state;
    struct world world;
    open_world(&world);
    for (size_t i = 0; i < 2000; i++) {
        char id[64];
        snprintf(id, sizeof id, "traffic/h%zu/isolated/h%zu", i % 11 + 1, i / 11 % 11 + 1);
        sample_add(&world.report, RESULT_TRAFFIC, id, VERDICT_PASS, NULL);
    }
    write_html(&world);
    assert_in_range(world.html.n_bytes, 10000, 1000000);
    close_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_it_says_nothing_of_comes_first),
    cmocka_unit_test(a_cause_is_a_card_with_what_each_side_says),
    cmocka_unit_test(marks_lead_to_causes),
    cmocka_unit_test(the_worst_claim_of_a_pair_is_told),
    cmocka_unit_test(it_is_well_formed_and_complete_in_itself),
    cmocka_unit_test(foreign_text_is_never_markup),
    cmocka_unit_test(it_stays_small),
};

TEST_MAIN(tests)
