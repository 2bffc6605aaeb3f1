/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that are not as they should be. Each fault is a list of flow-mods,
 * divided by ';', in the manner of ovs-ofctl --strict. */
#include "faults/command.h"
#include "faults/words.h"

#include <stdlib.h>
#include <string.h>

static const struct flow_entry *entry_of(const struct faults_lab *lab, const struct spot *spot)
{
    const struct flow_table *flows = &lab->right[spot->sw].state.flows;
    return spot->entry < flows->n_entries ? &flows->entries[spot->entry] : NULL;
}

/* ------------------------------------------------------------------ places */

static bool sends(const struct faults_lab *lab, const struct spot *spot)
{
    return entry_of(lab, spot) && spot->output != PORT_NONE;
}

static bool sends_has_other(const struct faults_lab *lab, const struct spot *spot)
{
    return sends(lab, spot) && spot->other != PORT_NONE;
}

/* ... and what it sends keeps its VLAN tag. */
static bool sends_tagged(const struct faults_lab *lab, const struct spot *spot)
{
    const struct flow_entry *entry = entry_of(lab, spot);
    bool keeps = sends(lab, spot);
    for (size_t i = 0; keeps && i < entry->n_actions; i++) {
        keeps = entry->actions[i].type != ACTION_STRIP_VLAN;
    }
    return keeps;
}

static bool is_link(const struct faults_lab *lab, size_t sw, uint16_t port)
{
    struct peer peer = topology_peer(lab->topology, (struct port_ref){sw, port});
    return peer.kind == PEER_SWITCH;
}

static bool uplink_has_other(const struct faults_lab *lab, const struct spot *spot)
{
    return sends_has_other(lab, spot) && is_link(lab, spot->sw, spot->output) &&
           is_link(lab, spot->sw, spot->other);
}

/* The entry matches its port and nothing else, and is alone with it. */
static bool is_plain(const struct faults_lab *lab, const struct spot *spot)
{
    const struct flow_entry *entry = entry_of(lab, spot);
    struct match match = match_in_port(spot->port);
    return sends(lab, spot) && entry->priority < UINT16_MAX && match_equal(&entry->match, &match);
}

/* ... and no entry goes before it. */
static bool is_first(const struct faults_lab *lab, const struct spot *spot)
{
    const struct flow_table *flows = &lab->right[spot->sw].state.flows;
    bool is = is_plain(lab, spot);
    for (size_t i = 0; is && i < flows->n_entries; i++) {
        is = flows->entries[i].priority <= entry_of(lab, spot)->priority ||
             !match_overlaps(&flows->entries[i].match, &entry_of(lab, spot)->match);
    }
    return is;
}

static bool plain_has_other(const struct faults_lab *lab, const struct spot *spot)
{
    return is_plain(lab, spot) && spot->other != PORT_NONE;
}

static bool plain_uplink(const struct faults_lab *lab, const struct spot *spot)
{
    return is_plain(lab, spot) && is_link(lab, spot->sw, spot->output);
}

/* A port of which no entry takes anything. */
static bool other_is_silent(const struct faults_lab *lab, const struct spot *spot)
{
    const struct flow_table *flows = &lab->right[spot->sw].state.flows;
    for (size_t i = 0; i < flows->n_entries; i++) {
        if (!flows->entries[i].match.mask.in_port ||
            flows->entries[i].match.value.in_port == spot->other) {
            return false;
        }
    }
    return sends_has_other(lab, spot);
}

/* ... and an entry for every port would make it send. */
static bool plain_other_is_silent(const struct faults_lab *lab, const struct spot *spot)
{
    return is_plain(lab, spot) && other_is_silent(lab, spot);
}

static bool has_entries(const struct faults_lab *lab, const struct spot *spot)
{
    return sends(lab, spot);
}

/* --------------------------------------------------------------- flow-mods */

static int send_mod(const struct faults_lab *lab, const struct spot *spot, const char *mod,
                    struct base_error *error)
{
    const char *name = faults_switch(lab, spot->sw);
    if (strcmp(mod, "wipe") == 0) {
        return command_run(NULL, error, "ovs-ofctl -O OpenFlow10 del-flows %s", name);
    }
    const char *flow = mod + strcspn(mod, ":");
    bool adds = strncmp(mod, "add", 3) == 0;
    return command_run(NULL, error, "ovs-ofctl %s %.*s-flow%s %s %s", adds ? "" : "--strict",
                       (int)(flow - mod), mod, adds ? "" : "s", name, flow + 1);
}

static int send_mods(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    struct base_buffer filled = {0};
    words_fill(lab, &injection->spot, injection->fault->argument, &filled);
    char *mods = base_buffer_take_text(&filled), *rest = mods;
    for (char *at = mods; at && (at = strstr(at, "=drop,"));) { /* $W of one output, and more */
        memmove(at + 1, at + strlen("=drop,"), strlen(at + strlen("=drop,")) + 1);
    }
    int status = 0;
    for (char *mod; status == 0 && rest && (mod = strtok_r(rest, ";", &rest));) {
        status = send_mod(lab, &injection->spot, mod, error);
    }
    free(mods);
    return status;
}

