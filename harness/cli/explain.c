/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof explain: what becomes of a packet, or of all packets of a port. */
#include "explain/explain.h"
#include "cli/cli.h"
#include "frame/parse.h"
#include "ofctl/match.h"
#include "report/explain.h"
#include "run/source.h"
#include "space/cube.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

struct explain {
    const char *expectation, *sw, *port, *packet; /* packet: NULL: all of the port */
    const char *lab, *state, *frame_text;
    unsigned timeout_ms;
    struct cli_output text, json;
    struct explain_question question;
    struct header header;      /* of the packet */
    struct base_buffer chosen; /* fields that PACKET leaves open */
    struct base_buffer frame;
};

enum { OPT_STATE = 256, OPT_FRAME, OPT_JSON, OPT_TIMEOUT };

static const struct option options[] = {
    {"lab", required_argument, NULL, 'l'},
    {"state", required_argument, NULL, OPT_STATE},
    {"frame", required_argument, NULL, OPT_FRAME},
    {"json", required_argument, NULL, OPT_JSON},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int set_option(struct explain *explain, int option)
{
    switch (option) {
    case 'l':
        explain->lab = optarg;
        return CLI_CONFORMS;
    case OPT_STATE:
        explain->state = optarg;
        return CLI_CONFORMS;
    case OPT_FRAME:
        explain->frame_text = optarg;
        return CLI_CONFORMS;
    case OPT_JSON:
        explain->json.path = optarg;
        return CLI_CONFORMS;
    case OPT_TIMEOUT:
        if (!cli_parse_duration(optarg, &explain->timeout_ms)) {
            return cli_usage_error("explain", "--timeout: '%s' is not a time such as 2s", optarg);
        }
        return CLI_CONFORMS;
    default:
        return CLI_USAGE;
    }
}

/* ---------------------------------------------------------------- question */

static int find_port(struct explain *explain, const struct topology *topology)
{
    struct port_ref *in = &explain->question.in;
    in->sw = topology_find_switch(topology, explain->sw);
    if (in->sw == SIZE_MAX) {
        return cli_usage_error("explain", "%s has no switch '%s'", topology->file, explain->sw);
    }
    if (!port_parse(explain->port, &in->port) || in->port == 0 ||
        (in->port > PORT_MAX && in->port != PORT_LOCAL)) {
        return cli_usage_error("explain", "'%s' is not a port", explain->port);
    }
    return CLI_CONFORMS;
}

/* The fields of the packet of which `match` leaves something open. */
static void name_chosen(const struct match *match, const struct header *header,
                        struct base_buffer *out)
{
    static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const struct header *mask = &match->mask;
    bool ip = header->dl_type == DL_TYPE_IP, nw = header_has_nw(header), tp = header_has_tp(header);
    const struct {
        const char *name;
        bool open;
    } rows[] = {
        {"dl_src", memcmp(mask->dl_src, all, sizeof all) != 0},
        {"dl_dst", memcmp(mask->dl_dst, all, sizeof all) != 0},
        {"dl_vlan", !(mask->vlan_tci & VLAN_TAGGED) ||
                        (header->vlan_tci && (mask->vlan_tci & VLAN_VID) != VLAN_VID)},
        {"dl_vlan_pcp", header->vlan_tci && (mask->vlan_tci & VLAN_PCP) != VLAN_PCP},
        {"dl_type", mask->dl_type != 0xffff},
        {"nw_src", nw && mask->nw_src != UINT32_MAX},
        {"nw_dst", nw && mask->nw_dst != UINT32_MAX},
        {"nw_proto", nw && mask->nw_proto != 0xff},
        {"nw_tos", ip && mask->nw_tos != 0xfc},
        {"tp_src", tp && mask->tp_src != 0xffff},
        {"tp_dst", tp && mask->tp_dst != 0xffff},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].open) {
            base_put_format(out, "%s%s", out->n_bytes > 0 ? ", " : "", rows[i].name);
        }
    }
}

/* The packet need not say everything: the rest is chosen. */
static int read_packet(struct explain *explain)
{
    struct match match, in_port = match_in_port(explain->question.in.port);
    struct base_error error;
    size_t column;
    if (ofctl_parse_match(explain->packet, &match, &column, &error) < 0) {
        return cli_usage_error("explain", "PACKET: %s (at '%s')", error.text,
                               explain->packet + column);
    }
    if (!space_intersect(&match, &in_port, &match) || !space_member(&match, &explain->header)) {
        return cli_usage_error("explain", "PACKET: no packet of port %s is like this",
                               explain->port);
    }
    name_chosen(&match, &explain->header, &explain->chosen);
    return CLI_CONFORMS;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at = strchr(digits, c | 0x20);
    return c && at ? (int)(at - digits) : -1;
}

/* Pairs of digits; blanks and colons between them do not matter. */
static int read_frame(struct explain *explain)
{
    const char *at = explain->frame_text;
    while (*at) {
        at += strspn(at, " :\n\t");
        int high = hex_digit(*at), low = high < 0 ? -1 : hex_digit(at[1]);
        if (*at && low < 0) {
            return cli_usage_error("explain", "--frame: not hexadecimal at '%.20s'", at);
        }
        if (*at) {
            base_put_u8(&explain->frame, (uint8_t)(high << 4 | low));
            at += 2;
        }
    }
    if (!frame_parse(explain->frame.data, explain->frame.n_bytes, explain->question.in.port,
                     &explain->header)) {
        return cli_usage_error("explain", "--frame: %zu bytes are no Ethernet frame",
                               explain->frame.n_bytes);
    }
    return CLI_CONFORMS;
}

