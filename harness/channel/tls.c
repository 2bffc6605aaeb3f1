/* SPDX-License-Identifier: Apache-2.0
 *
 * Which key, certificate and CA does an endpoint use, and are they good? */
#include "channel/tls.h"

#include "base/arena.h"
#include "base/secret.h"
#include "channel/tls_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A key that needs a password is not one for a program: OpenSSL would ask at the terminal. */
static int no_password(char *password, int size, int is_write, void *aux)
{
    (void)password;
    (void)size;
    (void)is_write;
    (void)aux;
    return -1;
}

/* After the certificate: OpenSSL compares them. */
static int use_key(struct channel_tls *tls, int fd, struct base_error *error)
{
    const struct channel_openssl *lib = &tls->lib;
    BIO *file = lib->BIO_new_fd(fd, BIO_NOCLOSE);
    EVP_PKEY *key = file ? lib->PEM_read_bio_PrivateKey(file, NULL, no_password, NULL) : NULL;
    int status = 0;
    if (!key) {
        status = base_fail(error, "no private key without a password in it (PEM)");
    } else if (lib->SSL_CTX_use_PrivateKey(tls->context, key) != 1) {
        status = base_fail(error, "not the key of the certificate %s", tls->files.certificate);
    }
    lib->EVP_PKEY_free(key);
    lib->BIO_free(file);
    return status;
}

static int read_key(struct channel_tls *tls, struct base_error *error)
{
    int fd = open(tls->files.key, O_RDONLY | O_CLOEXEC);
    int status = fd < 0 ? base_fail(error, "%s", strerror(errno))
                 : base_secret_check(fd, "key", error) || use_key(tls, fd, error) ? -1
                                                                                  : 0;
    if (fd >= 0) {
        close(fd);
    }
    return status ? base_fail_in(error, "%s", tls->files.key) : 0;
}

/* OpenSSL's own words for this are many and say little. */
static int check_pem(const char *path, int is_read, struct base_error *error)
{
    if (access(path, R_OK)) {
        return base_fail(error, "%s: %s", path, strerror(errno));
    }
    return is_read == 1 ? 0 : base_fail(error, "%s: no certificate in it (PEM)", path);
}

static int read_certificate(struct channel_tls *tls, struct base_error *error)
{
    const char *path = tls->files.certificate;
    int is_read = tls->lib.SSL_CTX_use_certificate_chain_file(tls->context, path);
    return check_pem(path, is_read, error) || read_key(tls, error) ? -1 : 0;
}

static int read_files(struct channel_tls *tls, struct base_error *error)
{
    const char *ca = tls->files.ca;
    return check_pem(ca, tls->lib.SSL_CTX_load_verify_locations(tls->context, ca, NULL), error) ||
                   (tls->files.certificate && read_certificate(tls, error))
               ? -1
               : 0;
}