static int restore(struct faults_lab *lab, struct injection *injection, struct base_error *error)
{
    return faults_lab_restore(lab, injection->spot.sw, error);
}

#define MOD "mod:priority=$P,$M,actions="
#define DEL "del:priority=$P,$M;"

/* A table fault at the port of an entry. */
#define TABLE(title, words, where_it_fits, mods)                                                   \
    {                                                                                              \
        .name = (title), .text = (words), .fits = (where_it_fits), .argument = (mods),             \
        .inject = send_mods, .undo = restore, .found = "state/$s/$q", .where = "$s:$q"             \
    }

/* ... whose actions OpenFlow 1.0 does not define. */
#define OPEN_TABLE(title, words, mods)                                                             \
    {                                                                                              \
        .name = (title), .text = (words), .outcome = OUTCOME_OPEN, .fits = sends,                  \
        .argument = (mods), .inject = send_mods, .undo = restore, .found = "state/$s/$q",          \
        .where = "$s:$q"                                                                           \
    }

/* An entry that drops what matches a condition that OpenFlow 1.0 cannot say. */
#define OPEN_ENTRY(title, words, condition)                                                        \
    {                                                                                              \
        .name = (title), .text = (words), .outcome = OUTCOME_OPEN, .fits = is_first,               \
        .argument = "add:priority=$+," condition ",$M,actions=drop", .inject = send_mods,          \
        .undo = restore, .found = "state/$s/$q", .where = "$s:$q"                                  \
    }

