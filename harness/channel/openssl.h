/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenSSL 3, loaded when the first ssl: or pssl: endpoint is opened: a program that reads no
 * switch over TLS starts without its two libraries, whose loading takes longer than reading three
 * switches, and runs where they are not installed. Within this room only. */
#ifndef CHANNEL_OPENSSL_H
#define CHANNEL_OPENSSL_H

#include "base/error.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

/* Those that are called; their types are those of the headers. */
#define CHANNEL_OPENSSL_FUNCTIONS(X)                                                               \
    X(BIO_free)                                                                                    \
    X(BIO_new)                                                                                     \
    X(BIO_read)                                                                                    \
    X(BIO_s_mem)                                                                                   \
    X(BIO_write)                                                                                   \
    X(BIO_new_fd)                                                                                  \
    X(ERR_clear_error)                                                                             \
    X(ERR_peek_error)                                                                              \
    X(ERR_reason_error_string)                                                                     \
    X(EVP_PKEY_free)                                                                               \
    X(EVP_sha256)                                                                                  \
    X(PEM_read_bio_PrivateKey)                                                                     \
    X(RAND_status)                                                                                 \
    X(SSL_CTX_ctrl)                                                                                \
    X(SSL_CTX_free)                                                                                \
    X(SSL_CTX_get0_param)                                                                          \
    X(SSL_CTX_load_verify_locations)                                                               \
    X(SSL_CTX_new)                                                                                 \
    X(SSL_CTX_set_num_tickets)                                                                     \
    X(SSL_CTX_set_options)                                                                         \
    X(SSL_CTX_set_verify)                                                                          \
    X(SSL_CTX_use_PrivateKey)                                                                      \
    X(SSL_CTX_use_certificate_chain_file)                                                          \
    X(SSL_alert_desc_string_long)                                                                  \
    X(SSL_do_handshake)                                                                            \
    X(SSL_free)                                                                                    \
    X(SSL_get1_peer_certificate)                                                                   \
    X(SSL_get_error)                                                                               \
    X(SSL_get_verify_result)                                                                       \
    X(SSL_new)                                                                                     \
    X(SSL_read)                                                                                    \
    X(SSL_set_accept_state)                                                                        \
    X(SSL_set_bio)                                                                                 \
    X(SSL_set_connect_state)                                                                       \
    X(SSL_shutdown)                                                                                \
    X(SSL_write)                                                                                   \
    X(TLS_client_method)                                                                           \
    X(TLS_server_method)                                                                           \
    X(X509_VERIFY_PARAM_set_flags)                                                                 \
    X(X509_digest)                                                                                 \
    X(X509_free)                                                                                   \
    X(X509_verify_cert_error_string)

struct channel_openssl {
#define CHANNEL_OPENSSL_MEMBER(function) __typeof__(function) *function;
    CHANNEL_OPENSSL_FUNCTIONS(CHANNEL_OPENSSL_MEMBER)
#undef CHANNEL_OPENSSL_MEMBER
};

/* base_library_load; libssl brings libcrypto with it. */
int channel_openssl_load(struct channel_openssl *openssl, struct base_error *error);

#endif
