/* SPDX-License-Identifier: Apache-2.0
 *
 * Dumps over TLS, and what is said where there is none: fakes in front of fake switches
 * (testing/fake_tls.h). tls_hostile_test.c has those that mean harm. */
#include "channel/tls.h"

#include "channel/channel.h"
#include "channel/stream.h"
#include "channel/tls_inside.h"
#include "testing/channel.h"
#include "testing/failing.h"
#include "testing/fake_tls.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fake_tls_files files;
static struct endpoint_tls ours; /* all that we may have */

static int set_up(void **state)
{
    (void)state;
    fake_tls_make_files(&files);
    ours = (struct endpoint_tls){
        .key = files.key, .certificate = files.certificate[0], .ca = files.ca[0]};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_tls_remove_files(&files);
    return 0;
}

/* Of a switch of 1,300 entries behind such a peer, which has a good certificate unless it says
 * otherwise; n times on one channel, and the last dump. */
static struct channel_dump dump_over(struct fake_tls peer, const struct endpoint_tls *tls, int n,
                                     char endpoint[64])
{
    struct fake_switch fake = {.dpid = 5, .n_flows = 1300};
    struct channel_dump dump = {.ok = false};
    peer.key = peer.key ? peer.key : files.key;
    peer.certificate = peer.certificate ? peer.certificate : files.certificate[0];
    assert_true(fake_switch_start(&fake));
    peer.behind = fake.port;
    assert_true(fake_tls_start(&peer));
    struct channel_target target = {.name = "s1", .endpoint = peer.endpoint, .tls = *tls};
    struct channel *channel;
    assert_int_equal(channel_open(&target, 1, &PATIENT, &channel, NULL), 0);
    while (n-- > 0) {
        switch_state_free(&dump.state);
        dump_all(channel, BOTH, &dump);
    }
    channel_close(channel);
    fake_tls_stop(&peer);
    stop(&fake);
    strcpy(endpoint, peer.endpoint);
    return dump;
}

static void expect_whole(struct fake_tls peer, const struct endpoint_tls *tls, int n)
{
    char endpoint[64];
    struct channel_dump dump = dump_over(peer, tls, n, endpoint);
    assert_ok(&dump, 1300);
    assert_true(dump.state.datapath_id == 5);
    switch_state_free(&dump.state);
}

static void expect_none(struct fake_tls peer, const struct endpoint_tls *tls, const char *why)
{
    char endpoint[64];
    struct channel_dump dump = dump_over(peer, tls, 1, endpoint);
    assert_failed(&dump, endpoint, why);
}

static void a_switch_is_read_over_tls(void **state)
{
    (void)state;
    expect_whole((struct fake_tls){.ca = files.ca[0]}, &ours, 3);
    expect_whole((struct fake_tls){.ca = files.ca[0], .max_version = TLS1_2_VERSION}, &ours, 3);
}

/* A program that has no standard input opens its key as that. */
static void descriptor_0_is_one_like_others(void **state)
{
    (void)state;
    struct channel_tls_pool pool = {0};
    struct channel_tls *tls;
    struct endpoint endpoint;
    struct base_error error = {""};
    assert_int_equal(endpoint_parse("ssl:127.0.0.1:1", &endpoint, &error), 0);
    int input = dup(STDIN_FILENO);
    close(STDIN_FILENO);
    int status = channel_tls_get(&pool, &endpoint, &ours, &tls, &error);
    dup2(input, STDIN_FILENO);
    close(input);
    assert_string_equal(error.text, "");
    assert_int_equal(status, 0);
    channel_tls_pool_free(&pool);
}

static void a_switch_may_not_ask_for_our_certificate(void **state)
{
    (void)state;
    const struct endpoint_tls only_ca = {.ca = files.ca[0]};
    expect_whole((struct fake_tls){.ca = NULL}, &only_ca, 1);
}

/* As switches have it that sign their own. */
static void a_certificate_may_be_trusted_itself(void **state)
{
    (void)state;
    const struct endpoint_tls leaf = {.ca = files.certificate[0]};
    expect_whole((struct fake_tls){.ca = NULL}, &leaf, 1);
    expect_none((struct fake_tls){.certificate = files.certificate[1]}, &leaf,
                "its certificate is not signed by the CA in");
}

