/* SPDX-License-Identifier: Apache-2.0
 *
 * What do the tables of one switch do with these packets? The answers of `path`, line by line, for
 * suites/live/trace.py, which compares them with those of a real switch. It reads
 *
 *   begin                  a switch without ports, groups and flows
 *   port N [down]
 *   group GROUP            in the syntax of ovs-ofctl
 *   flow FLOW
 *   packet PORT FRAME      that enters there, in hexadecimal digits
 *
 * and writes for each packet `open WHY`, or `sent` and, each behind a tab, the port and the header
 * of all that leaves. Exit status 2, and the line, where something cannot be read. */
#include "frame/parse.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/match.h"
#include "path/step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORTS = 16, LINE = 4096, FRAME = 256 };

static struct topology_switch sw = {.name = "s", .dpid = 1};
static const struct topology topology = {.switches = &sw, .n_switches = 1};

struct question {
    struct switch_state state;
    struct port ports[PORTS];
    struct path_network network;
    bool is_open; /* the network, of the state as it is */
};

static void forget(struct question *question)
{
    question->state.ports = NULL; /* these are not on the heap */
    switch_state_free(&question->state);
    question->state = (struct switch_state){.version = 4, .ports = question->ports};
}

static void answer(struct question *question, const struct header *header)
{
    static struct space_emission out[PATH_OUTPUTS];
    struct path_step step;
    path_step(&question->network, 0, header, out, &step);
    if (step.open) {
        printf("open %s\n", step.open);
        return;
    }
    printf("sent");
    for (size_t i = 0; i < step.n_sent; i++) {
        struct base_buffer text = {0};
        base_put_u8(&text, '\t');
        port_format(out[i].port, &text);
        base_put_u8(&text, ' ');
        ofctl_format_header(&out[i].header, &text);
        printf("%s", base_buffer_text(&text));
        base_buffer_free(&text);
    }
    printf("\n");
}

static size_t read_hex(const char *text, uint8_t *bytes)
{
    size_t n = 0;
    for (unsigned byte; n < FRAME && sscanf(text + 2 * n, "%2x", &byte) == 1; n++) {
        bytes[n] = (uint8_t)byte;
    }
    return n;
}

static int read_packet(struct question *question, char *text, struct base_error *error)
{
    const struct switch_state *states[] = {&question->state};
    uint16_t in_port = (uint16_t)strtoul(text, &text, 10);
    uint8_t frame[FRAME];
    struct header header;
    if (!question->is_open &&
        path_network_open_dumps(&question->network, &topology, states, NULL) < 0) {
        return base_fail(error, "out of memory");
    }
    question->is_open = true;
    text += strspn(text, " ");
    if (!frame_parse(frame, read_hex(text, frame), in_port, &header)) {
        return base_fail(error, "no Ethernet frame");
    }
    answer(question, &header);
    return 0;
}

static int read_port(struct question *question, const char *text, struct base_error *error)
{
    if (question->state.n_ports == PORTS) {
        return base_fail(error, "too many ports");
    }
    question->ports[question->state.n_ports++] =
        (struct port){.number = (uint16_t)strtoul(text, NULL, 10),
                      .state = strstr(text, "down") ? PORT_STATE_LINK_DOWN : PORT_STATE_LIVE};
    return 0;
}

static int read_line(struct question *question, char *line, struct base_error *error)
{
    char *rest = strchr(line, ' ');
    rest = rest ? rest + 1 : line + strlen(line);
    if (strncmp(line, "packet ", 7) == 0) {
        return read_packet(question, rest, error);
    }
    if (question->is_open) {
        path_network_close(&question->network);
        question->is_open = false;
    }
    if (strcmp(line, "begin") == 0) {
        forget(question);
        return 0;
    }
    return strncmp(line, "port ", 5) == 0 ? read_port(question, rest, error)
           : strncmp(line, "group ", 6) == 0
               ? ofctl_parse_group(rest, &question->state.groups, NULL, error)
           : strncmp(line, "flow ", 5) == 0
               ? ofctl_parse_flow(rest, &question->state.flows, NULL, NULL, error)
               : base_fail(error, "not a word of these");
}

int main(void)
{
    static struct question question;
    static char line[LINE];
    struct base_error error = {0};
    int status = 0;
    while (status == 0 && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        status = read_line(&question, line, &error) < 0 ? 2 : 0;
        fflush(stdout);
    }
    if (status) {
        fprintf(stderr, "answers: %s: %s\n", error.text, line);
    }
    path_network_close(&question.network);
    forget(&question);
    return status;
}
