/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof explain: what becomes of a packet, or of all packets of a port? */
#include "explain/explain.h"
#include "base/version.h"
#include "channel/channel.h"
#include "cli/cli.h"
#include "frame/parse.h"
#include "ofctl/match.h"
#include "report/explain.h"
#include "space/cube.h"

#include <string.h>

static const char wants[] = "expected EXPECTED PLACE [PACKET | --frame HEX], PLACE: "
                            "SWITCH:PORT, SWITCH PORT or a host";

struct explain {
    struct cli_job job;
    const char *sw, *port, *packet; /* as they are said; packet: NULL for none */
    const char *frame_text;
    struct explain_question question;
    const struct topology_host *host; /* NULL: the place is a port */
    struct header header;             /* of the packet */
    struct base_buffer chosen;        /* fields that PACKET leaves open */
    struct base_buffer frame;
    struct base_arena arena;
};

static const struct base_option options[] = {
    {"frame", 0, "HEX", base_option_text, offsetof(struct explain, frame_text),
     .help = "a whole frame in place of PACKET; outputs are then shown as frames too, byte for "
             "byte"},
    CLI_OPTION_LAB,
    CLI_OPTION_STATE,
    CLI_OPTION_JSON,
    CLI_OPTION_TIMEOUT,
    CLI_OPTION_MEMORY,
    {0},
};

/* ---------------------------------------------------------------- question */

/* Behind the place, which is one operand or two, comes the packet. */
static int split_operands(struct explain *explain, const struct topology *topology)
{
    const char **operands = explain->job.operands + 1, *place = operands[0];
    size_t host = topology_find_host(topology, place);
    if (host != HOST_NONE) {
        explain->host = &topology->hosts[host];
        place = topology_port_name(topology, topology->hosts[host].port, &explain->arena);
    }
    const char *colon = place ? strrchr(place, ':') : NULL;
    size_t n = colon ? 1 : 2;
    if (!colon && !operands[1] && topology_find_switch(topology, place) == SWITCH_NONE) {
        return cli_usage_error(&explain->job, "%s has no host '%s'", topology->file, place);
    }
    explain->sw =
        colon ? base_arena_format(&explain->arena, "%.*s", (int)(colon - place), place) : place;
    if (!explain->sw) {
        return cli_complain(&explain->job, CLI_UNJUDGED, "out of memory");
    }
    if (!operands[n - 1] || (operands[n] && operands[n + 1])) {
        return cli_usage_error(&explain->job, "%s", wants);
    }
    explain->port = colon ? colon + 1 : operands[1];
    explain->packet = operands[n];
    return explain->packet && explain->frame_text
               ? cli_usage_error(&explain->job, "a PACKET or a --frame, not both")
               : CLI_CONFORMS;
}

static int find_port(struct explain *explain, const struct topology *topology)
{
    struct port_ref *in = &explain->question.in;
    in->sw = topology_find_switch(topology, explain->sw);
    if (in->sw == SWITCH_NONE) {
        return cli_usage_error(&explain->job, "%s has no switch '%s'", topology->file, explain->sw);
    }
    if (!port_parse(explain->port, &in->port) || in->port == 0 ||
        (in->port > PORT_MAX && in->port != PORT_LOCAL)) {
        return cli_usage_error(&explain->job, "'%s' is not a port", explain->port);
    }
    return CLI_CONFORMS;
}

/* The fields of the packet of which `match` leaves something open. */
static void name_chosen(const struct match *match, const struct header *header,
                        struct base_buffer *out)
{
    struct match packet = match_exactly(header);
    struct header chosen = header_without(&packet.mask, &match->mask);
    for (size_t i = 0; i < N_HEADER_PARTS; i++) {
        struct header open = header_and(&chosen, &header_parts[i].bits);
        if (!header_is_zero(&open)) {
            base_put_format(out, "%s%s", out->n_bytes > 0 ? ", " : "", header_parts[i].name);
        }
    }
}

static void add_if_possible(const struct match *own, struct match *match)
{
    struct match both;
    if (match_intersect(match, own, &both)) {
        *match = both;
    }
}

/* What the packet leaves open of its source is as the host has it. */
static void add_source(const struct topology_host *host, struct match *match)
{
    bool is_known = match->mask.dl_type == UINT16_MAX;
    uint16_t type = match->value.dl_type;
    struct match mac = {0}, ip = *match, ipv6 = *match;
    memset(mac.mask.dl_src, 0xff, sizeof mac.mask.dl_src);
    memcpy(mac.value.dl_src, host->mac, sizeof host->mac);
    add_if_possible(&mac, match);
    ip.mask.nw_src = UINT32_MAX;
    ip.value.nw_src = host->ip;
    memset(ipv6.mask.ipv6_src, 0xff, sizeof ipv6.mask.ipv6_src);
    memcpy(ipv6.value.ipv6_src, host->ipv6, sizeof host->ipv6);
    if (is_known && host->has_ip && (type == DL_TYPE_IP || type == DL_TYPE_ARP)) {
        add_if_possible(&ip, match);
    } else if (is_known && host->has_ipv6 && type == DL_TYPE_IPV6) {
        add_if_possible(&ipv6, match);
    }
}

