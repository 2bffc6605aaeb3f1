/* SPDX-License-Identifier: Apache-2.0
 *
 * How is a peer described that speaks another protocol? */
#include "channel/not_openflow.h"

#include <ctype.h>

int channel_not_openflow(const uint8_t *bytes, size_t n_bytes, const char *protocol,
                         struct base_error *error)
{
    enum { MAX_CHARS = 63 };
    int n_chars = 0;
    while (n_chars < MAX_CHARS && (size_t)n_chars < n_bytes && isprint(bytes[n_chars])) {
        n_chars++;
    }
    return n_chars >= 2 ? base_fail(error, "answers, but not in %s: \"%.*s\"", protocol, n_chars,
                                    (const char *)bytes)
                        : base_fail(error, "answers, but not in %s (first bytes %02x %02x)",
                                    protocol, bytes[0], bytes[1]);
}
