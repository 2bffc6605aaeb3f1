/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: the reference network, and whose fault its failures are. */
#ifndef TESTING_BLAMED_NETWORK_H
#define TESTING_BLAMED_NETWORK_H

#include "blame/cause.h"
#include "blame/frames.h"
#include "blame/swap.h"
#include "testing/reference_network.h"

/* wiring: what counters tell of cables, NULL: nothing. */
static inline void network_blame_wired(struct network *network, const struct blame_wiring *wiring)
{
    network_judge(network);
    struct traffic_evidence evidence = network_evidence(network);
    blame_frames(&evidence, &network->failures, &network->report);
    assert_int_equal(blame_swap(&evidence, wiring, &network->report), 0);
    assert_int_equal(blame_causes(&network->report), 0);
}

static inline void network_blame(struct network *network)
{
    network_blame_wired(network, NULL);
}

static inline const struct result *network_failure(struct network *network, const char *id)
{
    network_blame(network);
    const struct result *result = network_result(network, id);
    assert_int_equal(result->verdict, VERDICT_FAIL);
    return result;
}

static inline void expect_cause(const struct result *result, enum cause_kind kind,
                                const char *where)
{
    assert_non_null(result->cause);
    assert_string_equal(result->cause, where);
    assert_int_equal(result->cause_kind, kind);
}

#endif
