/* SPDX-License-Identifier: Apache-2.0
 *
 * What passes between a set and `tapproof station` on another machine. Each
 * side begins with the greeting, a line of text; then messages follow:
 *
 *      0  type       enum station_wire_type, one byte
 *      1  length     of the body, two bytes, big-endian
 *      3  body
 *
 * The near side sends OPEN once, then SEND and SYNC as it likes; the far side
 * answers OPEN with OPENED or PROBLEM, and sends ARRIVAL for each frame, and
 * PROBLEM when it can go on no more. It answers each SYNC with SYNCED: behind
 * the injection of every frame that was sent before, and behind the ARRIVAL of
 * every frame that it had captured by then. End of file in either direction
 * ends it. Within this room only. */
#ifndef STATION_WIRE_H
#define STATION_WIRE_H

#include "base/buffer.h"
#include "base/reader.h"

/* The number is the version of all this. */
#define STATION_WIRE_GREETING "tapproof station 2\n"

enum station_wire_type {
    STATION_WIRE_OPEN = 1, /* path of the namespace or "", 0, interface */
    STATION_WIRE_OPENED,   /* MAC address of the interface and its MTU, 2 bytes (zeros: not known),
                              and   why the process there is not confined, a text. All may be missing
                            */
    STATION_WIRE_PROBLEM,  /* text */
    STATION_WIRE_SEND,     /* frame */
    STATION_WIRE_ARRIVAL,  /* bytes on the wire (32 bits), frame as captured */
    STATION_WIRE_SYNC,     /* nothing */
    STATION_WIRE_SYNCED,   /* what its capture has lost so far (64 bits); the members of
                              station_swallowed (32 bits each), which may be missing */
};

enum { STATION_WIRE_BODY_MAX = 0xffff };

/* Appends a message of two parts; the second one may be NULL and 0. A body
 * over STATION_WIRE_BODY_MAX makes the buffer failed. */
void station_wire_put(struct base_buffer *out, enum station_wire_type type, const void *head,
                      size_t n_head, const void *tail, size_t n_tail);

/* Takes the message at the reader if all of it is there, and moves the reader
 * behind it; otherwise returns false and leaves the reader alone. */
bool station_wire_take(struct base_reader *reader, uint8_t *type, struct base_reader *body);

/* Takes the greeting off the front as soon as all of it is there: *greeted. False: these bytes are
 * another one. */
bool station_wire_greet(struct base_buffer *in, bool *greeted);

/* Removes the first n bytes. */
void station_wire_drop(struct base_buffer *buffer, size_t n_bytes);

/* One read(2) to the end of the buffer. Returns what read(2) returned, with errno;
 * -1 with ENOMEM without memory. */
long station_wire_read(int fd, struct base_buffer *in);

/* For text of the other side that people are shown: control characters become '?'. */
void station_wire_tame(char *text);

#endif