static int read_question(struct explain *explain, const struct topology *topology)
{
    int status = find_port(explain, topology);
    if (status == CLI_CONFORMS && explain->packet) {
        status = read_packet(explain);
    } else if (status == CLI_CONFORMS && explain->frame_text) {
        status = read_frame(explain);
    }
    return status;
}

/* ------------------------------------------------------------------ answer */

static int report(struct explain *explain, const struct explanation *explanation)
{
    struct base_buffer out = {0};
    int status = explanation->deviates  ? CLI_DEVIATES
                 : explanation->unknown ? CLI_UNJUDGED
                                        : CLI_CONFORMS;
    if (explain->text.file) {
        report_explain_text(explanation, &out);
        status = cli_write_output("explain", &explain->text, &out) ? CLI_UNJUDGED : status;
        base_buffer_free(&out);
    }
    if (explain->json.file) {
        report_explain_json(explanation, BASE_VERSION, &out);
        status = cli_write_output("explain", &explain->json, &out) ? CLI_UNJUDGED : status;
        base_buffer_free(&out);
    }
    return status;
}

/* Of a port that the switch does not have no way is made up. What was saved
 * without ports, or without LOCAL, may have it. */
static int check_port(const struct explain *explain, const struct switch_state *state)
{
    struct port_ref in = explain->question.in;
    struct base_buffer ports = {0};
    if (state->n_ports == 0 || in.port == PORT_LOCAL || switch_state_port(state, in.port)) {
        return CLI_CONFORMS;
    }
    for (size_t i = 0; i < state->n_ports; i++) {
        base_put_text(&ports, i > 0 ? ", " : "");
        port_format(state->ports[i].number, &ports);
    }
    fprintf(stderr, "tapproof explain: %s has no port %s, but %s\n", explain->sw, explain->port,
            base_buffer_text(&ports));
    base_buffer_free(&ports);
    struct peer peer = topology_peer(explain->question.expectation->topology, in);
    return peer.kind == PEER_NONE ? CLI_USAGE : CLI_DEVIATES;
}

static int answer(struct explain *explain)
{
    struct explanation explanation;
    struct base_arena arena = {0};
    size_t budget = EXPLAIN_BUDGET, sw = explain->question.in.sw;
    const struct switch_state *state = explain->question.states[sw];
    bool all = !explain->packet && !explain->frame_text;
    int status = CLI_UNJUDGED;
    if (!state) {
        fprintf(stderr, "tapproof explain: %s: %s\n", explain->sw, explain->question.reasons[sw]);
        return CLI_UNJUDGED;
    }
    int known = check_port(explain, state);
    if (known != CLI_CONFORMS) {
        return known;
    }
    int failed = all ? explain_port(&explain->question, &budget, &arena, &explanation)
                     : explain_packet(&explain->question, &explain->header, explain->frame.data,
                                      explain->frame.n_bytes, &arena, &explanation);
    if (failed) {
        fprintf(stderr, "tapproof explain: out of memory\n");
    } else {
        explanation.chosen =
            explain->chosen.n_bytes > 0 ? base_buffer_text(&explain->chosen) : NULL;
        status = report(explain, &explanation);
    }
    base_arena_free(&arena);
    return status;
}

static int read_and_answer(struct explain *explain, struct run_source *source)
{
    struct base_error error = {0};
    if (cli_open_output("explain", &explain->json) || cli_open_output("explain", &explain->text)) {
        return CLI_USAGE;
    }
    if (run_source_read(source, explain->timeout_ms, &error) < 0) {
        fprintf(stderr, "tapproof explain: %s\n", error.text);
        return CLI_UNJUDGED;
    }
    explain->question.states = source->states.by_switch;
    explain->question.reasons = source->states.reasons;
    return answer(explain);
}

static int load_and_answer(struct explain *explain)
{
    struct expectation *expectation = NULL;
    struct run_source source = {0};
    struct yaml_diagnostics diagnostics = {0};
    int status = CLI_USAGE;
    if (yaml_load_expectation(explain->expectation, &expectation, &diagnostics) == 0 &&
        run_source_load(&source, expectation->topology, cli_lab_path(explain->lab), explain->state,
                        &diagnostics) == 0) {
        explain->question.expectation = expectation;
        status = read_question(explain, expectation->topology);
        status = status == CLI_CONFORMS ? read_and_answer(explain, &source) : status;
    } else {
        cli_print_diagnostics(&diagnostics);
    }
    yaml_diagnostics_free(&diagnostics);
    base_buffer_free(&explain->frame);
    base_buffer_free(&explain->chosen);
    run_source_close(&source);
    expectation_free(expectation);
    return status;
}

int cli_explain(int argc, char **argv)
{
    struct explain explain = {0};
    int option;
    while ((option = getopt_long(argc, argv, ":l:h", options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            return cli_option_error("explain", option, argv);
        }
        if (option == 'h') {
            cli_print_help(stdout, "explain");
            return CLI_CONFORMS;
        }
        int status = set_option(&explain, option);
        if (status != CLI_CONFORMS) {
            return status;
        }
    }
    int n = argc - optind;
    if (n < 3 || n > 4) {
        return cli_usage_error("explain", "expected EXPECTED SWITCH PORT [PACKET]");
    }
    explain.expectation = argv[optind];
    explain.sw = argv[optind + 1];
    explain.port = argv[optind + 2];
    explain.packet = n == 4 ? argv[optind + 3] : NULL;
    if (explain.packet && explain.frame_text) {
        return cli_usage_error("explain", "a PACKET or a --frame, not both");
    }
    if (explain.state && explain.lab) {
        return cli_usage_error("explain", "--state cannot go with --lab");
    }
    explain.text.path = explain.json.path && strcmp(explain.json.path, "-") == 0 ? NULL : "-";
    return load_and_answer(&explain);
}
