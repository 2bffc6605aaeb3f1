/* SPDX-License-Identifier: Apache-2.0
 *
 * Where are the functions of OpenSSL? */
#include "channel/openssl.h"

#include "base/library.h"

#include <stddef.h>

int channel_openssl_load(struct channel_openssl *openssl, struct base_error *error)
{
#define ROW(function) {#function, offsetof(struct channel_openssl, function)},
    static const struct base_library_function functions[] = {CHANNEL_OPENSSL_FUNCTIONS(ROW)};
#undef ROW
    static const struct base_library library = {
        "OpenSSL",
        "libssl3",
        {"libssl.so.3", NULL},
        functions,
        sizeof functions / sizeof *functions,
    };
    return base_library_load(&library, openssl, error);
}
