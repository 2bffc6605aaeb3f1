/* SPDX-License-Identifier: Apache-2.0
 *
 * Matches and headers in the syntax of ovs-ofctl(8): matches both ways,
 * headers as text. */
#ifndef OFCTL_MATCH_H
#define OFCTL_MATCH_H

#include "base/arena.h"
#include "model/flow.h"

/* Text, as `ovs-ofctl -O OpenFlow10 dump-flows --no-names` prints the match
 * part (without "priority="): "tcp,in_port=1,nw_src=10.0.0.0/8,tp_dst=80".
 * Everything matched: "" is appended. */
void ofctl_format_match(const struct match *match, struct base_buffer *out);

/* The same of an entry, with its conditions on other fields, as ovs-ofctl prints it. */
void ofctl_format_conditions(const struct flow_entry *entry, struct base_buffer *out);

/* The same with every field that the header has: "in_port=1,dl_vlan=…". */
void ofctl_format_header(const struct header *header, struct base_buffer *out);

/* The same as texts in the arena; NULL without memory. */
const char *ofctl_match_text(const struct match *match, struct base_arena *arena);
const char *ofctl_header_text(const struct header *header, struct base_arena *arena);

/* Parses what ovs-ofctl(8) accepts for an OpenFlow 1.0 match: fields divided
 * by commas or white space, the keywords ip, icmp, tcp, udp, arp, "*", ANY,
 * port names of reserved ports, hexadecimal numbers, prefix lengths and
 * contiguous netmasks, dl_vlan=0xffff for untagged. Names of ovs-ofctl's newer
 * syntax for the same fields (eth_src, ip_dst, vlan_vid=0x1005…) too.
 * `text` may be empty: every header.
 *
 * Errors: unknown field (with the nearest known one), bad value, a field
 * twice, a field without its prerequisite ("tp_dst=80 needs tcp, udp or
 * icmp"), a field of a later OpenFlow. `*column`, if given, is the 0-based
 * offset of what is wrong in `text`. */
int ofctl_parse_match(const char *text, struct match *match, size_t *column,
                      struct base_error *error);

#endif
