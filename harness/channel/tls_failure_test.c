/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of a peer with which there is no TLS: by what it sent first, what OpenSSL says of
 * it, and how the connection ended. */
#include "channel/tls_inside.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* OpenSSL, as far as it is asked. */
static struct said {
    unsigned long code;
    const char *reason;
    long verified;
} said;

static unsigned long peek_error(void)
{
    return said.code;
}

static const char *reason_string(unsigned long code)
{
    (void)code;
    return said.reason;
}

static const char *alert_string(int alert)
{
    (void)alert;
    return "words";
}

static long verify_result(const SSL *ssl)
{
    (void)ssl;
    return said.verified;
}

static const char *verify_string(long code)
{
    (void)code;
    return "words";
}

static struct channel_tls tls_with(const char *certificate, bool accepts)
{
    return (struct channel_tls){.lib = {.ERR_peek_error = peek_error,
                                        .ERR_reason_error_string = reason_string,
                                        .SSL_alert_desc_string_long = alert_string,
                                        .SSL_get_verify_result = verify_result,
                                        .X509_verify_cert_error_string = verify_string},
                                .accepts = accepts,
                                .files = {.certificate = certificate, .ca = "ca.pem"}};
}

static void assert_failure(const char *certificate, int reason, const char *text)
{
    const struct channel_tls tls = tls_with(certificate, false);
    const struct channel_tls_peer peer = {.tls = &tls, .first = {22, 3}, .n_first = 64};
    struct base_error error = {""};
    said.code = (unsigned long)ERR_PACK(ERR_LIB_SSL, 0, reason);
    assert_int_equal(channel_tls_explain_failure(&peer, &error), -1);
    assert_string_equal(error.text, text);
}

static void assert_alert(int alert, const char *certificate, const char *text)
{
    assert_failure(certificate, 1000 + alert, text);
}

/* By their numbers in RFC 8446, section 6. */
static void alerts_say_what_is_not_accepted(void **state)
{
    (void)state;
    static const int of_certificates[] = {40, 42, 43, 44, 45, 46, 48, 49, 51, 116};
    char text[128];
    for (size_t i = 0; i < sizeof of_certificates / sizeof *of_certificates; i++) {
        int alert = of_certificates[i];
        snprintf(text, sizeof text, "does not accept our certificate, own.pem (alert %d: words)",
                 alert);
        assert_alert(alert, "own.pem", text);
        snprintf(text, sizeof text, "wants a certificate of us, and we have none (alert %d: words)",
                 alert);
        assert_alert(alert, NULL, text);
    }
    assert_alert(70, NULL, "does not speak TLS 1.2 or later (alert 70: words)");
    assert_alert(0, NULL, "ends TLS (alert 0: words)");
    assert_alert(80, NULL, "ends TLS (alert 80: words)");
    assert_alert(255, NULL, "ends TLS (alert 255: words)");
}

static void what_openssl_says_is_told(void **state)
{
    (void)state;
    said.reason = "odd";
    assert_failure(NULL, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, "shows no certificate");
    assert_failure(NULL, SSL_R_UNSUPPORTED_PROTOCOL, "does not speak TLS 1.2 or later");
    assert_failure(NULL, SSL_R_VERSION_TOO_LOW, "does not speak TLS 1.2 or later");
    assert_failure(NULL, SSL_R_BAD_LENGTH, "breaks the rules of TLS: odd");
    assert_failure(NULL, 999, "breaks the rules of TLS: odd");
    assert_failure(NULL, 1256, "breaks the rules of TLS: odd");
    said.reason = NULL;
    assert_failure(NULL, 999, "breaks the rules of TLS: unknown");
}

static void what_is_wrong_with_a_certificate_is_told(void **state)
{
    (void)state;
    static const struct {
        long code;
        const char *text;
    } rows[] = {
        {X509_V_ERR_CERT_HAS_EXPIRED, "its certificate, or one that signed it, has expired"},
        {X509_V_ERR_CERT_NOT_YET_VALID,
         "its certificate, or one that signed it, is not valid yet: is a clock wrong?"},
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, NULL},
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, NULL},
        {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, NULL},
        {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, NULL},
        {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, NULL},
        {X509_V_ERR_CERT_SIGNATURE_FAILURE, NULL},
        {X509_V_ERR_INVALID_PURPOSE, "its certificate is not good: words"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        said.verified = rows[i].code;
        assert_failure(NULL, SSL_R_CERTIFICATE_VERIFY_FAILED,
                       rows[i].text ? rows[i].text
                                    : "its certificate is not signed by the CA in ca.pem (words)");
    }
}

