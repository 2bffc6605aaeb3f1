/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: what the system is said to do, in place of what it does. A program that calls
 * pretended() has fork, getuid and getgid of pretended.c. */
#ifndef TESTING_PRETENDED_H
#define TESTING_PRETENDED_H

#include <stdbool.h>

/* All false: as it is. */
struct pretended {
    bool other_user, other_group; /* the real one is not that of the program */
    bool no_process;              /* fork: EAGAIN */
    bool ends_at_once;            /* the child is sent SIGINT, SIGTERM and SIGHUP in fork */
    bool blocked_others;          /* told: other signals than these were blocked then */
};

/* To be changed. */
struct pretended *pretended(void);

#endif
