/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests that run an event loop: until something is so, and where one can be dialled. */
#ifndef TESTING_LOOP_H
#define TESTING_LOOP_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

/* Runs the event loop until the expression `is_so` is true. Where that takes longer than a busy
 * machine explains, the test fails, with what the expression `heard` says then. */
#define AWAIT(base, is_so, heard)                                                                  \
    do {                                                                                           \
        struct loop_patience patience_;                                                            \
        loop_begin(&patience_, base);                                                              \
        while (!(is_so)) {                                                                         \
            if (!loop_turn(&patience_)) {                                                          \
                fail_msg("waited in vain for " #is_so "; heard:\n%s", heard);                      \
            }                                                                                      \
        }                                                                                          \
        loop_end(&patience_);                                                                      \
    } while (0)

struct loop_patience {
    struct event_base *base;
    struct event *timer;
    bool over;
};

/* What AWAIT is made of. loop_turn: what happens next is done; false when it was too long ago that
 * it began. */
void loop_begin(struct loop_patience *patience, struct event_base *base);
bool loop_turn(struct loop_patience *patience);
void loop_end(struct loop_patience *patience);

/* A port of 127.0.0.1 that was free a moment ago. */
uint16_t loop_free_port(void);

#endif