/* With its first bytes; its records are those of TLS from 20 to 24. */
static void what_does_not_begin_as_tls_is_something_else(void **state)
{
    (void)state;
    static const struct {
        uint8_t first[2];
        bool accepts;
        const char *text;
    } rows[] = {
        {{1, 0}, false, "speaks OpenFlow without TLS: its endpoint is tcp:, not ssl:"},
        {{6, 1}, true, "speaks OpenFlow without TLS: its endpoint is ptcp:, not pssl:"},
        {{0, 0}, false, "answers, but not in TLS (first bytes 00 00)"},
        {{7, 0}, false, "answers, but not in TLS (first bytes 07 00)"},
        {{1, 2}, false, "answers, but not in TLS (first bytes 01 02)"},
        {{19, 3}, false, "answers, but not in TLS (first bytes 13 03)"},
        {{25, 3}, false, "answers, but not in TLS (first bytes 19 03)"},
        {{22, 2}, false, "answers, but not in TLS (first bytes 16 02)"},
        {{'h', 'i'}, false, "answers, but not in TLS: \"hi\""},
        {{20, 3}, false, NULL},
        {{24, 3}, false, NULL},
    };
    said = (struct said){.code = 999, .reason = "odd"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct channel_tls tls = tls_with(NULL, rows[i].accepts);
        struct channel_tls_peer peer = {.tls = &tls, .n_first = 2};
        struct base_error error = {""};
        memcpy(peer.first, rows[i].first, 2);
        assert_int_equal(channel_tls_explain_failure(&peer, &error), -1);
        assert_string_equal(error.text,
                            rows[i].text ? rows[i].text : "breaks the rules of TLS: odd");
        assert_int_equal(channel_tls_explain_end(&peer, "ended", &error), -1);
        assert_string_equal(error.text,
                            rows[i].text ? rows[i].text : "ended during the TLS handshake");
        peer.n_first = 1;
        channel_tls_explain_failure(&peer, &error);
        assert_string_equal(error.text, "breaks the rules of TLS: odd");
        channel_tls_explain_end(&peer, "ended", &error);
        assert_string_equal(error.text, "ended during the TLS handshake");
    }
}

static void an_end_says_when_it_came(void **state)
{
    (void)state;
    static const struct {
        bool is_secure, has_spoken, accepts;
        const char *certificate;
        const char *text;
    } rows[] = {
        {false, false, false, NULL, "ended during the TLS handshake"},
        {true, true, false, NULL, "ended"},
        {true, false, true, NULL, "ended"},
        {true, false, false, NULL,
         "ended after the TLS handshake, before it said anything: perhaps it wants a certificate "
         "of us"},
        {true, false, false, "own.pem",
         "ended after the TLS handshake, before it said anything: perhaps it does not accept our "
         "certificate"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct channel_tls tls = tls_with(rows[i].certificate, rows[i].accepts);
        const struct channel_tls_peer peer = {
            .tls = &tls, .is_secure = rows[i].is_secure, .has_spoken = rows[i].has_spoken};
        struct base_error error = {""};
        assert_int_equal(channel_tls_explain_end(&peer, "ended", &error), -1);
        assert_string_equal(error.text, rows[i].text);
    }
}

/* In a child that can open no file; nothing here has loaded OpenSSL. */
static int lacks_openssl(void)
{
    struct channel_tls_pool pool = {0};
    struct channel_tls *tls;
    struct endpoint endpoint;
    struct rlimit limit;
    struct base_error error = {""};
    if (endpoint_parse("ssl:127.0.0.1:1", &endpoint, &error)) {
        return 1;
    }
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &limit);
    int status =
        channel_tls_get(&pool, &endpoint, &(struct endpoint_tls){.ca = "ca.pem"}, &tls, &error);
    return status == -1 && !tls && pool.n_items == 0 &&
                   strstr(error.text, "cannot be loaded (Debian")
               ? 0
               : 2;
}

static void without_openssl_there_is_no_tls(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0) {
        _exit(lacks_openssl());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_openssl_there_is_no_tls),
    cmocka_unit_test(alerts_say_what_is_not_accepted),
    cmocka_unit_test(what_openssl_says_is_told),
    cmocka_unit_test(what_is_wrong_with_a_certificate_is_told),
    cmocka_unit_test(what_does_not_begin_as_tls_is_something_else),
    cmocka_unit_test(an_end_says_when_it_came),
};
TEST_MAIN(tests)
