/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a peer in TLS do whose behaviour a test sets? */
#include "testing/fake_tls.h"

#include "testing/cmocka.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY_S = 86400 };

/* Certificates */

static X509 *certify(const char *name, long begin_s, long end_s, EVP_PKEY *key, X509 *ca,
                     EVP_PKEY *ca_key)
{
    static long serial;
    X509 *certificate = X509_new();
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), begin_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), end_s);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate, ca ? X509_get_subject_name(ca) : subject);
    X509_set_pubkey(certificate, key);
    if (!ca) {
        X509_EXTENSION *extension =
            X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "CA:TRUE");
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    assert_true(X509_sign(certificate, ca_key, EVP_sha256()) > 0);
    return certificate;
}

static FILE *create(const struct fake_tls_files *files, const char *name, char path[96])
{
    snprintf(path, 96, "%s/%s", files->directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), 0600), 0);
    return file;
}

static void save(const struct fake_tls_files *files, const char *name, char path[96],
                 X509 *certificate)
{
    FILE *file = create(files, name, path);
    PEM_write_X509(file, certificate);
    fclose(file);
}

static void save_key(const struct fake_tls_files *files, const char *name, char path[96],
                     EVP_PKEY *key)
{
    FILE *file = create(files, name, path);
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
}

static void print_fingerprint(const X509 *certificate, char text[96])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    X509_digest(certificate, EVP_sha256(), digest, &n);
    for (unsigned i = 0; i < n; i++) {
        snprintf(text + 3 * i, 4, i + 1 < n ? "%02X:" : "%02X", digest[i]);
    }
}

void fake_tls_make_files(struct fake_tls_files *files)
{
    *files = (struct fake_tls_files){.directory = "/tmp/fake_tls.XXXXXX"};
    assert_non_null(mkdtemp(files->directory));
    EVP_PKEY *key = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");
    save_key(files, "key.pem", files->key, key);
    save_key(files, "other.pem", files->other_key, other);
    for (int i = 0; i < 2; i++) {
        char name[32];
        EVP_PKEY *ca_key = EVP_EC_gen("P-256");
        X509 *ca = certify(i ? "ca 1" : "ca 0", -DAY_S, DAY_S, ca_key, NULL, ca_key);
        X509 *good = certify("good", -DAY_S, DAY_S, key, ca, ca_key);
        snprintf(name, sizeof name, "ca%d.pem", i);
        save(files, name, files->ca[i], ca);
        snprintf(name, sizeof name, "certificate%d.pem", i);
        save(files, name, files->certificate[i], good);
        if (i == 0) {
            X509 *expired = certify("expired", -2 * DAY_S, -DAY_S, key, ca, ca_key);
            X509 *future = certify("future", DAY_S / 2, DAY_S, key, ca, ca_key);
            save(files, "expired.pem", files->expired, expired);
            save(files, "future.pem", files->future, future);
            print_fingerprint(good, files->fingerprint);
            X509_free(expired);
            X509_free(future);
        }
        X509_free(good);
        X509_free(ca);
        EVP_PKEY_free(ca_key);
    }
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
}

void fake_tls_remove_files(const struct fake_tls_files *files)
{
    const char *const paths[] = {files->ca[0],          files->ca[1],    files->key,
                                 files->certificate[0], files->expired,  files->certificate[1],
                                 files->future,         files->other_key};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        unlink(paths[i]);
    }
    rmdir(files->directory);
}

/* The peer */

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
}

static int dial(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
        close(fd);
        return -1;
    }
    return fd;
}

