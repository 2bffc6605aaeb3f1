/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: counters of the kernel of this machine (station_machine). */
#ifndef STATION_MACHINE_H
#define STATION_MACHINE_H

#include "station/station.h"

/* A socket for station_machine_read, to be closed; needs to be opened before the process is
 * confined. -1: there is none. */
int station_machine_open(void);

/* fd: that, of the namespace it was opened in; -1: what sockets lost is not known. */
struct station_machine station_machine_read(int fd);

/* The sum of the column-th number (from 0 on; in this base) of all lines. 0: the file cannot be
 * read. */
uint64_t station_machine_column(const char *path, unsigned column, int base);

/* The time in which some task of the machine waited for what `path` tells of, in ns (the line
 * "some" of Documentation/accounting/psi.rst). 0: it is not told. */
uint64_t station_machine_stalled(const char *path);

#endif
