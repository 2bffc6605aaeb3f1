/* SPDX-License-Identifier: Apache-2.0
 *
 * Networks in which nothing is wrong, however they look. */
#include "faults/cable.h"
#include "faults/command.h"
#include "faults/packet_socket.h"
#include "faults/words.h"

#include <errno.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const struct flow_entry *entry_of(const struct faults_lab *lab, const struct spot *spot)
{
    const struct flow_table *flows = &lab->right[spot->sw].state.flows;
    return spot->entry < flows->n_entries ? &flows->entries[spot->entry] : NULL;
}

static const struct cable_end *host_end(const struct faults_lab *lab, size_t host)
{
    return &lab->cables[host].ends[1]; /* hosts' cables come first */
}

/* -------------------------------------------------------------- chatty hosts */

/* Frames that hosts send of themselves: LLDP, ARP, neighbour discovery, mDNS,
 * broadcast; none of them has a mark. */
static const struct {
    uint8_t to[6];
    uint8_t type[2];
} chatter[] = {
    {{0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e}, {0x88, 0xcc}},
    {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0x08, 0x06}},
    {{0x33, 0x33, 0xff, 0x00, 0x00, 0x01}, {0x86, 0xdd}},
    {{0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb}, {0x08, 0x00}},
    {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0x88, 0xb5}},
};

struct chatting {
    int fd;
    const uint8_t *mac;
    long gap_ns; /* between two frames */
};

static void chat(void *aux)
{
    const struct chatting *chatting = aux;
    uint8_t bytes[60] = {0};
    memcpy(bytes + 6, chatting->mac, 6);
    for (size_t i = 0;; i++) {
        size_t which = i % (sizeof chatter / sizeof *chatter);
        memcpy(bytes, chatter[which].to, 6);
        memcpy(bytes + 12, chatter[which].type, 2);
        if (send(chatting->fd, bytes, sizeof bytes, 0) < 0) {
            _exit(1);
        }
        nanosleep(&(struct timespec){.tv_nsec = chatting->gap_ns}, NULL);
    }
}

static int start_chat(struct faults_lab *lab, struct injection *injection, long gap_ns,
                      struct base_error *error)
{
    size_t host = injection->spot.host;
    const struct cable_end *end = host_end(lab, host);
    struct chatting chatting = {
        .fd = packet_socket_open(cable_netns(lab, end), end->interface, error),
        .mac = lab->topology->hosts[host].mac,
        .gap_ns = gap_ns};
    injection->helper = chatting.fd < 0 ? -1 : command_fork(chat, &chatting, error);
    close(chatting.fd);
    return injection->helper < 0 ? -1 : 0;
}

static int chatty(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return start_chat(lab, injection, 5000000, error);
}

static int storm(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return start_chat(lab, injection, 1000000, error);
}

/* ------------------------------------------------------------- other programs */

static void spin(void *aux)
{
    (void)aux;
    pid_t other = fork(); /* dies with the first one: see command_fork */
    for (volatile unsigned long i = 0; getppid() != 1 || other; i++) {
    }
}

static int busy(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    (void)lab;
    injection->helper = command_fork(spin, NULL, error);
    return injection->helper < 0 ? -1 : 0;
}

static void hold_open(void *aux)
{
    (void)aux;
    for (;;) {
        pause();
    }
}

/* Another program captures there, with a filter that takes nothing. */
static int other_capture(struct faults_lab *lab, struct injection *injection,
                         struct base_error *error)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog filter = {.len = 1, .filter = &nothing};
    const struct cable_end *end = host_end(lab, injection->spot.host);
    int fd = packet_socket_open(cable_netns(lab, end), end->interface, error);
    if (fd < 0) {
        return -1;
    }
    injection->helper =
        setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0
            ? base_fail(error, "%s: no filter can be attached: %s", end->interface, strerror(errno))
            : command_fork(hold_open, NULL, error);
    close(fd);
    return injection->helper < 0 ? -1 : 0;
}

/* ------------------------------------------------------------------- tables */

struct rewriting {
    const char *sw, *flows;
};

