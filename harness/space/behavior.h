/* SPDX-License-Identifier: Apache-2.0
 *
 * What a list of actions does, as a function of the header: which packets
 * leave by which ports, and how they have been rewritten. The order in which
 * they leave does not matter, how many there are does.
 *
 * OpenFlow 1.0.0, sections 3.3 and 5.2.4; where it is silent, what Open vSwitch
 * 3.1 does (checked against `ovs-appctl ofproto/trace`):
 *   - an output or enqueue to the number of the ingress port sends nothing,
 *     IN_PORT does; FLOOD and ALL include LOCAL and leave the ingress port out,
 *     FLOOD also those with NO_FLOOD; NONE sends nothing;
 *   - a VLAN id or priority set on an untagged packet tags it;
 *   - nw_src and nw_dst are rewritten in IPv4 only (not in ARP, not in IPv6),
 *     ipv6_src and ipv6_dst in IPv6, nw_tos in IPv4 and IPv6, tp_* in TCP, UDP, SCTP, ICMP and
 * ICMPv6 of these (8 bits in ICMP and ICMPv6). What TABLE and vendor actions do is not known here.
 * NORMAL sends the packet as the switch's own forwarding decides, which is the same for every
 * packet with one header at one port: it is an output to PORT_NORMAL, like any other, unless the
 * packet is rewritten first. Below the outer
 * tag nothing is modelled: a packet with two tags becomes "untagged" by
 * strip_vlan. */
#ifndef SPACE_BEHAVIOR_H
#define SPACE_BEHAVIOR_H

#include "base/arena.h"
#include "model/action.h"
#include "model/port.h"
#include "space/region.h"

/* Replaces the bits of `mask` by those of `value`, in the fields that the
 * packet has. In vlan_tci an untagged packet counts as 0: setting includes
 * VLAN_TAGGED, stripping sets all 16 bits to 0. */
struct space_rewrite {
    struct header value;
    struct header mask;
};

/* One packet that an action list sends, whatever comes in. */
struct space_output {
    uint16_t port; /* a number, PORT_LOCAL, PORT_CONTROLLER or PORT_NORMAL; FLOOD, ALL if no ports
                      were given */
    uint16_t max_len; /* PORT_CONTROLLER: bytes to send */
    uint32_t queued;  /* 1: through queue_id */
    uint32_t queue_id;
    struct space_rewrite rewrite;
};
_Static_assert(sizeof(struct space_output) == 140, "outputs are compared as bytes: no padding");

/* Why a behaviour is unknown: of two entries it is not known which decides; rewritten packets are
 * handed to NORMAL. */
#define SPACE_COMPETITION      "two entries of the same priority take it"
#define SPACE_NORMAL_REWRITTEN "NORMAL after a rewrite"
/* Open vSwitch keeps NO_FLOOD, set in 1.0, in 1.3, too. */
#define SPACE_FLOOD_UNTOLD "FLOOD, of which OpenFlow 1.3 does not tell the ports that it leaves out"

/* Why a behaviour is unknown that is known but for a choice of the switch's own: then it has ways.
 */
#define SPACE_ONE_OF "which of several ways packets take is the switch's choice"

/* Why it is unknown: the specification does not say whether a group chooses the same bucket again.
 */
#define SPACE_CHOOSES_AGAIN                                                                        \
    "a group of type select is met twice, and it is not known how it chooses then"

enum { SPACE_WAYS_MAX = 64 }; /* more are not told apart: then it is unknown */

/* A canonical action list: equal bytes, equal behaviour. */
struct space_behavior {
    const char *unknown; /* why it is not known what this does ("a vendor action"), NULL: it is */
    const struct space_output *outputs; /* sorted; in the arena */
    size_t n_outputs;                   /* 0: drop */
    const struct space_behavior *ways;  /* not 0 of them: it does what one of them does, which are
                                           known; sorted, no two alike; in the arena */
    size_t n_ways;                      /* 2 or more, where `unknown` is SPACE_ONE_OF */
};

/* What the actions do with packets that enter by in_port, on a switch with
 * these ports (numbers and config; NULL: not known, FLOOD and ALL stay as they
 * are). -1 without memory. */
