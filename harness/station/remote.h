/* SPDX-License-Identifier: Apache-2.0
 *
 * `tapproof station`: the far end of a station that is reached through a
 * command (station_spec.exec). It opens one interface, sends the frames that
 * come in, and passes on those that it captures. */
#ifndef STATION_REMOTE_H
#define STATION_REMOTE_H

#include "base/error.h"

#include <stdbool.h>

/* Serves until end of file on `in_fd`: then it returns 0, with everything
 * closed. confines: as soon as its interface is open, and before the first frame, the process
 * enters the sandbox (base/sandbox.h), as far as it can. Problems of the interface are sent to the
 * other side, and are no failure here. Enters the namespace that the other side names, and stays
 * there. Fails if the other side sends something wrong, or cannot be written to (where SIGPIPE is
 * ignored). */
int station_serve(int in_fd, int out_fd, bool confines, struct base_error *error);

#endif