static void a_certificate_must_be_good(void **state)
{
    (void)state;
    char why[256];
    snprintf(why, sizeof why, "its certificate is not signed by the CA in %s (", files.ca[0]);
    expect_none((struct fake_tls){.certificate = files.certificate[1]}, &ours, why);
    expect_none((struct fake_tls){.certificate = files.expired}, &ours,
                "its certificate, or one that signed it, has expired");
    expect_none((struct fake_tls){.certificate = files.future}, &ours,
                "its certificate, or one that signed it, is not valid yet");
}

static void a_fingerprint_must_be_the_one(void **state)
{
    (void)state;
    char why[256];
    struct endpoint_tls pinned = ours;
    pinned.has_fingerprint = endpoint_parse_fingerprint(files.fingerprint, pinned.fingerprint);
    assert_true(pinned.has_fingerprint);
    expect_whole((struct fake_tls){.ca = NULL}, &pinned, 1);
    pinned.fingerprint[31] ^= 1;
    snprintf(why, sizeof why, "with another fingerprint than is expected: %s", files.fingerprint);
    expect_none((struct fake_tls){.ca = NULL}, &pinned, why);
}

/* In TLS 1.2 the handshake fails; in TLS 1.3 ours is done, and the next read fails. The peer may
 * also close while our messages are on their way, and its alert be lost. */
static void our_certificate_must_be_good_for_the_switch(void **state)
{
    (void)state;
    const int versions[] = {TLS1_2_VERSION, 0};
    for (size_t i = 0; i < 2; i++) {
        struct endpoint_tls none = {.ca = files.ca[0]}, other = ours;
        other.certificate = files.certificate[1];
        const struct fake_tls strict = {.ca = files.ca[0], .max_version = versions[i]};
        expect_none(strict, &none, "wants a certificate of us");
        expect_none(strict, &other, "does not accept our certificate");
    }
}

static void an_old_tls_is_none(void **state)
{
    (void)state;
    expect_none((struct fake_tls){.max_version = TLS1_1_VERSION}, &ours,
                "does not speak TLS 1.2 or later");
}

/* The program may have given up its right to read files by then. */
static void no_file_is_read_later(void **state)
{
    (void)state;
    struct channel *channels[2];
    struct channel_dump dumps[2];
    char elsewhere[80];
    struct fake_switch fake = {.n_flows = 3};
    assert_true(fake_switch_start(&fake));
    struct fake_tls peer = {
        .behind = fake.port, .key = files.key, .certificate = files.certificate[0]};
    assert_true(fake_tls_start(&peer));
    const struct channel_target target = {.name = "s1", .endpoint = peer.endpoint, .tls = ours};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(channel_open(&target, 1, &PATIENT, &channels[i], NULL), 0);
    }
    dump_all(channels[0], BOTH, &dumps[0]); /* now the peer has read its own */
    channel_close(channels[0]);
    snprintf(elsewhere, sizeof elsewhere, "%s.gone", files.directory);
    assert_int_equal(rename(files.directory, elsewhere), 0);
    dump_all(channels[1], BOTH, &dumps[1]);
    assert_int_equal(rename(elsewhere, files.directory), 0);
    channel_close(channels[1]);
    fake_tls_stop(&peer);
    stop(&fake);
    for (size_t i = 0; i < 2; i++) {
        assert_ok(&dumps[i], 3);
        switch_state_free(&dumps[i].state);
    }
}

/* pssl: */

/* A free port of ours, and its endpoint. */
static uint16_t find_port(char endpoint[64])
{
    struct fake_switch fake = {.n_flows = 0};
    assert_true(fake_switch_start(&fake));
    fake_switch_stop(&fake);
    snprintf(endpoint, 64, "pssl:%u:127.0.0.1", fake.port);
    return fake.port;
}