static SSL_CTX *new_context(const struct fake_tls *fake)
{
    SSL_CTX *context = SSL_CTX_new(fake->is_client ? TLS_client_method() : TLS_server_method());
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    if (fake->max_version) {
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_min_proto_version(context, 0);
        SSL_CTX_set_max_proto_version(context, fake->max_version);
    }
    if (fake->certificate) {
        SSL_CTX_use_certificate_chain_file(context, fake->certificate);
        SSL_CTX_use_PrivateKey_file(context, fake->key, SSL_FILETYPE_PEM);
    }
    if (fake->ca) {
        SSL_CTX_load_verify_locations(context, fake->ca, NULL);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    return context;
}

static bool pass_on(SSL *ssl, int plain, struct pollfd waiting[2])
{
    char bytes[16384];
    if (SSL_pending(ssl) > 0 || waiting[0].revents) {
        int n = SSL_read(ssl, bytes, sizeof bytes);
        if (n <= 0 ? SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ
                   : send(plain, bytes, (size_t)n, MSG_NOSIGNAL) != n) {
            return false;
        }
    }
    if (waiting[1].revents) {
        ssize_t n = recv(plain, bytes, sizeof bytes, 0);
        return n > 0 && SSL_write(ssl, bytes, (int)n) == n;
    }
    return true;
}

static void relay(SSL *ssl, int fd, int plain)
{
    struct pollfd waiting[2] = {{.fd = fd, .events = POLLIN}, {.fd = plain, .events = POLLIN}};
    while ((SSL_pending(ssl) > 0 || poll(waiting, 2, -1) > 0) && pass_on(ssl, plain, waiting)) {
        waiting[0].revents = waiting[1].revents = 0;
    }
}

/* Until the other has had enough. */
static void annoy(SSL *ssl, enum fake_tls_manner manner)
{
    int status = 1;
    while (status == 1) {
        if (manner == FAKE_TLS_RENEWS_KEYS) {
            SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
        } else {
            SSL_renegotiate(ssl);
        }
        status = SSL_do_handshake(ssl);
        if (manner == FAKE_TLS_RENEGOTIATES && status != 1 &&
            ERR_GET_REASON(ERR_peek_error()) == SSL_R_NO_RENEGOTIATION) {
            ERR_clear_error();
        }
    }
}

/* So that the other can read the alert: a socket that is closed with something unread resets the
 * connection. */
static void close_gently(int fd)
{
    char bytes[4096];
    shutdown(fd, SHUT_WR);
    while (recv(fd, bytes, sizeof bytes, 0) > 0) {
    }
}

static void serve(const struct fake_tls *fake, SSL_CTX *context, int fd, int plain)
{
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    if ((fake->is_client ? SSL_connect : SSL_accept)(ssl) == 1) {
        if (fake->manner == FAKE_TLS_RELAYS) {
            relay(ssl, fd, plain);
        } else if (fake->manner != FAKE_TLS_CUTS) {
            annoy(ssl, fake->manner);
        }
    } else {
        close_gently(fd);
    }
    ERR_clear_error();
    SSL_free(ssl);
}

static void *run(void *arg)
{
    struct fake_tls *fake = arg;
    SSL_CTX *context = new_context(fake);
    int near;
    while ((near = accept(fake->listen_fd, NULL, NULL)) >= 0) {
        int far = dial(fake->is_client ? fake->port : fake->behind);
        if (fake->is_client) {
            serve(fake, context, far, near);
        } else {
            serve(fake, context, near, far);
        }
        close(near);
        close(far);
    }
    SSL_CTX_free(context);
    return NULL;
}

bool fake_tls_start(struct fake_tls *fake)
{
    struct sockaddr_in address = loopback(0);
    fake->listen_fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fake->listen_fd, (struct sockaddr *)&address, sizeof address) ||
        getsockname(fake->listen_fd, (struct sockaddr *)&address, &(socklen_t){sizeof address}) ||
        listen(fake->listen_fd, 8)) {
        return false;
    }
    *(fake->is_client ? &fake->behind : &fake->port) = ntohs(address.sin_port);
    snprintf(fake->endpoint, sizeof fake->endpoint, "ssl:127.0.0.1:%u", fake->port);
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to sockets as it likes */
    return pthread_create(&fake->thread, NULL, run, fake) == 0;
}

void fake_tls_stop(struct fake_tls *fake)
{
    shutdown(fake->listen_fd, SHUT_RDWR);
    pthread_join(fake->thread, NULL);
    close(fake->listen_fd);
}