/* The packet need not say everything: the rest is chosen. */
static int read_packet(struct explain *explain)
{
    struct match match, in_port = match_in_port(explain->question.in.port);
    struct base_error error;
    size_t column;
    const char *packet = explain->packet;
    if (ofctl_parse_match(packet, &match, &column, &error) < 0) {
        bool is_frame = packet[strspn(packet, "0123456789abcdefABCDEF :\n\t")] == 0;
        return cli_usage_error(&explain->job, "PACKET: %s (at '%s')%s", error.text, packet + column,
                               is_frame ? "; a frame is given by --frame" : "");
    }
    if (explain->host) {
        add_source(explain->host, &match);
    }
    if (!match_intersect(&match, &in_port, &match) || !space_member(&match, &explain->header)) {
        return cli_usage_error(&explain->job, "PACKET: no packet of port %s is like this",
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
            return cli_usage_error(&explain->job, "--frame: not hexadecimal at '%.20s'", at);
        }
        if (*at) {
            base_put_u8(&explain->frame, (uint8_t)(high << 4 | low));
            at += 2;
        }
    }
    if (!frame_parse(explain->frame.data, explain->frame.n_bytes, explain->question.in.port,
                     &explain->header)) {
        return cli_usage_error(&explain->job, "--frame: %zu bytes are no Ethernet frame",
                               explain->frame.n_bytes);
    }
    return CLI_CONFORMS;
}

static int read_question(struct explain *explain, const struct topology *topology)
{
    int status = split_operands(explain, topology);
    status = status == CLI_CONFORMS ? find_port(explain, topology) : status;
    if (status == CLI_CONFORMS && explain->packet) {
        status = read_packet(explain);
    } else if (status == CLI_CONFORMS && explain->frame_text) {
        status = read_frame(explain);
    }
    return status;
}

/* ------------------------------------------------------------------ answer */

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
    cli_complain(&explain->job, CLI_USAGE, "%s has no port %s, but %s", explain->sw, explain->port,
                 base_buffer_text(&ports));
    base_buffer_free(&ports);
    struct peer peer = topology_peer(explain->question.expectation->topology, in);
    return peer.kind == PEER_NONE ? CLI_USAGE : CLI_DEVIATES;
}

static int write_reports(struct cli_job *job, const struct explanation *explanation)
{
    int status = explanation->deviates  ? CLI_DEVIATES
                 : explanation->unknown ? CLI_UNJUDGED
                                        : CLI_CONFORMS;
    struct base_buffer text = {0}, json = {0};
    if (job->text.is_open) {
        report_explain_text(explanation, &text);
    }
    if (job->json.is_open) {
        report_explain_json(explanation, BASE_VERSION, &json);
    }
    return cli_write_reports(job, status, &text, &json);
}

static int answer(struct explain *explain)
{
    struct explanation explanation;
    struct base_arena arena = {0};
    size_t budget = EXPLAIN_BUDGET;
    bool all = !explain->packet && !explain->frame_text;
    int failed = all ? explain_port(&explain->question, &budget, &arena, &explanation)
                     : explain_packet(&explain->question, &explain->header, explain->frame.data,
                                      explain->frame.n_bytes, &arena, &explanation);
    explanation.chosen = explain->chosen.n_bytes > 0 ? base_buffer_text(&explain->chosen) : NULL;
    int status = failed ? cli_complain(&explain->job, CLI_UNJUDGED, "out of memory")
                        : write_reports(&explain->job, &explanation);
    base_arena_free(&arena);
    return status;
}

static int read_and_answer(struct explain *explain)
{
    struct cli_job *job = &explain->job;
    const struct run_states *states = &job->source.states;
    size_t sw = explain->question.in.sw;
    int status = cli_open_and_read(job, CHANNEL_FLOWS);
    if (status != CLI_CONFORMS) {
        return status;
    }
    if (run_states_distrust_others(&job->source.states, job->topology, &explain->arena) < 0) {
        return cli_complain(job, CLI_UNJUDGED, "out of memory");
    }
    explain->question.states = states->by_switch;
    explain->question.reasons = states->reasons;
    if (!states->by_switch[sw]) {
        return cli_complain(job, CLI_UNJUDGED, "%s: %s", explain->sw, states->reasons[sw]);
    }
    status = check_port(explain, states->by_switch[sw]);
    return status == CLI_CONFORMS ? answer(explain) : status;
}

static int run(struct cli_job *job)
{
    struct explain *explain = (struct explain *)job;
    explain->question.expectation = job->expectation;
    int status = read_question(explain, job->topology);
    status = status == CLI_CONFORMS ? read_and_answer(explain) : status;
    base_buffer_free(&explain->frame);
    base_buffer_free(&explain->chosen);
    base_arena_free(&explain->arena);
    return status;
}

const struct cli_command cli_explain = {
    .name = "explain",
    .arguments = "EXPECTED PLACE [PACKET | --frame HEX]",
    .summary = "which entry takes a packet, and where it goes, hop by hop",
    .before =
        "PLACE is where it enters: SWITCH:PORT, SWITCH PORT, or a host (its port).\n"
        "PACKET is a match of ovs-ofctl (\"tcp,nw_dst=10.0.0.2,tp_dst=80\"); what it does not say\n"
        "is chosen, and reported (of a host's packet the source addresses are the host's);\n"
        "--frame gives all of it. Without either: every entry of the port, and which packets\n"
        "reach it.\n",
    .options = options,
    .after = "Exit status: 0 explained, and the expectation says the same; 1 it says something\n"
             "else; 2 usage or input error; 3 not everything on the packet's way is known.\n",
    .reads = CLI_READS_EXPECTATION,
    .min_operands = 2,
    .max_operands = 4,
    .wants = wants,
    .n_bytes = sizeof(struct explain),
    .run = run,
};
