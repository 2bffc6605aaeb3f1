/* SPDX-License-Identifier: Apache-2.0
 *
 * The controller in numbers, for Prometheus: text format, version 0.0.4. */
#ifndef TAPD_FACE_METRICS_H
#define TAPD_FACE_METRICS_H

#include "tapd/face/controller.h"

/* malloc'd; NULL without memory. */
char *tapd_metrics_text(const struct tapd_controller *controller);

/* Whether all is well: every switch has what is wanted, and no tap is down or degraded. */
bool tapd_is_healthy(const struct tapd_controller *controller);

#endif
