/* SPDX-License-Identifier: Apache-2.0
 *
 * Between tls.c, stream.c and tls_failure.c. */
#ifndef CHANNEL_TLS_INSIDE_H
#define CHANNEL_TLS_INSIDE_H

#include "channel/openssl.h"
#include "channel/tls.h"

#include <stdint.h>

struct channel_tls {
    struct channel_openssl lib;
    SSL_CTX *context;
    bool accepts; /* pssl: */
    struct endpoint_tls files;
    char *paths; /* which `files` points into */
};

/* The other end of a connection, as far as it is known; to explain what it did. */
struct channel_tls_peer {
    const struct channel_tls *tls;
    SSL *ssl;
    bool is_secure;    /* the handshake is done */
    bool has_spoken;   /* there was content in what it sent */
    uint8_t first[64]; /* of all bytes */
    size_t n_first;
};

/* OpenSSL will not go on: why, by the front of its queue of errors and by what came. Always -1. */
int channel_tls_explain_failure(const struct channel_tls_peer *peer, struct base_error *error);

/* The connection has ended, by `how`: "closed the connection". What that means. Always -1. */
int channel_tls_explain_end(const struct channel_tls_peer *peer, const char *how,
                            struct base_error *error);

#endif
