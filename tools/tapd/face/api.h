/* SPDX-License-Identifier: Apache-2.0
 *
 * What the controller is asked over HTTP:
 *
 *   GET    /status             switches, what is installed, foreign entries, what is wrong
 *   GET    /healthz            200 if all is installed and every tap up, else 503
 *   GET    /metrics            numbers for Prometheus (text, not JSON)
 *   GET    /taps               those there are: state, way, counters; ?state=down: some of them;
 *                              ?limit=100&after=NAME: a page, by name ("next" has the next one)
 *   GET    /taps/NAME          ?wait=5s: as soon as it is up, or has ended, or after that time
 *   POST   /taps               {"name": "web", "source": "h1", "to": "h11", "for": "120s", …}
 *   POST   /taps?wait=5s       the same, and the answer comes when it is no longer pending
 *   PUT    /taps/NAME          the same, in the place of the tap of that name if there is one
 *   PATCH  /taps/NAME          {"for": "300s"}: it ends so long from now
 *   POST   /taps/NAME/extend   the same; without a body its own lifetime begins anew
 *   DELETE /taps/NAME
 *   GET    /events             a stream: taps that change their state (events.h)
 *   GET    /openapi.json       all this, as OpenAPI
 *   GET    /sflow              what was sampled, lost, refused and decided; 404 without --sflow
 *   POST   /reload             the policy file is read again
 *
 * 200 when it is done; of a tap that was asked for 202 while the switches follow (its "state" says
 * when they have), 201 when they have; 400 for a request or a policy that is wrong, 404, 405 (Allow
 * says what the path takes), 409 for a name in use and the like; 412 where If-Match has another
 * ETag than that of GET /taps/NAME, which says what was asked for; 500 if the state can not be
 * saved. Then nothing has changed, and "error" says why. */
#ifndef TAPD_FACE_API_H
#define TAPD_FACE_API_H

#include "tapd/face/controller.h"
#include "tapd/face/http.h"

/* The requests that there are, one after the other: "/taps/NAME", "GET, HEAD". False: no more. */
bool tapd_api_route(size_t index, const char **path, const char **methods);

/* A tapd_http_handler; its owner is the controller. */
void tapd_api_handle(void *controller, const struct tapd_http_request *request,
                     struct tapd_http_reply *reply);

#endif
