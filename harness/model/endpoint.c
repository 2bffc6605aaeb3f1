/* SPDX-License-Identifier: Apache-2.0
 *
 * Which address does "tcp:10.0.0.1:6653" name, and what is wrong with one that
 * names none. */
#include "model/endpoint.h"

#include <stdbool.h>
#include <string.h>

static int parse_port(const char *text, uint16_t *port, struct base_error *error)
{
    unsigned value = 0;
    size_t n_digits = strspn(text, "0123456789");
    for (size_t i = 0; i < n_digits && value <= UINT16_MAX; i++) {
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    if (n_digits == 0 || text[n_digits] || value == 0 || value > UINT16_MAX) {
        return base_fail(error, "\"%s\" is not a TCP port, expected 1 to 65535", text);
    }
    *port = (uint16_t)value;
    return 0;
}

/* A host, bracketed or not, that ends at a ':' or at the end of the text, into zeros.
 * NULL if there is none; otherwise what follows it. */
static const char *take_host(const char *text, char *host, size_t host_size,
                             struct base_error *error)
{
    const char *whole = text;
    bool bracketed = *text == '[';
    text += bracketed;
    size_t n_chars = strcspn(text, bracketed ? "]" : ":");
    const char *rest = text + n_chars;
    if (n_chars == 0 || n_chars >= host_size || (bracketed && *rest != ']')) {
        base_fail(error, "\"%s\" does not begin with a host name or address", whole);
        return NULL;
    }
    memcpy(host, text, n_chars);
    rest += bracketed;
    if (*rest && (*rest != ':' || (!bracketed && strchr(rest + 1, ':')))) {
        base_fail(error, "\"%s\" is not HOST or HOST:PORT; an IPv6 address needs brackets: [::1]",
                  whole);
        return NULL;
    }
    return rest;
}

static int parse_tcp(const char *text, struct endpoint *endpoint, struct base_error *error)
{
    const char *rest = take_host(text, endpoint->host, sizeof endpoint->host, error);
    if (!rest) {
        return -1;
    }
    return *rest ? parse_port(rest + 1, &endpoint->port, error) : 0;
}

static int parse_ptcp(const char *text, struct endpoint *endpoint, struct base_error *error)
{
    char port[8] = "";
    size_t n_chars = strcspn(text, ":");
    if (n_chars >= sizeof port) {
        return base_fail(error, "\"%s\" is not [PORT][:HOST]", text);
    }
    memcpy(port, text, n_chars);
    if (n_chars > 0 && parse_port(port, &endpoint->port, error)) {
        return -1;
    }
    if (!text[n_chars]) {
        return 0;
    }
    const char *host = text + n_chars + 1;
    const char *rest = take_host(host, endpoint->host, sizeof endpoint->host, error);
    return rest && *rest ? base_fail(error, "\"%s\" is not a host name or address", host) : -!rest;
}

static int parse_unix(const char *text, struct endpoint *endpoint, struct base_error *error)
{
    size_t n_chars = strlen(text);
    if (n_chars == 0) {
        return base_fail(error, "a path is missing behind \"unix:\"");
    }
    if (n_chars >= sizeof endpoint->path) {
        return base_fail(error, "the path is too long for a socket: %zu bytes, at most %zu",
                         n_chars, sizeof endpoint->path - 1);
    }
    memcpy(endpoint->path, text, n_chars + 1);
    return 0;
}

static const struct endpoint_method {
    const char *name;
    enum endpoint_kind kind;
    bool tls;
    int (*parse)(const char *text, struct endpoint *endpoint, struct base_error *error);
} METHODS[] = {
    {"tcp:", ENDPOINT_TCP, false, parse_tcp},    {"unix:", ENDPOINT_UNIX, false, parse_unix},
    {"ptcp:", ENDPOINT_PTCP, false, parse_ptcp}, {"ssl:", ENDPOINT_TCP, true, parse_tcp},
    {"pssl:", ENDPOINT_PTCP, true, parse_ptcp},
};

int endpoint_parse(const char *text, struct endpoint *endpoint, struct base_error *error)
{
    for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++) {
        size_t n_chars = strlen(METHODS[i].name);
        if (strncmp(text, METHODS[i].name, n_chars) == 0) {
            *endpoint = (struct endpoint){
                .kind = METHODS[i].kind, .tls = METHODS[i].tls, .port = ENDPOINT_PORT_DEFAULT};
            return METHODS[i].parse(text + n_chars, endpoint, error)
                       ? base_fail_in(error, "endpoint \"%s\"", text)
                       : 0;
        }
    }
    return base_fail(error,
                     "endpoint \"%s\": expected tcp:HOST[:PORT], unix:PATH, ptcp:[PORT][:HOST], or "
                     "over TLS ssl:HOST[:PORT], pssl:[PORT][:HOST]",
                     text);
}

static int digit_value(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)((at - digits) % 16) : -1;
}

bool endpoint_parse_fingerprint(const char *text, uint8_t fingerprint[ENDPOINT_FINGERPRINT_BYTES])
{
    for (size_t i = 0; i < ENDPOINT_FINGERPRINT_BYTES; i++) {
        int high = digit_value(text[0]), low = high < 0 ? -1 : digit_value(text[1]);
        if (low < 0) {
            return false;
        }
        fingerprint[i] = (uint8_t)(high << 4 | low);
        text += 2;
        text += *text == ':' && i + 1 < ENDPOINT_FINGERPRINT_BYTES;
    }
    return !*text;
}

void endpoint_tls_complete(struct endpoint_tls *tls, const struct endpoint_tls *otherwise)
{
    if (!tls->key && !tls->certificate) {
        tls->key = otherwise->key;
        tls->certificate = otherwise->certificate;
    }
    if (!tls->ca) {
        tls->ca = otherwise->ca;
    }
    if (!tls->has_fingerprint) {
        tls->has_fingerprint = otherwise->has_fingerprint;
        memcpy(tls->fingerprint, otherwise->fingerprint, sizeof tls->fingerprint);
    }
}
