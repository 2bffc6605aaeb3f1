/* SPDX-License-Identifier: Apache-2.0
 *
 * Which functions speak which version? */
#include "openflow/protocol.h"

#include "openflow/of10/flow_codec.h"
#include "openflow/of10/nxst.h"
#include "openflow/of10/port_codec.h"
#include "openflow/of13/async.h"
#include "openflow/of13/flow_codec.h"
#include "openflow/of13/group_codec.h"
#include "openflow/of13/multipart.h"
#include "openflow/of13/packet_codec.h"
#include "openflow/of13/port_codec.h"
#include "openflow/of13/wire.h"

static void ask_10(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind)
{
    if (kind == OFPST_PORT) {
        of_encode_port_request(out, xid);
    } else {
        of_encode_flow_request(out, xid, kind);
    }
}

static void put_bytes_13(struct base_buffer *out, enum of_type type, uint32_t xid,
                         const void *bytes, size_t n_bytes)
{
    size_t begin = of13_begin(out, type, xid);
    base_put_bytes(out, bytes, n_bytes);
    of_end(out, begin);
}

static int features_13(struct base_reader *body, struct switch_state *state,
                       struct base_error *error)
{
    uint8_t auxiliary_id;
    if (of13_decode_features(body, state, &auxiliary_id, error)) {
        return -1;
    }
    return auxiliary_id == 0
               ? 0
               : base_fail(error, "is auxiliary connection %u of a switch", auxiliary_id);
}

static const struct of_protocol protocols[] = {
    {
        .version = OFP_VERSION,
        .name = "1.0",
        .open = of_open,
        .put_empty = of_encode_empty,
        .put_bytes = of_encode_bytes,
        .put_packet_out = of_encode_packet_out,
        .ask = ask_10,
        .open_stats = of_open_stats,
        .ask_whole = of_encode_nxst_flow_request,
        .whole_flows = of_decode_nxst_flow,
        .features = of_decode_features,
        .flows = of_decode_flow_stats,
        .counters = of_decode_port_counters,
    },
    {
        .version = OF13_VERSION,
        .name = "1.3",
        .open = of13_open,
        .put_empty = of13_encode_empty,
        .put_bytes = put_bytes_13,
        .put_quiet = of13_encode_quiet,
        .put_packet_out = of13_encode_packet_out,
        .ask = of13_encode_request,
        .open_stats = of13_open_multipart,
        .features = features_13,
        .flows = of13_decode_flow_stats,
        .ports = of13_decode_port_desc,
        .counters = of13_decode_port_counters,
        .groups = of13_decode_groups,
        .meters = of13_decode_meters,
        .meter_counters = of13_decode_meter_stats,
    },
};

const struct of_protocol *of_protocol(uint8_t version)
{
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        if (protocols[i].version == version) {
            return &protocols[i];
        }
    }
    return NULL;
}

uint32_t of_versions(void)
{
    uint32_t versions = 0;
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        versions |= UINT32_C(1) << protocols[i].version;
    }
    return versions;
}
