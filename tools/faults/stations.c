/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts that are not as they should be. */
#include "faults/cable.h"
#include "faults/command.h"
#include "faults/packet_socket.h"
#include "faults/words.h"

#include <sys/socket.h>
#include <unistd.h>

static const struct cable *cable_of(const struct faults_lab *lab, size_t host)
{
    return &lab->cables[host]; /* hosts' cables come first */
}

static const struct cable_end *end_of(const struct faults_lab *lab, size_t host)
{
    return &cable_of(lab, host)->ends[1];
}

static bool talks(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable_end *port = &cable_of(lab, spot->host)->ends[0];
    return faults_lab_frames(port) > 0 && faults_lab_matters(lab, port);
}

static bool hears(const struct faults_lab *lab, const struct spot *spot)
{
    return faults_lab_frames(end_of(lab, spot->host)) > 0;
}

static bool hears_and_talks(const struct faults_lab *lab, const struct spot *spot)
{
    return hears(lab, spot) && talks(lab, spot);
}

/* What the first host hears the second one could say. */
static bool bridges(const struct faults_lab *lab, const struct spot *spot)
{
    const struct cable_end *port = &cable_of(lab, spot->host2)->ends[0];
    return spot->host != spot->host2 && hears(lab, spot) && faults_lab_matters(lab, port);
}

static int interface_down(struct faults_lab *lab, struct injection *injection,
                          struct base_error *error)
{
    return cable_down(lab, cable_of(lab, injection->spot.host), 1, error);
}

static int interface_up(struct faults_lab *lab, struct injection *injection,
                        struct base_error *error)
{
    const struct cable *cable = cable_of(lab, injection->spot.host);
    cable_cut(lab, cable, NULL);
    return cable_mend(lab, cable, error) < 0 ? -1 : faults_lab_await_cable(lab, cable, error);
}

static int set_address(struct faults_lab *lab, struct injection *injection, const uint8_t *mac,
                       struct base_error *error)
{
    const struct cable_end *end = end_of(lab, injection->spot.host);
    return cable_ip(lab, end, error, "link set %s address %02x:%02x:%02x:%02x:%02x:%02x",
                    end->interface, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static int wrong_address(struct faults_lab *lab, struct injection *injection,
                         struct base_error *error)
{
    static const uint8_t mac[] = {0x02, 0xba, 0xd0, 0xba, 0xd0, 0x01};
    return set_address(lab, injection, mac, error);
}

static int right_address(struct faults_lab *lab, struct injection *injection,
                         struct base_error *error)
{
    return set_address(lab, injection, lab->topology->hosts[injection->spot.host].mac, error);
}

/* ----------------------------------------------------- frames sent back, on */

struct passing {
    int from, to;
};

static void pass_on(void *aux)
{
    const struct passing *passing = aux;
    uint8_t bytes[9216];
    for (;;) {
        ssize_t n = packet_socket_receive(passing->from, bytes, sizeof bytes, NULL);
        if (n > 0 && send(passing->to, bytes, (size_t)n, 0) < 0) {
            continue;
        }
    }
}

static int pass(struct faults_lab *lab, struct injection *injection, size_t from, size_t to,
                struct base_error *error)
{
    struct passing passing = {
        .from = packet_socket_open(cable_netns(lab, end_of(lab, from)),
                                   end_of(lab, from)->interface, error),
        .to = packet_socket_open(cable_netns(lab, end_of(lab, to)), end_of(lab, to)->interface,
                                 error),
    };
    injection->helper =
        passing.from < 0 || passing.to < 0 ? -1 : command_fork(pass_on, &passing, error);
    close(passing.from);
    close(passing.to);
    return injection->helper < 0 ? -1 : 0;
}

static int echo(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return pass(lab, injection, injection->spot.host, injection->spot.host, error);
}

static int bridge(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return pass(lab, injection, injection->spot.host, injection->spot.host2, error);
}

static const struct fault faults[] = {
    {.name = "interface-down",
     .text = "a host's interface is down",
     .fits = talks,
     .inject = interface_down,
     .undo = interface_up,
     .found = "state/*",
     .where = "$h|$h - *"},
    {.name = "wrong-mac",
     .text = "a host has another MAC address",
     .inject = wrong_address,
     .undo = right_address,
     .found = "host/$h",
     .where = "$h"},
    {.name = "echoes",
     .text = "a host sends back whatever it gets",
     .fits = hears_and_talks,
     .inject = echo,
     .found = "traffic/*",
     .silent = "state/*|switch/*",
     .where = "$h"},
    {.name = "forwards",
     .text = "a host forwards what it gets by another interface",
     .fits = bridges,
     .inject = bridge,
     .found = "traffic/*",
     .silent = "state/*|switch/*",
     .where = "$g"},
};

const struct fault_group faults_stations = FAULT_GROUP("stations", faults);
