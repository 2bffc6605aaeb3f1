/* SPDX-License-Identifier: Apache-2.0
 *
 * Why is there no TLS with this peer? */
#include "channel/not_openflow.h"
#include "channel/tls_inside.h"

#include <string.h>

enum { ALERTS = 1000 }; /* an alert of the peer is this reason and its number: ERR_GET_REASON */

/* A record of TLS: its kind, and 3 as the first byte of its version (RFC 8446, section 5.1). */
static bool may_be_tls(const struct channel_tls_peer *peer)
{
    return peer->n_first < 2 ||
           (peer->first[0] >= 20 && peer->first[0] <= 24 && peer->first[1] == 3);
}

/* HELLO or ERROR of any version. */
static bool may_be_openflow(const struct channel_tls_peer *peer)
{
    return peer->first[0] >= 1 && peer->first[0] <= 6 && peer->first[1] <= 1;
}

static int explain_plain(const struct channel_tls_peer *peer, struct base_error *error)
{
    if (may_be_openflow(peer)) {
        return base_fail(
            error, "speaks OpenFlow without TLS: its endpoint is %s, not %s",
            peer->tls->accepts ? "ptcp:" : "tcp:", peer->tls->accepts ? "pssl:" : "ssl:");
    }
    return channel_not_openflow(peer->first, peer->n_first, "TLS", error);
}

/* Of the peer's certificate; X509_STORE_CTX_get_error(3) has the codes. */
static int explain_certificate(const struct channel_tls_peer *peer, struct base_error *error)
{
    long code = peer->tls->lib.SSL_get_verify_result(peer->ssl);
    const char *words = peer->tls->lib.X509_verify_cert_error_string(code);
    switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return base_fail(error, "its certificate, or one that signed it, has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return base_fail(error, "its certificate, or one that signed it, is not valid yet: is a "
                                "clock wrong?");
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return base_fail(error, "its certificate is not signed by the CA in %s (%s)",
                         peer->tls->files.ca, words);
    default:
        return base_fail(error, "its certificate is not good: %s", words);
    }
}

/* RFC 8446, section 6.2. */
static int explain_alert(const struct channel_tls_peer *peer, int alert, struct base_error *error)
{
    const char *words = peer->tls->lib.SSL_alert_desc_string_long(alert);
    switch (alert) {
    case SSL3_AD_HANDSHAKE_FAILURE:
    case SSL3_AD_BAD_CERTIFICATE:
    case SSL3_AD_UNSUPPORTED_CERTIFICATE:
    case SSL3_AD_CERTIFICATE_REVOKED:
    case SSL3_AD_CERTIFICATE_EXPIRED:
    case SSL3_AD_CERTIFICATE_UNKNOWN:
    case TLS1_AD_UNKNOWN_CA:
    case TLS1_AD_ACCESS_DENIED:
    case TLS1_AD_DECRYPT_ERROR:
    case TLS13_AD_CERTIFICATE_REQUIRED:
        return peer->tls->files.certificate
                   ? base_fail(error, "does not accept our certificate, %s (alert %d: %s)",
                               peer->tls->files.certificate, alert, words)
                   : base_fail(error, "wants a certificate of us, and we have none (alert %d: %s)",
                               alert, words);
    case TLS1_AD_PROTOCOL_VERSION:
        return base_fail(error, "does not speak TLS 1.2 or later (alert %d: %s)", alert, words);
    default:
        return base_fail(error, "ends TLS (alert %d: %s)", alert, words);
    }
}

int channel_tls_explain_failure(const struct channel_tls_peer *peer, struct base_error *error)
{
    unsigned long code = peer->tls->lib.ERR_peek_error();
    int reason = ERR_GET_REASON(code);
    if (!may_be_tls(peer)) {
        return explain_plain(peer, error);
    }
    if (reason >= ALERTS && reason < ALERTS + 256) {
        return explain_alert(peer, reason - ALERTS, error);
    }
    switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
        return explain_certificate(peer, error);
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return base_fail(error, "shows no certificate");
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
        return base_fail(error, "does not speak TLS 1.2 or later");
    default: {
        const char *words = peer->tls->lib.ERR_reason_error_string(code);
        return base_fail(error, "breaks the rules of TLS: %s", words ? words : "unknown");
    }
    }
}

/* A server of TLS 1.3 looks at the client's certificate after the client's handshake is done. If it
 * closes with our first messages unread, its alert is lost. */
int channel_tls_explain_end(const struct channel_tls_peer *peer, const char *how,
                            struct base_error *error)
{
    if (peer->n_first >= 2 && !may_be_tls(peer)) {
        return explain_plain(peer, error);
    }
    if (!peer->is_secure) {
        return base_fail(error, "%s during the TLS handshake", how);
    }
    if (peer->has_spoken || peer->tls->accepts) {
        return base_fail(error, "%s", how);
    }
    return base_fail(error, "%s after the TLS handshake, before it said anything: perhaps it %s",
                     how,
                     peer->tls->files.certificate ? "does not accept our certificate"
                                                  : "wants a certificate of us");
}
