/* SPDX-License-Identifier: Apache-2.0
 *
 * The query of a request: "limit=100&after=web". */
#ifndef TAPD_FACE_QUERY_H
#define TAPD_FACE_QUERY_H

/* The value of the last key of this name, decoded; malloc'd, the caller frees. NULL: there is none,
 * or no memory. `query` may be NULL. */
char *tapd_query_get(const char *query, const char *key);

#endif
