/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: what faults do to a lab, written down instead of done. A program that includes this
 * has these functions in place of those of command.c, relay.c, packet_socket.c and of `channel`. */
#ifndef FAULTS_FAKE_LAB_TESTING_H
#define FAULTS_FAKE_LAB_TESTING_H

#include "faults/command.h"
#include "faults/packet_socket.h"
#include "faults/relay.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "testing/cmocka.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FAKE_HELPER = 4242 }; /* the child of everything that is forked */

static struct {
    struct base_buffer done; /* a line each */
    size_t n_steps, refused; /* those that may not fail; the one that does, from 1 on */
    int told;                /* there each command is written, too; -1: nowhere */
    bool no_link;            /* `ip link set X down` was the last thing that happened to a cable */
    bool forks;              /* what is forked is a child, and nothing else is */
    unsigned n_wrong;        /* so many times the switches are read as if they had no ports */
    int wire, before; /* the other ends of the sockets that were opened last, and before it */
    size_t silent;    /* the switch that cannot be read; none */
    /* What a program says, and its exit status. NULL: nothing, and 0. */
    int (*answer)(const char *command, struct base_buffer *out);
} fake;

/* Files of the lab are in a directory of the test's own. */
static char fake_directory[32], fake_expected[64];

/* Whether this step is the one that fails. */
static bool fake_refuses(const struct base_error *error)
{
    return error && ++fake.n_steps == fake.refused;
}

static int fake_do(struct base_buffer *out, struct base_error *error, const char *format,
                   va_list args)
{
    char command[4096];
    assert_in_range(vsnprintf(command, sizeof command, format, args), 1, sizeof command - 1);
    const char *here = strstr(command, fake_directory); /* which has another name each time */
    base_put_format(&fake.done, "%.*s%s%s\n", here ? (int)(here - command) : 4096, command,
                    here ? "DIR" : "", here ? here + strlen(fake_directory) : "");
    if (fake.told >= 0) {
        dprintf(fake.told, "%s\n", command);
    }
    if (fake_refuses(error)) {
        return base_fail(error, "refused");
    }
    if (strncmp(command, "ip ", 3) == 0 || strstr(command, " ip ")) {
        fake.no_link = strstr(command, " down");
    }
    struct base_buffer nowhere = {0};
    int status = fake.answer ? fake.answer(command, out ? out : &nowhere) : 0;
    base_buffer_free(&nowhere);
    return status;
}

int command_run(struct base_buffer *out, struct base_error *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int status = fake_do(out, error, format, args);
    va_end(args);
    return status;
}

int command_status(struct base_buffer *out, int *status, struct base_error *error,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *status = fake_do(out, error, format, args);
    va_end(args);
    return *status < 0 ? -1 : 0;
}

pid_t command_fork(void (*body)(void *aux), void *aux, struct base_error *error)
{
    base_put_text(&fake.done, "fork\n");
    if (fake_refuses(error)) {
        return base_fail(error, "refused");
    }
    pid_t pid = fake.forks ? fork() : FAKE_HELPER;
    if (pid == 0) {
        body(aux);
    }
    return pid;
}

void command_end(pid_t pid)
{
    if (pid > 0) {
        base_put_format(&fake.done, "end %d\n", (int)pid);
    }
}

pid_t relay_start(const struct relay *relay, struct base_error *error)
{
    base_put_format(&fake.done, "relay %d at %u of", (int)relay->fault, relay->bad_end);
    for (size_t i = 0; i < relay->n_interfaces; i++) {
        base_put_format(&fake.done, " %s", relay->interfaces[i]);
    }
    base_put_format(&fake.done, ": kind %d, eats %d, limit %zu, dice %llu\n", (int)relay->kind,
                    (int)relay->eaten, relay->limit, (unsigned long long)relay->dice);
    fake.no_link = false;
    return fake_refuses(error) ? base_fail(error, "refused") : FAKE_HELPER;
}

