/* SPDX-License-Identifier: Apache-2.0
 *
 * What does the query of a request say? */
#include "tapd/face/query.h"

#include "base/memory.h"

#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

char *tapd_query_get(const char *query, const char *key)
{
    size_t n_key = strlen(key), n_value = 0;
    const char *value = NULL;
    for (const char *at = query; at && *at; at += strcspn(at, "&"), at += *at == '&') {
        if (strncmp(at, key, n_key) == 0 && at[n_key] == '=') {
            value = at + n_key + 1;
            n_value = strcspn(value, "&");
        }
    }
    char *text = value ? base_calloc(1, n_value + 1) : NULL;
    if (!text) {
        return NULL;
    }
    memcpy(text, value, n_value);
    char *decoded = evhttp_uridecode(text, 1, NULL);
    free(text);
    return decoded;
}
