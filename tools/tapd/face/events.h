/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /events: a stream (server-sent events, text/event-stream) of taps that come, change their
 * state or its reason, or end:
 *
 *   id: 1767225600007
 *   event: tap
 *   data: {"name": "web", "state": "down", "why": "…", "since": "2026-…"}     or "state": "ended"
 *
 * Ids grow by one. With Last-Event-ID a stream goes on behind that event; the last 1,000 are kept,
 * and `event: lost` says that there were others: ask for /taps then. A client that reads too slowly
 * waits, and loses nobody else's time; one that does not read at all is hung up on. */
#ifndef TAPD_FACE_EVENTS_H
#define TAPD_FACE_EVENTS_H

#include "tapd/face/api_inside.h"

/* The first of these requests begins the record of events, which ends with the controller. */
tapd_api_answer tapd_events_answer;

#endif