/* A switch with datapath id 5 dials through such a peer, and is waited for. */
static struct channel_dump be_dialled(struct fake_tls peer, const struct endpoint_tls *tls,
                                      const struct channel_options *options, char endpoint[64])
{
    struct channel_dump dump;
    struct channel *channel;
    peer.port = find_port(endpoint);
    peer.is_client = true;
    assert_true(fake_tls_start(&peer));
    struct fake_switch fake = {.dpid = 5, .n_flows = 1300, .dial_port = peer.behind};
    const struct channel_target target = {
        .name = "s1", .endpoint = endpoint, .dpid = 5, .tls = *tls};
    assert_int_equal(channel_open(&target, 1, options, &channel, NULL), 0);
    assert_true(fake_switch_start(&fake));
    dump_all(channel, BOTH, &dump);
    channel_close(channel);
    stop(&fake);
    fake_tls_stop(&peer);
    return dump;
}

static struct fake_tls caller(const char *certificate)
{
    return (struct fake_tls){.key = files.key, .certificate = certificate, .ca = files.ca[0]};
}

static void a_switch_dials_over_tls(void **state)
{
    (void)state;
    char endpoint[64];
    struct channel_dump dump = be_dialled(caller(files.certificate[0]), &ours, &PATIENT, endpoint);
    assert_ok(&dump, 1300);
    switch_state_free(&dump.state);
}

static void a_caller_must_show_a_good_certificate(void **state)
{
    (void)state;
    const struct channel_options hasty = {.timeout_ms = 4000, .plain = true};
    char endpoint[64];
    const struct {
        const char *certificate, *why;
    } cases[] = {{NULL, ": shows no certificate"},
                 {files.certificate[1], "its certificate is not signed by the CA in"},
                 {files.expired, "has expired"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct channel_dump dump =
            be_dialled(caller(cases[i].certificate), &ours, &hasty, endpoint);
        assert_failed(&dump, endpoint, cases[i].why);
    }
}

/* Else every switch of a CA could say that it is any other. */
static void a_caller_has_the_fingerprint_of_its_switch(void **state)
{
    (void)state;
    const struct channel_options hasty = {.timeout_ms = 4000, .plain = true};
    char endpoint[64];
    struct endpoint_tls pinned = ours;
    pinned.has_fingerprint = endpoint_parse_fingerprint(files.fingerprint, pinned.fingerprint);
    struct channel_dump dump =
        be_dialled(caller(files.certificate[0]), &pinned, &PATIENT, endpoint);
    assert_ok(&dump, 1300);
    switch_state_free(&dump.state);
    pinned.fingerprint[0] ^= 0x80;
    dump = be_dialled(caller(files.certificate[0]), &pinned, &hasty, endpoint);
    assert_failed(&dump, endpoint, ": shows a certificate with another fingerprint");
}

/* Files */

static void assert_no_tls(const char *endpoint, struct endpoint_tls tls, const char *why)
{
    const struct channel_target target = {.name = "s1", .endpoint = endpoint, .tls = tls};
    struct channel *channel;
    struct channel_dump dump;
    assert_int_equal(channel_open(&target, 1, &PATIENT, &channel, NULL), 0);
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint, why);
    channel_close(channel);
}

static void what_is_wrong_with_files_is_said(void **state)
{
    (void)state;
    struct endpoint_tls bad = ours;
    bad.ca = NULL;
    assert_no_tls("ssl:127.0.0.1:1", bad, "TLS needs to know who signs the certificates");
    bad = (struct endpoint_tls){.ca = files.ca[0], .key = files.key};
    assert_no_tls("ssl:127.0.0.1:1", bad, "TLS needs a certificate to the key");
    bad = (struct endpoint_tls){.ca = files.ca[0], .certificate = files.certificate[0]};
    assert_no_tls("ssl:127.0.0.1:1", bad, "TLS needs the key to the certificate");
    bad = (struct endpoint_tls){.ca = files.ca[0]};
    assert_no_tls("pssl:1", bad, "TLS where switches dial needs a key and a certificate of ours");
}

