/* SPDX-License-Identifier: Apache-2.0
 *
 * The requests of tapd as OpenAPI 3.0 has them: openapi.json, which is in the program. */
#ifndef TAPD_FACE_OPENAPI_H
#define TAPD_FACE_OPENAPI_H

#include <jansson.h>

/* The description, for the caller to free. NULL without memory. */
json_t *tapd_openapi_json(void);

#endif
