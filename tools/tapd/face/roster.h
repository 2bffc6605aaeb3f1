/* SPDX-License-Identifier: Apache-2.0
 *
 * The taps that come and go: those asked for on demand or by traffic, and those
 * of the policy that end. (Taps of the policy without an end are always there, and not
 * in it.) Plain data: controller.h puts a roster into force.
 *
 * A roster belongs to one policy. It is taken over to another, or from the store, as
 * records: its taps as text. */
#ifndef TAPD_FACE_ROSTER_H
#define TAPD_FACE_ROSTER_H

#include "tapd/face/store.h"
#include "tapd/plan/compile.h"

struct tapd_entry {
    const struct tapd_tap *tap;
    enum tapd_origin origin;
    uint32_t id;        /* 0: it stays */
    int64_t expires_ms; /* tapd_now_ms, if it has an id */
    bool over;          /* a tap of the policy that has ended: only remembered */
    bool fresh;         /* entries of an earlier end of it may still be on the switches */
};

struct tapd_roster {
    struct tapd_entry *items; /* a tap that is not the policy's belongs to whoever frees the roster
                                 that has it last */
    size_t n_items, capacity;
    uint32_t next_id;
    uint32_t n_asked; /* how many taps were ever added, or replaced */
};

/* A copy that shares the taps; to be changed, and then kept instead, or not. -1
 * without memory. */
int tapd_roster_copy(const struct tapd_roster *roster, struct tapd_roster *copy);

/* Frees the list, and not the taps. */
void tapd_roster_drop(struct tapd_roster *roster);

/* Frees the taps too, but for those that `kept` has; NULL: all. */
void tapd_roster_free(struct tapd_roster *roster, const struct tapd_roster *kept);

/* Adds a tap; with a lifetime it gets an id, and ends then. -1 without memory. */
int tapd_roster_add(struct tapd_roster *roster, const struct tapd_tap *tap, enum tapd_origin origin,
                    int64_t now_ms);

/* Another tap of the same name and origin in the place of one; its lifetime begins now. */
void tapd_roster_replace(struct tapd_roster *roster, size_t index, const struct tapd_tap *tap,
                         int64_t now_ms);

/* INDEX_NONE if there is none; of those that are over, too. */
size_t tapd_roster_find(const struct tapd_roster *roster, const char *name);
size_t tapd_roster_find_id(const struct tapd_roster *roster, uint32_t id);

/* Ends it: it is forgotten, or is over if it is the policy's. */
void tapd_roster_end(struct tapd_roster *roster, size_t index);

/* Ends all whose time has come; how many those were. */
size_t tapd_roster_expire(struct tapd_roster *roster, int64_t now_ms);

/* The switches have what the roster asks for: nothing is fresh any more. */
void tapd_roster_settle(struct tapd_roster *roster);

/* When the next one ends; INT64_MAX: none does. */
int64_t tapd_roster_next_ms(const struct tapd_roster *roster);

/* Whether there are taps that ended too late, then, for entries to say so: those have a
 * hard_timeout of UINT16_MAX seconds and have to be renewed before it is over. They are fresh from
 * now on. */
bool tapd_roster_renew(struct tapd_roster *roster, int64_t then_ms);

/* For tapd_compile: malloc'd, the caller frees. NULL without memory. */
struct tapd_active *tapd_roster_active(const struct tapd_roster *roster, int64_t now_ms,
                                       size_t *n_active);

/* -1 without memory; tapd_records_free in any case. */
int tapd_roster_to_records(const struct tapd_roster *roster, const struct tapd_policy *policy,
                           struct tapd_records *records);

/* What the records are under this policy. Those that have ended are left out, and those
 * that a tap with `when` asked for which is no longer in the policy; a
 * tap of the policy that ends begins now, unless it has a record and says the same as
 * it did. -1, and at least one diagnostic (tapd_roster_drop or _free the roster in any case): a
 * record that the policy makes impossible, a name that the policy has now, no memory. `file` is
 * where the records are from, for the diagnostics. */
int tapd_roster_from_records(const struct tapd_records *records, const struct tapd_policy *policy,
                             const char *file, int64_t now_ms, struct tapd_roster *roster,
                             struct yaml_diagnostics *diagnostics);

#endif