int space_behavior(const struct action *actions, size_t n_actions, uint16_t in_port,
                   const struct port *ports, size_t n_ports, struct base_arena *arena,
                   struct space_behavior *out);

/* Why it is not known what it does, or does by each of its ways; NULL: it is. */
static inline const char *space_behavior_open(const struct space_behavior *behavior)
{
    return behavior->n_ways > 0 ? NULL : behavior->unknown;
}

/* The same without what it sends to these ports. -1 without memory. */
int space_behavior_without(const struct space_behavior *behavior, const uint16_t *ports,
                           size_t n_ports, struct base_arena *arena, struct space_behavior *out);

/* Makes a behaviour of n known ways, which are sorted, copied, and each is kept once. -1 without
 * memory. */
int space_behavior_of_ways(struct space_behavior *ways, size_t n_ways, struct base_arena *arena,
                           struct space_behavior *out);

/* Whether it is known that it sends nothing. */
static inline bool space_behavior_drops(const struct space_behavior *behavior)
{
    return !behavior->unknown && behavior->n_outputs == 0;
}

/* Whether it sends something to this port. */
bool space_behavior_has(const struct space_behavior *behavior, uint16_t port);

/* Equal for every header, way by way. (Two that are not may still do the same on a cube:
 * space_differ.) Unknown ones are never equal. */
bool space_behavior_equal(const struct space_behavior *a, const struct space_behavior *b);

struct space_difference {
    struct header example;
    struct match within; /* a cube that the example is in */
    bool is_whole;       /* they differ on every header of the region that is in `within` */
    bool is_cube;        /* they differ on every header of `within` */
};

/* Whether two behaviours, known but for choices of the switch's own, send different packets for
 * some header of the region: SPACE_FOUND and where. A rewrite to what a header has already is no
 * difference, nor is one of a field that it does not have. Where there are ways, those of one that
 * are none of the other's are a difference; SPACE_OPEN also where one is for the header that was
 * found. The region is the same afterwards. */
enum space_answer space_differ(struct space_region *region, const struct space_behavior *a,
                               const struct space_behavior *b, size_t *budget,
                               struct space_difference *difference);

/* Choices of switches that one packet meets, one after another, and which way each takes. Of zeros:
 * always the first. */
enum { SPACE_CHOICES_MET = 8 };
struct space_choices {
    struct space_choice {
        size_t taken, n_ways;
        uint32_t by; /* as chosen_by of model/action.h */
    } met[SPACE_CHOICES_MET];
    size_t n_met; /* to be 0 before the packet is followed (again) */
    bool rivals;  /* which of several entries of one rank takes a packet is a choice, too */
};

/* The next choice that is met, between n_ways: which one is taken. INDEX_NONE: too many are met. */
size_t space_choices_take(struct space_choices *choices, size_t n_ways);

/* The next choices: the last that has another way is taken that way, and those behind it, which may
 * be others then, begin again. False: all were taken. */
bool space_choices_next(struct space_choices *choices);

/* One concrete packet that leaves. */
struct space_emission {
    uint16_t port; /* as in space_output */
    uint16_t max_len;
    bool queued;
    uint32_t queue_id;
    struct header header; /* after the rewrites; in_port is still that of the ingress */
};

/* What `second` does after `first`, as one rewrite. */
struct space_rewrite space_rewrite_then(const struct space_rewrite *first,
                                        const struct space_rewrite *second);

/* The header after the rewrite; only fields that it has are changed. in_port stays. */
struct header space_rewritten(const struct space_rewrite *rewrite, const struct header *in);

/* The headers which after the rewrite lie in `match` (which is normal): the
 * union of up to two normal cubes. Returns how many. (in_port is no field of
 * the packet: it is left as `match` has it.) */
size_t space_preimage(const struct space_rewrite *rewrite, const struct match *match,
                      struct match out[2]);

/* Of the holes of a cube of packets that enter by in_port, but not those of holes->next: the
 * headers which after the rewrite lie in them, without in_port, in the arena. -1 without memory. */
int space_preimage_holes(const struct space_rewrite *rewrite, const struct space_holes *holes,
                         uint16_t in_port, struct base_arena *arena, struct space_holes *out);

#endif
