/* SPDX-License-Identifier: Apache-2.0
 *
 * How far did a session come that went no further? */
#include "channel/channel_inside.h"

#include <inttypes.h>

void channel_session_explain(const struct session *session, struct base_buffer *out)
{
    const struct channel_progress *progress = &session->progress;
    if (!session->conn && session->listener) {
        base_put_text(out, "no switch dialled");
        if (!session->any_dpid) {
            base_put_format(out, " that has datapath id %016" PRIx64, session->dpid);
        }
        channel_listener_format_others(session->listener, out);
        return;
    }
    switch (channel_conn_stage(session->conn)) {
    case CHANNEL_CONN_CONNECTING:
        base_put_text(out, "no connection");
        return;
    case CHANNEL_CONN_SECURING:
        base_put_text(out, "connected, but the TLS handshake did not end");
        return;
    case CHANNEL_CONN_SILENT:
        base_put_text(out, "connected, but nothing came");
        if (!session->tls && channel_conn_was_closed(session->conn)) {
            base_put_text(out, "; does it want TLS (ssl:)?");
        }
        return;
    case CHANNEL_CONN_BABBLES:
        base_put_text(out, "connected, but less than a message came");
        return;
    case CHANNEL_CONN_GREETED:
        base_put_text(out, "still to come: ");
        channel_progress_format_pending(progress, out);
        if (progress->dump->n_strays > 0) {
            base_put_format(out, "; %zu replies to requests that were not made",
                            progress->dump->n_strays);
        }
        return;
    }
}
