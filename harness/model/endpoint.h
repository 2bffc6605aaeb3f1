/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a switch is reached over OpenFlow, as ovs-ofctl and ovs-vsctl write it
 * (ovs-ofctl(8), "VSWITCH" arguments; ovsdb(7), "Connection Methods"). */
#ifndef MODEL_ENDPOINT_H
#define MODEL_ENDPOINT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { ENDPOINT_PORT_DEFAULT = 6653 }; /* IANA "openflow" */

enum endpoint_kind {
    ENDPOINT_TCP,  /* tcp:HOST[:PORT], ssl:HOST[:PORT]; we dial */
    ENDPOINT_UNIX, /* unix:PATH; we dial */
    ENDPOINT_PTCP, /* ptcp:[PORT][:HOST], pssl:[PORT][:HOST]; the switch dials us at this address */
};

struct endpoint {
    enum endpoint_kind kind;
    bool tls;       /* ssl:, pssl: */
    char host[256]; /* name or address, without brackets; ptcp: "" is any address */
    uint16_t port;
    char path[108]; /* unix; fits sun_path with its terminating zero */
};

/* Parses "tcp:10.0.0.1", "ssl:[::1]:6653", "unix:/run/s1.mgmt", "ptcp:6653",
 * "pssl::127.0.0.1". An IPv6 address needs its brackets. Errors name the part
 * that is wrong and what was expected. */
int endpoint_parse(const char *text, struct endpoint *endpoint, struct base_error *error);

enum { ENDPOINT_FINGERPRINT_BYTES = 32 };

/* What TLS needs at an endpoint: paths of PEM files, as ovs-pki makes them; NULL: none. */
struct endpoint_tls {
    const char *key, *certificate; /* of ours; both or none. pssl: needs them */
    const char *ca;                /* a switch is one whose certificate these have signed, or that
                                      has one of these */
    bool has_fingerprint;          /* and the SHA-256 of whose certificate is this */
    uint8_t fingerprint[ENDPOINT_FINGERPRINT_BYTES];
};

/* Fills in what `tls` does not say: key and certificate, ca, fingerprint. */
void endpoint_tls_complete(struct endpoint_tls *tls, const struct endpoint_tls *otherwise);

/* Parses 64 hexadecimal digits, with or without colons between bytes, as
 * `openssl x509 -fingerprint -sha256` prints them. */
bool endpoint_parse_fingerprint(const char *text, uint8_t fingerprint[ENDPOINT_FINGERPRINT_BYTES]);

#endif