/* No session is resumed: each peer shows its certificate. */
static void set_rules(struct channel_tls *tls)
{
    const struct channel_openssl *lib = &tls->lib;
    SSL_CTX *context = tls->context;
    lib->SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL);
    lib->SSL_CTX_ctrl(context, SSL_CTRL_MODE,
                      SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                          SSL_MODE_RELEASE_BUFFERS,
                      NULL);
    lib->SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF, NULL);
    lib->SSL_CTX_set_options(context,
                             SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    lib->SSL_CTX_set_num_tickets(context, 0);
    lib->X509_VERIFY_PARAM_set_flags(lib->SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    lib->SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    lib->RAND_status(); /* seeds */
}

static int set_up(struct channel_tls *tls, struct base_error *error)
{
    const struct channel_openssl *lib = &tls->lib;
    if (channel_openssl_load(&tls->lib, error)) {
        return -1;
    }
    tls->context =
        lib->SSL_CTX_new(tls->accepts ? lib->TLS_server_method() : lib->TLS_client_method());
    if (!tls->context) {
        return base_fail(error, "out of memory");
    }
    set_rules(tls);
    int status = read_files(tls, error);
    lib->ERR_clear_error();
    return status;
}

static void free_tls(struct channel_tls *tls)
{
    if (tls->context) {
        tls->lib.SSL_CTX_free(tls->context);
    }
    free(tls->paths);
    free(tls);
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_for(const struct channel_tls *tls, bool accepts, const struct endpoint_tls *files)
{
    return tls->accepts == accepts && same(tls->files.key, files->key) &&
           same(tls->files.certificate, files->certificate) && same(tls->files.ca, files->ca) &&
           tls->files.has_fingerprint == files->has_fingerprint &&
           memcmp(tls->files.fingerprint, files->fingerprint, sizeof files->fingerprint) == 0;
}

/* Copies `text` to *at, and moves that behind it; NULL of NULL. */
static const char *keep(const char *text, char **at)
{
    const char *kept = text ? *at : NULL;
    *at = text ? stpcpy(*at, text) + 1 : *at;
    return kept;
}

static struct channel_tls *new_tls(bool accepts, const struct endpoint_tls *files)
{
    struct channel_tls *tls = calloc(1, sizeof *tls);
    size_t n_bytes = 3 + strlen(files->ca) + (files->key ? strlen(files->key) : 0) +
                     (files->certificate ? strlen(files->certificate) : 0);
    char *at = tls ? malloc(n_bytes) : NULL;
    if (!at) {
        free(tls);
        return NULL;
    }
    tls->accepts = accepts;
    tls->paths = at;
    tls->files = *files;
    tls->files.key = keep(files->key, &at);
    tls->files.certificate = keep(files->certificate, &at);
    tls->files.ca = keep(files->ca, &at);
    return tls;
}

static int check_files(bool accepts, const struct endpoint_tls *files, struct base_error *error)
{
    if (!files->ca) {
        return base_fail(error, "TLS needs to know who signs the certificates of switches (ca)");
    }
    if (!files->key != !files->certificate) {
        return base_fail(error, "TLS needs %s to the %s", files->key ? "a certificate" : "the key",
                         files->key ? "key" : "certificate");
    }
    return accepts && !files->key
               ? base_fail(error, "TLS where switches dial needs a key and a certificate of ours")
               : 0;
}

int channel_tls_get(struct channel_tls_pool *pool, const struct endpoint *endpoint,
                    const struct endpoint_tls *files, struct channel_tls **tls,
                    struct base_error *error)
{
    bool accepts = endpoint->kind == ENDPOINT_PTCP;
    struct endpoint_tls wanted = *files;
    *tls = NULL;
    if (!endpoint->tls) {
        return 0;
    }
    if (accepts || !wanted.has_fingerprint) {
        wanted.has_fingerprint = false;
        memset(wanted.fingerprint, 0, sizeof wanted.fingerprint);
    }
    for (size_t i = 0; i < pool->n_items && !*tls; i++) {
        *tls = is_for(pool->items[i], accepts, &wanted) ? pool->items[i] : NULL;
    }
    if (*tls) {
        return 0;
    }
    if (check_files(accepts, &wanted, error)) {
        return -1;
    }
    struct channel_tls *new = new_tls(accepts, &wanted);
    if (!new || base_grow(&pool->items, pool->n_items, &pool->capacity, sizeof *pool->items)) {
        free(new ? new->paths : NULL);
        free(new);
        return base_fail(error, "out of memory");
    }
    if (set_up(new, error)) {
        free_tls(new);
        return -1;
    }
    *tls = pool->items[pool->n_items++] = new;
    return 0;
}

void channel_tls_pool_free(struct channel_tls_pool *pool)
{
    for (size_t i = 0; i < pool->n_items; i++) {
        free_tls(pool->items[i]);
    }
    free(pool->items);
    *pool = (struct channel_tls_pool){0};
}
