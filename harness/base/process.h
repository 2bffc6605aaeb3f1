/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program settles before it reads its command line. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/error.h"

/* Call it first in main(). Descriptors 0 to 2 that somebody closed are opened on /dev/null: they
 * would become sockets, and what is printed would go there. To write to the second fails. The stack
 * of the calling thread gets the memory that it is going to need. -1: there is not enough (ulimit
 * -s, -v), or the program is set-uid or set-gid, and would read files for its caller that he may
 * not read, and print them in its messages; file capabilities (setcap) are fine. */
int base_process_begin(struct base_error *error);

#endif
