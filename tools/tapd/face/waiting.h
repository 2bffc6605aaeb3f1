/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests that wait until it is known what becomes of their tap. */
#ifndef TAPD_FACE_WAITING_H
#define TAPD_FACE_WAITING_H

#include "tapd/face/controller.h"
#include "tapd/face/http.h"

enum { TAPD_WAIT_MAX_MS = 60000 };

/* "wait=5s" in the query: for how many ms; 0: it is not there. -1 and the reply: it cannot be read,
 * or is more than TAPD_WAIT_MAX_MS. */
int tapd_wait_read(const char *query, unsigned *ms, struct tapd_http_reply *reply);

/* POST, PUT: the request is answered when the tap is no longer pending, with 201, or after so many
 * ms, with 202, and the tap (tap_json.h). GET: when it is up, or after so many ms, with 200. -1
 * without memory: nothing waits. */
int tapd_wait(struct tapd_controller *controller, const struct tapd_http_request *request,
              const char *name, unsigned ms);

#endif