int packet_socket_open(const char *netns, const char *interface, struct base_error *error)
{
    base_put_format(&fake.done, "listen at %s in %s\n", interface ? interface : "all",
                    netns ? netns : "here");
    int ends[2];
    if (fake_refuses(error)) {
        return base_fail(error, "refused");
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    close(fake.before);
    fake.before = fake.wire;
    fake.wire = ends[1];
    return ends[0];
}

/* A frame comes in at an interface, or is sent by it: what listens to all of them sees it. */
static inline void fake_frame(const char *interface, bool sent, const uint8_t *bytes,
                              size_t n_bytes)
{
    struct sockaddr_ll from = {.sll_ifindex = (int)if_nametoindex(interface),
                               .sll_pkttype = sent ? PACKET_OUTGOING : PACKET_HOST};
    struct iovec parts[] = {{&from, sizeof from}, {(void *)(uintptr_t)bytes, n_bytes}};
    assert_int_equal(writev(fake.wire, parts, 2), sizeof from + n_bytes);
}

ssize_t packet_socket_receive(int fd, uint8_t *bytes, size_t max, struct sockaddr_ll *from)
{
    struct sockaddr_ll whoever;
    struct iovec parts[] = {{from ? from : &whoever, sizeof *from}, {bytes, max}};
    ssize_t n = readv(fd, parts, 2);
    return n < 0 ? n : n - (ssize_t)sizeof *from;
}

/* "s2-eth5": 25; 0: there is none of that name. */
unsigned if_nametoindex(const char *name)
{
    unsigned sw, port;
    return sscanf(name, "s%u-eth%u", &sw, &port) == 2 ? sw * 10 + port : 0;
}

int in_namespace(const char *netns, int (*function)(void *aux, struct base_error *error), void *aux,
                 struct base_error *error)
{
    base_put_format(&fake.done, "look at %s in %s\n", (const char *)aux, netns ? netns : "here");
    function(aux, error);
    return 0;
}

int channel_open(const struct channel_target *targets, size_t n_targets,
                 const struct channel_options *options, struct channel **channel,
                 struct base_error *error)
{
    (void)options;
    for (size_t i = 0; i < n_targets; i++) {
        base_put_format(&fake.done, "open %s at %s\n", targets[i].name, targets[i].endpoint);
    }
    *channel = NULL;
    return fake_refuses(error) ? base_fail(error, "refused") : 0;
}

void channel_close(struct channel *channel)
{
    (void)channel;
}

/* h1 and h2 are joined to each other. s1 and s2 speak OpenFlow 1.0, s3 1.3. Between s1 and s2 there
 * are three cables, of which s2 treats two alike and drops what comes by the last; no port 9 has
 * one. */
enum { FAKE_SWITCHES = 3, FAKE_PORTS = 7 };
static const char FAKE_TOPOLOGY[] =
    "name: net\n"
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}}\n"
    "hosts:\n"
    "  h1: {mac: \"02:00:00:00:00:01\", ip: 10.0.0.1, port: \"s1:1\"}\n"
    "  h2: {mac: \"02:00:00:00:00:02\", ip: 10.0.0.2, port: \"s1:2\"}\n"
    "  h3: {mac: \"02:00:00:00:00:03\", ip: 10.0.0.3, port: \"s2:1\"}\n"
    "  h4: {mac: \"02:00:00:00:00:04\", port: \"s2:2\"}\n"
    "  h5: {mac: \"02:00:00:00:00:05\", ip: 10.0.0.5, port: \"s3:1\"}\n"
    "links: [[\"s1:3\", \"s2:3\"], [\"s1:4\", \"s2:4\"], [\"s2:5\", \"s3:5\"], [\"s1:6\", "
    "\"s2:6\"]]\n";
static const char FAKE_EXPECTED[] = "topology: topology.yaml\n"
                                    "traffic:\n"
                                    "  - {from: h1, delivered: [h2]}\n"
                                    "  - {from: h2, delivered: [h1]}\n"
                                    "  - {from: h3, delivered: [h4, h5]}\n";
static const char FAKE_LAB[] = "switches:\n"
                               "  s1: {openflow: \"unix:/s1\"}\n"
                               "  s2: {openflow: \"unix:/s2\"}\n"
                               "  s3: {openflow: \"unix:/s3\"}\n"
                               "hosts:\n"
                               "  h1: {netns: /proc/11/ns/net, interface: h1-eth0}\n"
                               "  h2: {netns: /proc/12/ns/net, interface: h2-eth0}\n"
                               "  h3: {netns: /proc/13/ns/net, interface: h3-eth0}\n"
                               "  h4: {netns: /proc/14/ns/net, interface: h4-eth0}\n"
                               "  h5: {netns: /proc/15/ns/net, interface: h5-eth0}\n";
