/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS for tests: certificates of any kind, and a peer in front of a fake switch (fake_switch.h),
 * which has the bytes of one connection in TLS and passes them on plainly, or breaks the rules.
 * Programs that use it link OpenSSL; no part of the program. */
#ifndef TESTING_FAKE_TLS_H
#define TESTING_FAKE_TLS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* PEM files in a directory of their own; each is signed by the CA of the same number. */
struct fake_tls_files {
    char directory[64];
    char ca[2][96];
    char key[96];            /* of all certificates; mode 0600 */
    char certificate[2][96]; /* good ones, of CA 0 and of CA 1 */
    char expired[96];        /* of CA 0, since long */
    char future[96];         /* of CA 0, not yet */
    char other_key[96];      /* of none of them */
    char fingerprint[96];    /* of certificate[0], as `openssl x509` prints it */
};

/* Makes and removes them; the first fails the test if it cannot. */
void fake_tls_make_files(struct fake_tls_files *files);
void fake_tls_remove_files(const struct fake_tls_files *files);

enum fake_tls_manner {
    FAKE_TLS_RELAYS,
    FAKE_TLS_RENEWS_KEYS,  /* after the handshake, endlessly; for TLS 1.3 */
    FAKE_TLS_RENEGOTIATES, /* asks for it, endlessly; for TLS 1.2 */
    FAKE_TLS_CUTS,         /* ends the connection without a word after the handshake */
};

struct fake_tls {
    /* Set before the start. */
    enum fake_tls_manner manner;
    bool is_client;                /* dials `port`, and waits for a fake switch to dial `behind`;
                                      otherwise listens at `port`, and dials `behind` */
    const char *certificate, *key; /* NULL: none */
    const char *ca;                /* NULL: the other's certificate is not looked at */
    int max_version;               /* TLS1_1_VERSION and so on; 0: any */
    uint16_t port, behind;         /* the one where it listens is set by the start */

    char endpoint[64]; /* ssl: of `port`, good after the start of one that is no client */

    /* Its own. */
    int listen_fd;
    pthread_t thread;
};

/* Starts the thread; false if it cannot listen. Each connection is served to its end, one after the
 * other. */
bool fake_tls_start(struct fake_tls *fake);

/* Ends the thread and waits for it. Close the channel before. */
void fake_tls_stop(struct fake_tls *fake);

#endif