static const struct fault faults[] = {
    TABLE("entry-missing", "an entry is not there", sends, "del:priority=$P,$M"),
    TABLE("output-missing", "an output is missing", sends, MOD "$W"),
    TABLE("output-extra", "one output too many", sends_has_other, MOD "$A,output:$x"),
    TABLE("output-twice", "an output stands there twice", sends, MOD "$A,output:$o"),
    TABLE("output-wrong", "an output goes to another port", sends_has_other, MOD "$X"),
    TABLE("mirror-wrong-uplink", "a copy goes to another uplink", uplink_has_other, MOD "$X"),
    TABLE("mirror-part-protocol", "only TCP is copied to the uplink", plain_uplink,
          MOD "$W;add:priority=$+,tcp,$M,actions=$A"),
    TABLE("mirror-part-vlan", "only one VLAN is copied to the uplink", plain_uplink,
          MOD "$W;add:priority=$+,dl_vlan=100,$M,actions=$A"),
    TABLE("mirror-part-prefix", "only one prefix is copied to the uplink", plain_uplink,
          MOD "$W;add:priority=$+,ip,nw_dst=10.0.0.0/9,$M,actions=$A"),
    TABLE("mirror-not-prefix", "one prefix is not copied to the uplink", plain_uplink,
          "add:priority=$+,ip,nw_src=10.128.0.0/9,$M,actions=$W"),
    TABLE("hidden-ipv6", "an entry that drops an IPv6 prefix hides another", sends,
          "add:priority=$+,ipv6,ipv6_dst=2001:db8::/33,$M,actions=drop"),
    TABLE("rewrites-ipv6", "ports of UDP are rewritten in IPv6", sends,
          "add:priority=$+,udp6,$M,actions=mod_tp_dst:4242,$A"),
    TABLE("entry-hidden", "a higher priority hides an entry for UDP", is_plain,
          "add:priority=$+,udp,$M,actions=drop"),
    TABLE("entry-hidden-one-address", "a higher priority hides an entry for one address", is_plain,
          "add:priority=$+,ip,nw_dst=192.0.2.77,$M,actions=drop"),
    {.name = "same-priority",
     .text = "two entries of one priority take the same packets",
     .outcome = OUTCOME_OPEN, /* one of them does what it should */
     .fits = plain_has_other,
     .argument = "add:priority=$P,udp,$M,actions=output:$x",
     .inject = send_mods,
     .undo = restore,
     .found = "state/$s/$q",
     .where = "$s:$q"},
    TABLE("idle-timeout", "an entry that is to stay has an idle timeout", sends,
          DEL "add:priority=$P,idle_timeout=3600,$M,actions=$A"),
    TABLE("hard-timeout", "an entry that is to stay has a hard timeout", sends,
          DEL "add:priority=$P,hard_timeout=3600,$M,actions=$A"),
    TABLE("flood-added", "FLOOD among the actions", sends, MOD "$A,FLOOD"),
    TABLE("all-added", "ALL among the actions", sends, MOD "$A,ALL"),
    TABLE("normal-added", "NORMAL among the actions", sends, MOD "NORMAL,$A"),
    TABLE("controller-added", "CONTROLLER among the actions", sends, MOD "$A,CONTROLLER:65535"),
    TABLE("in-port-added", "IN_PORT among the actions", sends, MOD "$A,IN_PORT"),
    TABLE("rewrites-dl-src", "the source MAC address is rewritten", sends,
          MOD "mod_dl_src:02:00:00:00:00:99,$A"),
    TABLE("rewrites-dl-dst", "the destination MAC address is rewritten", sends,
          MOD "mod_dl_dst:02:00:00:00:00:99,$A"),
    TABLE("rewrites-vlan", "a VLAN tag is set", sends_tagged, MOD "mod_vlan_vid:999,$A"),
    TABLE("strips-vlan", "a VLAN tag is taken off", is_plain, MOD "strip_vlan,$A"),
    TABLE("rewrites-tos", "the IP TOS is rewritten", is_plain, MOD "mod_nw_tos:32,$A"),
    TABLE("rewrites-nw-dst", "the destination IP address is rewritten", is_plain,
          MOD "mod_nw_dst:192.0.2.99,$A"),
    TABLE("rewrites-tp-dst", "the destination port is rewritten", is_plain, MOD "mod_tp_dst:9,$A"),
    OPEN_TABLE("truncates", "a copy is cut off (max_len, an extension of Open vSwitch)",
               MOD "$W,output(port=$o,max_len=40)"),
    TABLE("entry-narrowed", "an entry takes TCP only", is_plain,
          DEL "add:priority=$P,tcp,$M,actions=$A"),
    TABLE("mirror-part-ports", "only a range of ports is copied to the uplink", plain_uplink,
          MOD "$W;add:priority=$+,tcp,$M,tp_dst=0x400/0xfc00,actions=$A"),
    TABLE("mirror-part-odd-mask",
          "only addresses that begin and end alike are copied to the uplink", plain_uplink,
          MOD "$W;add:priority=$+,ip,$M,nw_src=10.0.0.1/255.0.0.255,actions=$A"),
    TABLE("mirror-part-tagged", "only tagged frames are copied to the uplink", plain_uplink,
          MOD "$W;add:priority=$+,$M,vlan_tci=0x1000/0x1000,actions=$A"),
    TABLE("mirror-not-multicast", "multicast and broadcast are not copied to the uplink",
          plain_uplink, "add:priority=$+,$M,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=$W"),
    TABLE("normal-instead", "NORMAL in place of the actions", sends, MOD "NORMAL"),
    OPEN_ENTRY("hidden-ttl", "an entry for one TTL hides another", "ip,nw_ttl=64"),
    OPEN_ENTRY("hidden-tcp-flags", "an entry for TCP resets hides another", "tcp,tcp_flags=+rst"),
    OPEN_ENTRY("hidden-fragments", "an entry for later fragments hides another",
               "ip,ip_frag=later"),
    OPEN_ENTRY("hidden-ecn", "an entry for congestion marks hides another", "ip,nw_ecn=3"),
    OPEN_ENTRY("hidden-arp-sha", "an entry for a hardware address in ARP hides another",
               "arp,arp_sha=02:00:00:00:00:01"),
    OPEN_ENTRY("hidden-flow-label", "an entry for an IPv6 flow label hides another",
               "ipv6,ipv6_label=5"),
    {.name = "entry-widened",
     .text = "an entry takes packets of every port",
     .fits = plain_other_is_silent,
     .argument = "add:priority=1,actions=$A",
     .inject = send_mods,
     .undo = restore,
     .found = "state/$s/*",
     .where = "$s:*"},
    {.name = "stale-entry",
     .text = "an entry of a former policy forwards a port that drops",
     .fits = other_is_silent,
     .argument = "add:priority=7,in_port=$x,actions=output:$o",
     .inject = send_mods,
     .undo = restore,
     .found = "state/$s/$x",
     .where = "$s:$x"},
    {.name = "table-wiped",
     .text = "a switch has no entries",
     .fits = has_entries,
     .argument = "wipe",
     .inject = send_mods,
     .undo = restore,
     .found = "state/$s/$p",
     .where = "$s|$s:*"},
    {.name = "wrong-cookie",
     .text = "an entry is of another owner, by its cookie, and the expectation lists it",
     .lists_entries = true,
     .fits = sends,
     .argument = DEL "add:cookie=0xbad,priority=$P,$M,actions=$A",
     .inject = send_mods,
     .undo = restore,
     .found = "entry/$s/*",
     .silent = "state/*|traffic/*",
     .where = "$s:$p"},
    {.name = "unlisted-cookie",
     .text = "an entry is of another owner, by its cookie",
     .outcome = OUTCOME_UNSEEN,
     .reason = "the expectation names no cookies; `entries:` with cookie= does",
     .fits = sends,
     .argument = DEL "add:cookie=0xbad,priority=$P,$M,actions=$A",
     .inject = send_mods,
     .undo = restore,
     .where = "$s:$p"},
};

const struct fault_group faults_tables = FAULT_GROUP("tables", faults);
