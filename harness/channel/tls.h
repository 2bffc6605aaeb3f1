/* SPDX-License-Identifier: Apache-2.0
 *
 * What we show at ssl: and pssl: endpoints, and whom we trust there: keys, certificates and CAs
 * from files, read once. No file is opened afterwards, so a program may give up its right to.
 *
 * A peer is who its certificate says if a certificate of `ca` has signed it, or is it, and it has
 * not expired; whatever name is in it, since those that ovs-pki makes carry no host name. TLS 1.2
 * or later. */
#ifndef CHANNEL_TLS_H
#define CHANNEL_TLS_H

#include "base/error.h"
#include "model/endpoint.h"

#include <stddef.h>

struct channel_tls; /* of one set of files, one direction */

/* All of a program's; zeros are empty. */
struct channel_tls_pool {
    struct channel_tls **items;
    size_t n_items, capacity;
};

/* That of an endpoint with these files, read now unless that was done; it lives as long as the
 * pool. *tls is NULL for an endpoint without TLS. The fingerprint is that of a switch that we dial;
 * of one that dials us it is not looked at (channel_conn_check_peer). -1: OpenSSL is not
 * installed, or a file is missing, not PEM, or a key that others may read (base_secret_check) or
 * that needs a password or is not that of the certificate; the error names the file. */
int channel_tls_get(struct channel_tls_pool *pool, const struct endpoint *endpoint,
                    const struct endpoint_tls *files, struct channel_tls **tls,
                    struct base_error *error);

/* After the last connection. */
void channel_tls_pool_free(struct channel_tls_pool *pool);

#endif
