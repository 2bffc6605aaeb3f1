/* SPDX-License-Identifier: Apache-2.0
 *
 * The topology as a picture (SVG 1.1, inline in HTML): layers by distance to a capture host,
 * and marks where something is wrong. Within this room only. */
#ifndef REPORT_DRAWING_H
#define REPORT_DRAWING_H

#include "base/buffer.h"
#include "model/result.h"
#include "model/topology.h"

/* One <svg> element. Switches are boxes, hosts circles, capture hosts double circles; a switch,
 * port, cable or host that a cause names has a mark of its own shape, which leads to
 * "#cause-N", N from 1 in the order of the report. Styles are those of report/html.c. */
void report_put_drawing(struct base_buffer *out, const struct topology *topology,
                        const struct report *report);

/* Whether a place is among those that the text names: "s1:6 - s3:1, s1:7 - s3:2" names two. */
bool report_names_place(const char *where, const char *place);

#endif
