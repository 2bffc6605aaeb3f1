/* SPDX-License-Identifier: Apache-2.0
 *
 * How do programs get to know which requests there are? */
#include "tapd/face/openapi.h"

/* The file, with a 0 behind it: C17 has no #embed. It is found from the top of the tree, where all
 * is compiled. */
__asm__(".section .rodata\n"
        "tapd_openapi_text:\n"
        ".incbin \"tools/tapd/face/openapi.json\"\n"
        ".byte 0\n"
        ".previous\n");
extern const char tapd_openapi_text[];

json_t *tapd_openapi_json(void)
{
    return json_loads(tapd_openapi_text, JSON_REJECT_DUPLICATES, NULL);
}
