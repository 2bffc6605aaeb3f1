/* SPDX-License-Identifier: Apache-2.0
 *
 * What do the frames look like that are sent? */
#include "tapping/form.h"

#include "base/address.h"

#include <string.h>

enum {
    ARP_REQUEST = 1,
    ECHO_REQUEST = 8,
    ECHO_REQUEST_V6 = 128,
    ANY_PORT = 40000,
    DISCARD_PORT = 9
};

/* What is known of one end. */
struct end {
    uint8_t mac[6];
    bool has_ip;
    uint32_t ip;
    bool is_looked_for; /* nobody is known to have that ip */
};

static struct end end_of_host(const struct topology_host *host)
{
    struct end end = {.has_ip = host->has_ip, .ip = host->ip};
    memcpy(end.mac, host->mac, sizeof end.mac);
    return end;
}

static int fail_unknown(const struct topology *topology, const char *name, const char *wanted,
                        struct base_error *error)
{
    const char *nearest = topology_nearest_host(topology, name);
    base_fail(error, "'%s' is no %s of %s", name, wanted, topology->file);
    return nearest ? base_fail(error, "'%s' is no %s of %s; did you mean '%s'?", name, wanted,
                               topology->file, nearest)
                   : -1;
}

static size_t host_with(const struct topology *topology, const uint8_t *mac, const uint32_t *ip)
{
    for (size_t i = 0; i < topology->n_hosts; i++) {
        const struct topology_host *host = &topology->hosts[i];
        // cppcheck-suppress nullPointer
        if (mac ? memcmp(host->mac, mac, 6) == 0 : host->has_ip && host->ip == *ip) {
            return i;
        }
    }
    return HOST_NONE;
}

/* A host by its name or one of its addresses, or an address of no host. Frames to nobody of whom
 * the MAC address is known go to the sender's own: a switch that learns keeps them, and would flood
 * others, round a ring of such switches endlessly. */
static int find_to(const struct topology *topology, const char *to, const struct end *from,
                   size_t *host, struct end *end, struct base_error *error)
{
    *end = (struct end){0};
    memcpy(end->mac, from->mac, sizeof end->mac);
    *host = HOST_NONE;
    if (!to) {
        return 0;
    }
    *host = topology_find_host(topology, to);
    if (*host == HOST_NONE && base_mac_parse(to, end->mac)) {
        *host = host_with(topology, end->mac, NULL);
    } else if (*host == HOST_NONE && base_ip_parse(to, &end->ip)) {
        end->has_ip = true;
        *host = host_with(topology, NULL, &end->ip);
        end->is_looked_for = *host == HOST_NONE;
    } else if (*host == HOST_NONE) {
        return fail_unknown(topology, to, "host, IPv4 or MAC address", error);
    }
    if (*host != HOST_NONE) {
        *end = end_of_host(&topology->hosts[*host]);
    }
    return 0;
}

static struct header header_by_default(const struct match *form, const struct end *from,
                                       const struct end *to)
{
    struct header header = {.dl_type = form->value.dl_type, .nw_proto = form->value.nw_proto};
    memcpy(header.dl_src, from->mac, sizeof header.dl_src);
    memcpy(header.dl_dst, to->mac, sizeof header.dl_dst);
    if (header_has_nw(&header)) {
        header.nw_src = from->ip;
        header.nw_dst = to->has_ip ? to->ip : UINT32_MAX;
    }
    if (header.dl_type == DL_TYPE_ARP) {
        header.nw_proto = form->mask.nw_proto ? header.nw_proto : ARP_REQUEST;
        if (to->is_looked_for) {
            memset(header.dl_dst, 0xff, sizeof header.dl_dst);
        }
    } else if (header_has_tp(&header)) {
        bool is_icmp = header_is_icmp(&header), is_ipv6 = header.dl_type == DL_TYPE_IPV6;
        header.tp_src = !is_icmp ? ANY_PORT : is_ipv6 ? ECHO_REQUEST_V6 : ECHO_REQUEST;
        header.tp_dst = is_icmp ? 0 : DISCARD_PORT;
    }
    return header;
}

/* What the match fixes goes before the default, bit by bit. */
static void overlay(struct header *header, const struct match *form)
{
    uint8_t bytes[sizeof *header], value[sizeof *header], mask[sizeof *header];
    memcpy(bytes, header, sizeof bytes);
    memcpy(value, &form->value, sizeof value);
    memcpy(mask, &form->mask, sizeof mask);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)((bytes[i] & ~mask[i]) | (value[i] & mask[i]));
    }
    memcpy(header, bytes, sizeof bytes);
}

static bool is_answered(const struct header *header)
{
    return header->dl_type == DL_TYPE_ARP
               ? header->nw_proto == ARP_REQUEST
               : header->dl_type == DL_TYPE_IP && header->nw_proto == NW_PROTO_ICMP &&
                     header->tp_src == ECHO_REQUEST;
}

static int check(const struct tapping_options *options, const struct topology *topology,
                 const struct tapping_form *form, const struct end *from, const struct end *to,
                 struct base_error *error)
{
    bool has_nw = header_has_nw(&form->header);
    if (has_nw && !from->has_ip && !options->form.mask.nw_src) {
        return base_fail(error, "%s has no ip in %s: say it with --match nw_src=...",
                         topology->hosts[form->from].name, topology->file);
    }
    if (has_nw && options->to && !to->has_ip && !options->form.mask.nw_dst) {
        return base_fail(error, "no IPv4 address of %s is known: say it with --match nw_dst=...",
                         options->to);
    }
    if (options->echo && !is_answered(&form->header)) {
        return base_fail(error, "--echo: no kernel answers such frames: only icmp and arp");
    }
    return 0;
}

int tapping_form_make(const struct tapping_options *options, const struct topology *topology,
                      struct tapping_form *form, struct base_error *error)
{
    *form = (struct tapping_form){.from = topology_find_host(topology, options->from)};
    struct end from, to;
    if (form->from == HOST_NONE) {
        return fail_unknown(topology, options->from, "host", error);
    }
    from = end_of_host(&topology->hosts[form->from]);
    if (find_to(topology, options->to, &from, &form->to, &to, error) < 0) {
        return -1;
    }
    form->header = header_by_default(&options->form, &from, &to);
    overlay(&form->header, &options->form);
    size_t owner = host_with(topology, NULL, &form->header.nw_src);
    form->arp_sha = owner == HOST_NONE ? NULL : topology->hosts[owner].mac;
    return check(options, topology, form, &from, &to, error);
}