static void rewrite_for_ever(void *aux)
{
    const struct rewriting *rewriting = aux;
    for (;;) {
        command_run(NULL, NULL, "ovs-ofctl -O OpenFlow10 add-flows %s %s", rewriting->sw,
                    rewriting->flows);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
}

static int reinstall(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    size_t sw = injection->spot.sw;
    struct rewriting rewriting = {.sw = faults_switch(lab, sw), .flows = lab->flows[sw]};
    injection->helper = command_fork(rewrite_for_ever, &rewriting, error);
    return injection->helper < 0 ? -1 : 0;
}

static int restore(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return faults_lab_restore(lab, injection->spot.sw, error);
}

static int add_all_again(struct faults_lab *lab, struct injection *injection,
                         struct base_error *error)
{
    size_t sw = injection->spot.sw;
    const char *name = faults_switch(lab, sw);
    if (command_run(NULL, error, "ovs-ofctl -O OpenFlow10 del-flows %s", name) < 0) {
        return -1;
    }
    return command_run(NULL, error, "ovs-ofctl -O OpenFlow10 add-flows %s %s", name,
                       lab->flows[sw]);
}

/* The entries from the last to the first. */
static int reverse_order(struct faults_lab *lab, struct injection *injection,
                         struct base_error *error)
{
    size_t sw = injection->spot.sw;
    const char *name = faults_switch(lab, sw);
    if (command_run(NULL, error, "ovs-ofctl -O OpenFlow10 del-flows %s", name) < 0) {
        return -1;
    }
    struct spot each = injection->spot;
    int status = 0;
    for (each.entry = lab->right[sw].state.flows.n_entries; status == 0 && each.entry-- > 0;) {
        struct base_buffer flow = {0};
        words_fill(lab, &each, "priority=$P,$M,actions=$A", &flow);
        status = command_run(NULL, error, "ovs-ofctl -O OpenFlow10 add-flow %s %s", name,
                             base_buffer_text(&flow));
        base_buffer_free(&flow);
    }
    return status;
}

static bool is_plain(const struct faults_lab *lab, const struct spot *spot)
{
    const struct flow_entry *entry = entry_of(lab, spot);
    struct match match = match_in_port(spot->port);
    return entry && entry->priority < UINT16_MAX && match_equal(&entry->match, &match);
}

static bool has_entry(const struct faults_lab *lab, const struct spot *spot)
{
    return entry_of(lab, spot) != NULL;
}

static int add_flow(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    struct base_buffer flow = {0};
    words_fill(lab, &injection->spot, injection->fault->argument, &flow);
    int status = command_run(NULL, error, "ovs-ofctl -O OpenFlow10 add-flow %s %s",
                             faults_switch(lab, injection->spot.sw), base_buffer_text(&flow));
    base_buffer_free(&flow);
    return status;
}

static int nothing_at_all(struct faults_lab *lab, struct injection *injection,
                          struct base_error *error)
{
    (void)lab;
    (void)injection;
    (void)error;
    return 0;
}

#define RIGHT(title, words, make)                                                                  \
    {                                                                                              \
        .name = (title), .text = (words), .outcome = OUTCOME_SILENT, .inject = (make)              \
    }
#define RIGHT_TABLE(title, words, where_it_fits, make, flow)                                       \
    {                                                                                              \
        .name = (title), .text = (words), .outcome = OUTCOME_SILENT, .fits = (where_it_fits),      \
        .inject = (make), .undo = restore, .argument = (flow)                                      \
    }

static const struct fault faults[] = {
    RIGHT("nothing", "nothing was done", nothing_at_all),
    RIGHT("chatty-host", "a host sends LLDP, ARP, ND, mDNS and broadcasts", chatty),
    RIGHT("storm", "a host sends a thousand such frames a second", storm),
    RIGHT("busy", "both cores are busy", busy),
    RIGHT("other-capture", "another program captures, with a filter", other_capture),
    RIGHT_TABLE("reinstalled", "entries are installed again during the check", has_entry, reinstall,
                NULL),
    RIGHT_TABLE("counters-reset", "counters were reset", has_entry, add_all_again, NULL),
    RIGHT_TABLE("other-order", "entries in another order", has_entry, reverse_order, NULL),
    RIGHT_TABLE("split-entry", "one entry more, which does the same for UDP", is_plain, add_flow,
                "priority=$+,udp,$M,actions=$A"),
    RIGHT_TABLE("other-priority", "the same entry with a higher priority too", is_plain, add_flow,
                "priority=$+,$M,actions=$A"),
    RIGHT_TABLE("explicit-drop", "what no entry takes is dropped by one", has_entry, add_flow,
                "priority=0,actions=drop"),
};

const struct fault_group faults_nothing = FAULT_GROUP("nothing wrong", faults);
