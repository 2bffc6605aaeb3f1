/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps that must not be forgotten: what was asked for on demand or by traffic,
 * and when each tap that ends does, kept in a file (JSON) across restarts.
 *
 * The file is replaced as a whole, and only when the new one is on the disk: it is
 * always the last state that was saved, or the one before. One that can not be read
 * is an error, never an empty state.
 *
 *   {"tapd-state": 1, "next_id": 3, "taps": [
 *     {"origin": "request", "id": 1, "expires_ms": 1767225600000, "tap": {"name": …}}]} */
#ifndef TAPD_FACE_STORE_H
#define TAPD_FACE_STORE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who asked for it. */
enum tapd_origin { TAPD_FROM_POLICY, TAPD_FROM_REQUEST, TAPD_FROM_TRAFFIC, TAPD_N_ORIGINS };
const char *tapd_origin_name(enum tapd_origin origin); /* "policy", "request", "traffic" */

struct tapd_record {
    enum tapd_origin origin;
    char *tap;          /* JSON: tapd_tap_format */
    uint32_t id;        /* in the cookies of its entries; 0: it stays until it is removed */
    int64_t expires_ms; /* since 1970-01-01 UTC, if it has an id */
    bool over;          /* a tap of the policy that has ended, and is not begun again */
};

struct tapd_records {
    struct tapd_record *items;
    size_t n_items, capacity;
    uint32_t next_id; /* at least 1 */
};

struct tapd_store;

/* Reads the file and keeps others from using it (flock of PATH.lock) until
 * tapd_store_close. No file is an empty state. NULL, with an error that names the
 * path: another process has it, it can not be read, or it is not what
 * tapd_store_save wrote. Then *records is empty. */
struct tapd_store *tapd_store_open(const char *path, struct tapd_records *records,
                                   struct base_error *error);

/* When it returns 0 the records are on the disk; -1: the old ones still are. */
int tapd_store_save(struct tapd_store *store, const struct tapd_records *records,
                    struct base_error *error);

/* NULL is legal. */
void tapd_store_close(struct tapd_store *store);

/* One zeroed record more; NULL without memory. */
struct tapd_record *tapd_records_add(struct tapd_records *records);
void tapd_records_free(struct tapd_records *records);

#endif
