/* SPDX-License-Identifier: Apache-2.0
 *
 * What does the head of an HTTP request say? No socket, no clock. */
#include "tapd/face/http_inside.h"

#include <event2/util.h>
#include <string.h>

enum { MAX_LENGTH_DIGITS = 18 };

size_t tapd_http_head_length(const char *bytes, size_t n_bytes)
{
    const char *end = bytes + n_bytes, *at = bytes;
    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        size_t n = at < end && *at == '\r' ? 2 : 1;
        if ((size_t)(end - at) >= n && at[n - 1] == '\n') {
            return (size_t)(at - bytes) + n;
        }
    }
    return 0;
}

/* Cuts off the first line, without its end, and moves on to the next. */
static char *cut_line(char **text)
{
    char *line = *text, *end = strchr(line, '\n');
    *text = end + 1;
    *end = '\0';
    if (end > line && end[-1] == '\r') {
        end[-1] = '\0';
    }
    return line;
}

static int read_request_line(char *line, struct tapd_http_head *head, struct base_error *error)
{
    char *target = strchr(line, ' '), *version = target ? strchr(target + 1, ' ') : NULL;
    if (!version || target == line || version == target + 1 ||
        strncmp(version + 1, "HTTP/1.", strlen("HTTP/1.")) != 0) {
        return base_fail(error, "expected METHOD /PATH HTTP/1.1");
    }
    *target = *version = '\0';
    head->method = line;
    head->target = target + 1;
    return 0;
}

static int read_length(const char *text, struct tapd_http_head *head, struct base_error *error)
{
    size_t n_digits = strspn(text, "0123456789");
    if (n_digits == 0 || text[n_digits] || n_digits > MAX_LENGTH_DIGITS) {
        return base_fail(error, "expected Content-Length: a number of bytes");
    }
    head->n_body = 0;
    for (size_t i = 0; i < n_digits; i++) {
        head->n_body = head->n_body * 10 + (size_t)(text[i] - '0');
    }
    return 0;
}

/* Each may come once: of two, others may believe the other one (RFC 9112, section 6.3). */
static int read_field(char *line, struct tapd_http_head *head, struct base_error *error)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = {
        {"authorization", &head->authorization},
        {"content-length", &head->content_length},
        {"expect", &head->expect},
        {"if-match", &head->if_match},
        {"if-none-match", &head->if_none_match},
        {"last-event-id", &head->last_event_id},
        {"origin", &head->origin},
        {"transfer-encoding", &head->transfer_encoding},
    };
    char *colon = strchr(line, ':');
    if (!colon || colon == line || strcspn(line, " \t") < (size_t)(colon - line)) {
        return base_fail(error, "expected NAME: VALUE in each line of the header");
    }
    *colon = '\0';
    char *value = colon + 1 + strspn(colon + 1, " \t");
    size_t n = strlen(value);
    while (n > 0 && strchr(" \t", value[n - 1])) {
        value[--n] = '\0';
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (evutil_ascii_strcasecmp(line, known[i].name) != 0) {
            continue;
        }
        if (*known[i].value) {
            return base_fail(error, "%s comes twice", known[i].name);
        }
        *known[i].value = value;
    }
    return 0;
}

int tapd_http_head_read(char *text, size_t n_bytes, struct tapd_http_head *head,
                        struct base_error *error)
{
    const char *end = text + n_bytes;
    *head = (struct tapd_http_head){0};
    if (strlen(text) != n_bytes) {
        return base_fail(error, "a NUL in the header");
    }
    if (read_request_line(cut_line(&text), head, error)) {
        return -1;
    }
    while (text < end) {
        char *line = cut_line(&text);
        if (*line && read_field(line, head, error)) {
            return -1;
        }
    }
    return head->content_length ? read_length(head->content_length, head, error) : 0;
}
