/* SPDX-License-Identifier: Apache-2.0
 *
 * What does the kernel of this machine say of frames that it threw away, and of how long we waited
 * for a processor? Neither is the network's doing. */
#include "station/machine.h"

#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The number-th of the numbers of base 16 or 10 in the line. 0: there is none. */
static uint64_t read_number(const char *line, unsigned number, int base)
{
    uint64_t value = 0;
    char *end;
    for (unsigned i = 0; i <= number; i++, line = end) {
        value = strtoull(line, &end, base);
        if (end == line) {
            return 0;
        }
    }
    return value;
}

uint64_t station_machine_column(const char *path, unsigned column, int base)
{
    char line[512];
    uint64_t sum = 0;
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        sum += read_number(line, column, base);
    }
    if (file) {
        fclose(file);
    }
    return sum;
}

int station_machine_open(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
}

/* Adds one socket: linux/packet_diag.h. */
static void add_socket(const struct nlmsghdr *message, struct station_machine *machine)
{
    const struct packet_diag_msg *body = NLMSG_DATA(message);
    uint32_t values[SK_MEMINFO_VARS];
    if (message->nlmsg_len < NLMSG_LENGTH(sizeof *body) || machine->n_sockets == STATION_SOCKETS) {
        return;
    }
    size_t left = message->nlmsg_len - NLMSG_LENGTH(sizeof *body);
    const struct rtattr *attribute = (const void *)((const char *)body + NLMSG_ALIGN(sizeof *body));
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        if (attribute->rta_type == PACKET_DIAG_MEMINFO &&
            RTA_PAYLOAD(attribute) > SK_MEMINFO_DROPS * sizeof *values) {
            memcpy(values, RTA_DATA(attribute), (SK_MEMINFO_DROPS + 1) * sizeof *values);
            machine->sockets[machine->n_sockets++] = (struct station_socket){
                .inode = body->pdiag_ino,
                .n_drops = values[SK_MEMINFO_DROPS],
                .is_full = values[SK_MEMINFO_RMEM_ALLOC] >= values[SK_MEMINFO_RCVBUF]};
            return;
        }
    }
}

/* All sockets of packet(7) in the namespace of `fd`. The answer to a request is there when
 * sendto(2) returns, or as soon as what is there is read. */
static void read_sockets(int fd, struct station_machine *machine)
{
    struct {
        struct nlmsghdr head;
        struct packet_diag_req body;
    } request = {.head = {.nlmsg_len = sizeof request,
                          .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                          .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                 .body = {.sdiag_family = AF_PACKET, .pdiag_show = PACKET_SHOW_MEMINFO}};
    _Alignas(struct nlmsghdr) char answer[16384];
    if (send(fd, &request, sizeof request, 0) < 0) {
        return;
    }
    for (ssize_t n; (n = recv(fd, answer, sizeof answer, 0)) > 0;) {
        size_t left = (size_t)n;
        for (const struct nlmsghdr *message = (const void *)answer; NLMSG_OK(message, left);
             message = NLMSG_NEXT(message, left)) {
            if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY) {
                return; /* NLMSG_DONE, NLMSG_ERROR */
            }
            add_socket(message, machine);
        }
    }
}

/* What the socket did between the readings; nothing is known of one that was not in the first. */
static uint32_t drops_since(const struct station_machine *before, const struct station_socket *now)
{
    size_t i = 0;
    while (i < before->n_sockets && before->sockets[i].inode != now->inode) {
        i++;
    }
    return i < before->n_sockets && !now->is_full ? now->n_drops - before->sockets[i].n_drops : 0;
}

uint64_t station_machine_lost(const struct station_machine *before,
                              const struct station_machine *after)
{
    uint64_t n_lost = after->n_lost - before->n_lost;
    for (size_t i = 0; i < after->n_sockets; i++) {
        n_lost += drops_since(before, &after->sockets[i]);
    }
    return n_lost;
}

uint64_t station_machine_stalled(const char *path)
{
    static const char some[] = "some ", total[] = "total=";
    char line[256];
    FILE *file = fopen(path, "re");
    const char *at = file && fgets(line, sizeof line, file) ? strstr(line, total) : NULL;
    uint64_t stalled_us = at && strncmp(line, some, sizeof some - 1) == 0
                              ? strtoull(at + sizeof total - 1, NULL, 10)
                              : 0;
    if (file) {
        fclose(file);
    }
    return stalled_us * 1000;
}

struct station_machine station_machine_read(int fd)
{
    enum { DROPPED = 1, WAITED = 1 };
    struct station_machine machine = {
        .n_lost = station_machine_column("/proc/net/softnet_stat", DROPPED, 16),
        .waited_ns = station_machine_column("/proc/thread-self/schedstat", WAITED, 10),
        .stalled_ns = station_machine_stalled("/proc/pressure/cpu")};
    if (fd >= 0) {
        read_sockets(fd, &machine);
    }
    return machine;
}