static void keys_are_nobody_elses(void **state)
{
    (void)state;
    char why[256];
    struct endpoint_tls bad = ours;
    snprintf(why, sizeof why, "%s: mode 0640 lets others at the key; expected 0600", files.key);
    assert_int_equal(chmod(files.key, 0640), 0);
    assert_no_tls("ssl:127.0.0.1:1", bad, why);
    assert_int_equal(chmod(files.key, 0600), 0);
    bad.key = files.other_key;
    snprintf(why, sizeof why, "%s: not the key of the certificate", files.other_key);
    assert_no_tls("ssl:127.0.0.1:1", bad, why);
    bad.key = files.ca[0];
    snprintf(why, sizeof why, "%s: no private key without a password in it (PEM)", files.ca[0]);
    assert_no_tls("ssl:127.0.0.1:1", bad, why);
    bad.key = "/nowhere/key";
    assert_no_tls("ssl:127.0.0.1:1", bad, "/nowhere/key: No such file or directory");
    bad = ours;
    bad.certificate = files.key;
    snprintf(why, sizeof why, "%s: no certificate in it (PEM)", files.key);
    assert_no_tls("ssl:127.0.0.1:1", bad, why);
    bad.certificate = "/nowhere/certificate";
    assert_no_tls("ssl:127.0.0.1:1", bad, "/nowhere/certificate: No such file or directory");
    bad = ours;
    bad.ca = "/nowhere/ca";
    assert_no_tls("ssl:127.0.0.1:1", bad, "/nowhere/ca: No such file or directory");
    bad.ca = files.key;
    snprintf(why, sizeof why, "%s: no certificate in it (PEM)", files.key);
    assert_no_tls("ssl:127.0.0.1:1", bad, why);
}

/* A thousand switches have one key. */
static void what_was_read_is_read_once(void **state)
{
    (void)state;
    struct channel_tls_pool pool = {0};
    struct channel_tls *one, *two;
    const struct endpoint plain = {.kind = ENDPOINT_TCP}, ssl = {.kind = ENDPOINT_TCP, .tls = true},
                          pssl = {.kind = ENDPOINT_PTCP, .tls = true};
    struct endpoint_tls pinned = ours;
    assert_int_equal(channel_tls_get(&pool, &plain, &ours, &one, NULL), 0);
    assert_null(one);
    assert_int_equal(channel_tls_get(&pool, &ssl, &ours, &one, NULL), 0);
    assert_non_null(one);
    assert_int_equal(channel_tls_get(&pool, &ssl, &ours, &two, NULL), 0);
    assert_ptr_equal(one, two);
    pinned.has_fingerprint = true;
    assert_int_equal(channel_tls_get(&pool, &ssl, &pinned, &two, NULL), 0);
    assert_ptr_not_equal(one, two);
    assert_int_equal(channel_tls_get(&pool, &pssl, &ours, &one, NULL), 0);
    assert_ptr_not_equal(one, two);
    assert_int_equal(channel_tls_get(&pool, &pssl, &pinned, &two, NULL), 0);
    assert_ptr_equal(one, two);
    const struct endpoint_tls other = {
        .key = files.key, .certificate = files.certificate[1], .ca = files.ca[1]};
    assert_int_equal(channel_tls_get(&pool, &pssl, &other, &two, NULL), 0);
    assert_ptr_not_equal(one, two);
    assert_int_equal(pool.n_items, 4);
    /* the paths are its own */
    char key[96], certificate[96], ca[96];
    strcpy(key, files.key);
    strcpy(certificate, files.certificate[1]);
    strcpy(ca, files.ca[0]);
    const struct endpoint_tls mine = {.key = key, .certificate = certificate, .ca = ca};
    assert_int_equal(channel_tls_get(&pool, &ssl, &mine, &one, NULL), 0);
    key[0] = certificate[0] = ca[0] = '!';
    const struct endpoint_tls again = {
        .key = files.key, .certificate = files.certificate[1], .ca = files.ca[0]};
    assert_int_equal(channel_tls_get(&pool, &ssl, &again, &two, NULL), 0);
    assert_ptr_equal(one, two);
    assert_int_equal(pool.n_items, 5);
    channel_tls_pool_free(&pool);
    assert_int_equal(pool.n_items, 0);
}

/* By which both ends are held to TLS 1.2 at least and to certificates, nothing is resumed, and what
 * is written may be so in parts. */