static const uint16_t FAKE_NUMBERS[FAKE_PORTS] = {1, 2, 3, 4, 5, 6, 9};
static const char *const FAKE_FLOWS[FAKE_SWITCHES][12] = {
    {"priority=100,in_port=1 actions=output:2,output:3", "priority=100,in_port=2 actions=output:1",
     "priority=200,tcp,in_port=2,tp_dst=80 actions=output:1,strip_vlan,output:4",
     "priority=100,in_port=9 actions=output:1"},
    {"priority=100,in_port=1 actions=output:2,output:5", "priority=90,in_port=3 actions=output:2",
     "priority=90,in_port=4 actions=output:2", "priority=100,in_port=5 actions=drop"},
    {"table=0,in_port=1 actions=output:5,goto_table:1",
     "table=0,in_port=5,dl_vlan=101 actions=pop_vlan,goto_table:1",
     "table=1,priority=20,arp,vlan_tci=0x0000/0x1fff actions=write_metadata:0x2/0xff,goto_table:2",
     "table=1,priority=10,tcp,tp_dst=80 "
     "actions=write_actions(push_vlan:0x8100,set_field:4298->vlan_vid,output:5)",
     "table=1,priority=0 actions=group:1",
     "table=2,priority=10,metadata=0x2/0xff "
     "actions=meter:1,push_vlan:0x8100,set_field:4197->vlan_vid,output:5"},
};

static void fake_state(size_t sw, struct switch_state *state)
{
    static const struct band band = {.type = BAND_DROP, .rate = 5, .burst_size = 6};
    *state = (struct switch_state){.datapath_id = sw + 1, .version = sw == 2 ? 4 : 1};
    state->ports = calloc(FAKE_PORTS, sizeof *state->ports);
    assert_non_null(state->ports);
    for (; fake.n_wrong == 0 && state->n_ports < FAKE_PORTS; state->n_ports++) {
        struct port *port = &state->ports[state->n_ports];
        port->number = FAKE_NUMBERS[state->n_ports];
        port->state = fake.no_link ? PORT_STATE_LINK_DOWN : 0;
        snprintf(port->name, sizeof port->name, "s%zu-eth%u", sw + 1, port->number);
    }
    for (size_t i = 0; FAKE_FLOWS[sw][i]; i++) {
        assert_int_equal(ofctl_parse_reported_flow(FAKE_FLOWS[sw][i], &state->flows, NULL, NULL),
                         0);
    }
    if (sw == 2) {
        assert_int_equal(
            ofctl_parse_group("group_id=1,type=ff,bucket=watch_port:1,actions=output:1,"
                              "bucket=watch_port:5,actions=output:5",
                              &state->groups, NULL, NULL),
            0);
        assert_int_equal(ofctl_parse_group("group_id=2,type=all,bucket=actions=output:1,"
                                           "bucket=actions=output:5",
                                           &state->groups, NULL, NULL),
                         0);
        *group_table_add_meter(&state->groups) = (struct meter){
            .id = 1, .flags = METER_KBPS | METER_BURST, .n_bands = 1, .bands = &band};
    }
}

int channel_dump(struct channel *channel, unsigned what, struct channel_dump *dumps,
                 struct base_error *error)
{
    (void)channel;
    assert_int_equal(what, CHANNEL_FLOWS | CHANNEL_PORTS);
    base_put_text(&fake.done, "read\n");
    if (fake_refuses(error)) {
        return base_fail(error, "refused");
    }
    for (size_t i = 0; i < FAKE_SWITCHES; i++) {
        dumps[i] = (struct channel_dump){.ok = i != fake.silent, .reason = "s2 is silent"};
        fake_state(i, &dumps[i].state);
    }
    fake.n_wrong -= fake.n_wrong > 0;
    return 0;
}

/* Nothing was done yet; what is read, and said, stays. */
static inline void fake_begin(size_t refused)
{
    base_buffer_free(&fake.done);
    fake.n_steps = 0;
    fake.refused = refused;
    fake.no_link = false;
}

static void fake_write(const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", fake_directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* What it was when it was written, for a group of tests. */
static int fake_set_up(void **state)
{
    (void)state;
    strcpy(fake_directory, "/tmp/faults-XXXXXX");
    assert_non_null(mkdtemp(fake_directory));
    fake_write("topology.yaml", FAKE_TOPOLOGY);
    fake_write("expected.yaml", FAKE_EXPECTED);
    fake_write("lab.yaml", FAKE_LAB);
    char lab[64];
    snprintf(lab, sizeof lab, "%s/lab.yaml", fake_directory);
    snprintf(fake_expected, sizeof fake_expected, "%s/expected.yaml", fake_directory);
    setenv("TAPPROOF_LAB", lab, 1);
    unsetenv("TAPPROOF");
    fake.silent = SIZE_MAX;
    fake.wire = fake.before = fake.told = -1;
    return 0;
}

static int fake_tear_down(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", fake_directory);
    base_buffer_free(&fake.done);
    return system(command);
}

#endif
