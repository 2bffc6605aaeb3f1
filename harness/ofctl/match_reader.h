/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a match token by token: for ofctl_parse_match, and for ofctl_parse_flow, whose
 * lines mix the fields of the match with those of the entry. Within this room only. */
#ifndef OFCTL_MATCH_READER_H
#define OFCTL_MATCH_READER_H

#include "base/token.h"
#include "model/extra.h"
#include "model/match.h"

/* The fields; the names of a field (tp_src, udp_src, icmp_type) share one. */
enum match_field_id {
    MATCH_IN_PORT,
    MATCH_VLAN_TCI,
    MATCH_VLAN_VID,
    MATCH_VLAN_PCP,
    MATCH_DL_SRC,
    MATCH_DL_DST,
    MATCH_DL_TYPE,
    MATCH_NW_SRC,
    MATCH_NW_DST,
    MATCH_IPV6_SRC,
    MATCH_IPV6_DST,
    MATCH_NW_PROTO,
    MATCH_NW_TOS,
    MATCH_TP_SRC,
    MATCH_TP_DST,
    N_MATCH_FIELDS
};

enum { MATCH_EXTRAS_MAX = 64 };

/* Zero-initialise, but for `also`, `takes_extras` and `from_switch`. */
struct match_reader {
    struct match match;
    bool takes_extras; /* conditions on fields beyond those of OpenFlow 1.0 as well */
    bool from_switch;  /* ports and ICMP types that a switch may report but no flow-mod may name */
    struct field_value extras[MATCH_EXTRAS_MAX]; /* by id */
    size_t n_extras;
    uint16_t tci_mask; /* when it is finished: as in struct flow_entry */
    struct {
        const struct match_field *field;
        const char *at; /* NULL: not written so far */
    } written[N_MATCH_FIELDS];
    const char *wrong;       /* after a failure: where in the text */
    const char *const *also; /* further known keys, for suggestions */
    size_t n_also;
};

/* Takes one token. -1: it is not a field or keyword, its value is bad, it was
 * there before, or it contradicts what was there before. */
int match_reader_take(struct match_reader *reader, const struct token *token,
                      struct base_error *error);

/* Checks the prerequisites when all is read. After 0, `reader->match` is the
 * match, normal. */
int match_reader_finish(struct match_reader *reader, struct base_error *error);

/* The keyword of exactly this dl_type and nw_proto (-1: any); NULL: there is
 * none. */
const char *match_keyword(uint16_t dl_type, int nw_proto);

#endif