static void every_rule_is_set(void **state)
{
    (void)state;
    struct channel_tls_pool pool = {0};
    for (int kind = 0; kind < 2; kind++) {
        const struct endpoint endpoint = {.kind = kind ? ENDPOINT_PTCP : ENDPOINT_TCP, .tls = true};
        struct channel_tls *tls;
        assert_int_equal(channel_tls_get(&pool, &endpoint, &ours, &tls, NULL), 0);
        SSL_CTX *context = tls->context;
        const uint64_t options = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION;
        assert_int_equal(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);
        assert_int_equal(SSL_CTX_get_max_proto_version(context), 0);
        assert_int_equal(SSL_CTX_get_mode(context) &
                             (SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER),
                         SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS |
                             SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        assert_int_equal(SSL_CTX_get_session_cache_mode(context), SSL_SESS_CACHE_OFF);
        assert_true((SSL_CTX_get_options(context) & options) == options);
        assert_int_equal(SSL_CTX_get_num_tickets(context), 0);
        assert_int_equal(SSL_CTX_get_verify_mode(context),
                         SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
        assert_true(X509_VERIFY_PARAM_get_flags(SSL_CTX_get0_param(context)) &
                    X509_V_FLAG_PARTIAL_CHAIN);
        assert_non_null(SSL_CTX_get0_certificate(context));
        assert_non_null(SSL_CTX_get0_privatekey(context));
    }
    channel_tls_pool_free(&pool);
}

/* OpenSSL's allocations, so that they can fail. */
static void *ssl_malloc(size_t n_bytes, const char *file, int line)
{
    (void)file, (void)line;
    return malloc(n_bytes);
}

static void *ssl_realloc(void *memory, size_t n_bytes, const char *file, int line)
{
    (void)file, (void)line;
    return realloc(memory, n_bytes);
}

static void ssl_free(void *memory, const char *file, int line)
{
    (void)file, (void)line;
    free(memory);
}

/* Whichever of them fails, files are read or it is said why not, and a stream is there or not. */
static void without_memory_there_is_no_tls(void **state)
{
    (void)state;
    struct endpoint endpoint;
    assert_int_equal(endpoint_parse("ssl:127.0.0.1:1", &endpoint, NULL), 0);
    bool failed = true;
    size_t n_lacking = 0;
    for (size_t n = 0; failed; n += 1 + n / 16) {
        struct base_error error = {""};
        struct channel_tls_pool pool = {0};
        struct channel_tls *tls = NULL;
        failing_begin(n, false);
        int status = channel_tls_get(&pool, &endpoint, &ours, &tls, &error);
        failed = failing_end();
        assert_int_equal(status == 0, error.text[0] == '\0');
        n_lacking += strcmp(error.text, "out of memory") == 0;
        for (bool lacks = tls; lacks;) {
            static size_t granted;
            failing_begin(granted++, false);
            struct channel_stream *stream = channel_stream_new(dup(0), tls, &error);
            lacks = failing_end();
            assert_true(stream || strcmp(error.text, "out of memory") == 0);
            channel_stream_free(stream);
        }
        channel_tls_pool_free(&pool);
    }
    assert_true(n_lacking > 3);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_memory_there_is_no_tls),
    cmocka_unit_test(a_switch_is_read_over_tls),
    cmocka_unit_test(descriptor_0_is_one_like_others),
    cmocka_unit_test(a_switch_may_not_ask_for_our_certificate),
    cmocka_unit_test(a_certificate_may_be_trusted_itself),
    cmocka_unit_test(a_certificate_must_be_good),
    cmocka_unit_test(a_fingerprint_must_be_the_one),
    cmocka_unit_test(our_certificate_must_be_good_for_the_switch),
    cmocka_unit_test(an_old_tls_is_none),
    cmocka_unit_test(no_file_is_read_later),
    cmocka_unit_test(a_switch_dials_over_tls),
    cmocka_unit_test(a_caller_must_show_a_good_certificate),
    cmocka_unit_test(a_caller_has_the_fingerprint_of_its_switch),
    cmocka_unit_test(what_is_wrong_with_files_is_said),
    cmocka_unit_test(keys_are_nobody_elses),
    cmocka_unit_test(what_was_read_is_read_once),
    cmocka_unit_test(every_rule_is_set),
};

int main(void)
{
    CRYPTO_set_mem_functions(ssl_malloc, ssl_realloc, ssl_free);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
