/* SPDX-License-Identifier: Apache-2.0
 *
 * Lays a cable of the lab anew: as it was, plugged in elsewhere, or with a box in it. */
#include "faults/cable.h"

#include "faults/command.h"
#include "faults/packet_socket.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int raise_end(struct faults_lab *lab, const struct cable_end *end, const char *now,
                     struct base_error *error);
static void notice_carrier(struct faults_lab *lab, const struct cable_end *end);

int cable_cut(struct faults_lab *lab, const struct cable *cable, struct base_error *error)
{
    (void)lab;
    return command_run(NULL, error, "ip link del %s", cable->ends[0].interface);
}

int cable_join(struct faults_lab *lab, const struct cable_end *a, const struct cable_end *b,
               struct base_error *error)
{
    if (command_run(NULL, error, "ip link add name fa0 type veth peer name fb0") < 0 ||
        raise_end(lab, a, "fa0", error) < 0 || raise_end(lab, b, "fb0", error) < 0) {
        command_run(NULL, NULL, "ip link del fa0"); /* each takes the other with it */
        command_run(NULL, NULL, "ip link del fb0");
        return -1;
    }
    notice_carrier(lab, a);
    notice_carrier(lab, b);
    return 0;
}

void cable_relay_names(size_t cable, char names[2][CABLE_RELAY_NAME])
{
    for (int i = 0; i < 2; i++) {
        snprintf(names[i], CABLE_RELAY_NAME, "relay%u%c", (unsigned)cable % 100000, "ab"[i]);
    }
}

void cable_from_relay(size_t cable)
{
    char names[2][CABLE_RELAY_NAME];
    cable_relay_names(cable, names);
    /* Each removes a pair, and with it the end that has the cable's name. */
    command_run(NULL, NULL, "ip link del %s", names[0]);
    command_run(NULL, NULL, "ip link del %s", names[1]);
}

int cable_to_relay(struct faults_lab *lab, const struct cable_end *end, const char *name,
                   struct base_error *error)
{
    struct cable_end relay = {.is_relay = true};
    snprintf(relay.interface, sizeof relay.interface, "%s", name);
    return cable_join(lab, end, &relay, error);
}

int cable_mend(struct faults_lab *lab, const struct cable *cable, struct base_error *error)
{
    return cable_join(lab, &cable->ends[0], &cable->ends[1], error);
}

int cable_down(struct faults_lab *lab, const struct cable *cable, unsigned end,
               struct base_error *error)
{
    const struct cable_end *at = &cable->ends[end];
    if (cable_ip(lab, at, error, "link set %s down", at->interface) < 0) {
        return -1;
    }
    notice_carrier(lab, &cable->ends[0]);
    notice_carrier(lab, &cable->ends[1]);
    return faults_lab_await_no_link(lab, cable, error);
}

const char *cable_netns(const struct faults_lab *lab, const struct cable_end *end)
{
    return end->is_host ? lab->lab->hosts[end->host].netns : NULL;
}

int cable_ip(struct faults_lab *lab, const struct cable_end *end, struct base_error *error,
             const char *format, ...)
{
    char line[256];
    const char *netns = cable_netns(lab, end);
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return netns ? command_run(NULL, error, "nsenter --net=%s ip %s", netns, line)
                 : command_run(NULL, error, "ip %s", line);
}

/* "/proc/4711/ns/net": 4711. */
static int pid_of(const char *netns)
{
    int pid = 0;
    return sscanf(netns, "/proc/%d/", &pid) == 1 ? pid : 0;
}

static int raise_host(struct faults_lab *lab, const struct cable_end *end, const char *now,
                      struct base_error *error)
{
    const struct topology_host *host = &lab->topology->hosts[end->host];
    const uint8_t *mac = host->mac;
    if (command_run(NULL, error, "ip link set %s address %02x:%02x:%02x:%02x:%02x:%02x", now,
                    mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]) < 0 ||
        command_run(NULL, error, "ip link set %s netns %d name %s", now,
                    pid_of(cable_netns(lab, end)), end->interface) < 0 ||
        cable_ip(lab, end, error, "link set %s up", end->interface) < 0) {
        return -1;
    }
    return host->has_ip
               ? cable_ip(lab, end, error, "address add %u.%u.%u.%u/8 dev %s", host->ip >> 24,
                          host->ip >> 16 & 255, host->ip >> 8 & 255, host->ip & 255, end->interface)
               : 0;
}

/* Open vSwitch goes on with the interface that is gone, of which the new one has
 * but the name: the port is taken out, and put in again. */
static int raise_port(struct faults_lab *lab, const struct cable_end *end, const char *now,
                      struct base_error *error)
{
    const char *sw = faults_switch(lab, end->port.sw), *name = end->interface;
    if (command_run(NULL, error, "ovs-vsctl --if-exists del-port %s %s", sw, name) < 0 ||
        command_run(NULL, error, "ip link set %s name %s up", now, name) < 0) {
        return -1;
    }
    return command_run(NULL, error,
                       "ovs-vsctl add-port %s %s -- set Interface %s ofport_request=%u", sw, name,
                       name, end->port.port);
}

static int raise_end(struct faults_lab *lab, const struct cable_end *end, const char *now,
                     struct base_error *error)
{
    if (end->is_host) {
        return raise_host(lab, end, now, error);
    }
    return end->is_relay
               ? command_run(NULL, error, "ip link set %s name %s up", now, end->interface)
               : raise_port(lab, end, now, error);
}

static int ask_carrier(void *aux, struct base_error *error)
{
    (void)error;
    struct ethtool_value value = {.cmd = ETHTOOL_GLINK};
    struct ifreq request = {.ifr_data = (char *)&value};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%.15s", (const char *)aux);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int status = ioctl(fd, SIOCETHTOOL, &request);
    close(fd);
    return status;
}

/* Asking makes the kernel bring the carrier up to date at once, which it else
 * does within a second. */
static void notice_carrier(struct faults_lab *lab, const struct cable_end *end)
{
    in_namespace(cable_netns(lab, end), ask_carrier, (void *)end->interface, NULL);
}
