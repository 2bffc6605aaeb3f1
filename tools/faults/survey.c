/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames pass which interface while all is right: all are listened to during one check. */
#include "faults/survey.h"

#include "faults/command.h"
#include "faults/packet_socket.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char *const frame_kind_names[N_FRAMES] = {
    [FRAMES_OWN] = "0x88b5", [FRAMES_ARP] = "arp",   [FRAMES_UDP] = "udp",
    [FRAMES_TCP] = "tcp",    [FRAMES_ICMP] = "icmp", [FRAMES_VLAN] = "vlan",
};

enum { MARK = 8, NUMBER_AT = 16, NUMBERS_MAX = 1 << 20 };

/* One frame at one end, by the number that stands in its mark (frame/mark.h). */
struct sighting {
    struct cable_end *end;
    enum frame_kind kind;
    uint32_t number;
};

struct listening {
    struct faults_lab *lab;
    int fd;
    atomic_bool over;
    struct sighting *sightings;
    size_t n_sightings, capacity;
};

static void *listen_all(void *aux);
static void count_all(const struct listening *listening);

enum frame_kind frame_kind_of(const uint8_t *bytes, size_t n_bytes)
{
    enum { TYPE = 12, PROTO = 23 };
    if (n_bytes < PROTO + 1) {
        return N_FRAMES;
    }
    switch (bytes[TYPE] << 8 | bytes[TYPE + 1]) {
    case 0x8100:
        return FRAMES_VLAN;
    case 0x88b5:
        return FRAMES_OWN;
    case 0x0806:
        return FRAMES_ARP;
    case 0x0800:
        return bytes[PROTO] == 17  ? FRAMES_UDP
               : bytes[PROTO] == 6 ? FRAMES_TCP
               : bytes[PROTO] == 1 ? FRAMES_ICMP
                                   : N_FRAMES;
    default:
        return N_FRAMES;
    }
}

int survey(struct faults_lab *lab, struct base_error *error)
{
    struct listening listening = {.lab = lab, .fd = packet_socket_open(NULL, NULL, error)};
    if (listening.fd < 0) {
        return -1;
    }
    pthread_t thread;
    int status = 0;
    if (pthread_create(&thread, NULL, listen_all, &listening) != 0) {
        status = base_fail(error, "cannot start a thread");
    } else {
        struct base_buffer out = {0};
        int code = 0;
        status = command_status(&out, &code, error, "%s check %s", lab->tapproof, lab->expected);
        atomic_store(&listening.over, true);
        pthread_join(thread, NULL);
        count_all(&listening);
        if (status == 0 && code != 0) {
            status = base_fail(error, "the network is not right to begin with: %.300s",
                               base_buffer_text(&out));
        }
        base_buffer_free(&out);
    }
    close(listening.fd);
    free(listening.sightings);
    return status;
}

/* Frames that come to no host are not counted: nobody would miss them. */
static void count_all(const struct listening *listening)
{
    uint8_t *arrives = calloc(NUMBERS_MAX, 1);
    for (size_t i = 0; arrives && i < listening->n_sightings; i++) {
        const struct sighting *sighting = &listening->sightings[i];
        arrives[sighting->number] |= sighting->end->is_host;
    }
    for (size_t i = 0; arrives && i < listening->n_sightings; i++) {
        const struct sighting *sighting = &listening->sightings[i];
        sighting->end->frames[sighting->kind] += arrives[sighting->number];
    }
    free(arrives);
}

/* The end of a cable where the frame comes out. A host's end is in its own
 * namespace: what the switch sends there comes out there. NULL: none. */
static struct cable_end *end_of(struct faults_lab *lab, const struct sockaddr_ll *from)
{
    bool outgoing = from->sll_pkttype == PACKET_OUTGOING;
    for (size_t i = 0; i < lab->n_cables; i++) {
        for (int e = 0; e < 2; e++) {
            struct cable_end *end = &lab->cables[i].ends[e], *other = &lab->cables[i].ends[!e];
            if (!end->is_host && (int)if_nametoindex(end->interface) == from->sll_ifindex) {
                return !outgoing ? end : other->is_host ? other : NULL;
            }
        }
    }
    return NULL;
}

static void take(struct listening *listening, const struct sockaddr_ll *from, const uint8_t *bytes,
                 size_t n_bytes)
{
    enum frame_kind kind = frame_kind_of(bytes, n_bytes);
    const uint8_t *mark = memmem(bytes, n_bytes, "tapproof", MARK);
    struct cable_end *end = end_of(listening->lab, from);
    if (kind == N_FRAMES || !mark || !end || mark + NUMBER_AT + 4 > bytes + n_bytes ||
        base_grow(&listening->sightings, listening->n_sightings, &listening->capacity,
                  sizeof *listening->sightings) < 0) {
        return;
    }
    const uint8_t *number = mark + NUMBER_AT;
    listening->sightings[listening->n_sightings++] = (struct sighting){
        .end = end,
        .kind = kind,
        .number = (uint32_t)(number[1] & 15) << 16 | (uint32_t)number[2] << 8 | number[3]};
}

static void *listen_all(void *aux)
{
    struct listening *listening = aux;
    struct pollfd fd = {.fd = listening->fd, .events = POLLIN};
    uint8_t bytes[256];
    while (!atomic_load(&listening->over) || poll(&fd, 1, 0) > 0) {
        struct sockaddr_ll from = {0};
        if (poll(&fd, 1, 20) <= 0) {
            continue;
        }
        ssize_t n = packet_socket_receive(listening->fd, bytes, sizeof bytes, &from);
        if (n > 0) {
            take(listening, &from, bytes, (size_t)n);
        }
    }
    return NULL;
}
