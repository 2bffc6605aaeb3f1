/* SPDX-License-Identifier: Apache-2.0
 *
 * Between which hosts is traffic forbidden, and for which of them is there a probe that would
 * show it? */
#include "traffic/forbidden.h"

#include "path/declared.h"
#include "path/follow.h"
#include "space/cube.h"

#include <stdlib.h>

/* What claims say of a sender and a receiver. */
struct said {
    bool of_sender; /* some claim speaks of the sender */
    bool allows_all;
};

static struct said say(const struct expectation *expectation, size_t from, size_t to)
{
    struct said said = {0};
    for (size_t i = 0; i < expectation->n_claims; i++) {
        const struct claim *claim = &expectation->claims[i];
        const struct match any = match_any();
        said.of_sender = said.of_sender || claim->from == from;
        said.allows_all =
            said.allows_all || (claim->from == from && claim->to == to && claim->copies > 0 &&
                                match_equal(&claim->match, &any));
    }
    return said;
}

/* What `ports:` say of a plain frame. */
static bool ports_forbid(const struct path_declared *declared, size_t from, size_t to)
{
    const struct expectation *expectation = declared->expectation;
    struct match all = match_in_port(expectation->topology->hosts[from].port.port);
    struct path_walk walk;
    struct header header;
    if (expectation->n_ports == 0 || !space_member(&all, &header)) {
        return false;
    }
    path_follow_from(&declared->network, from, &header, &walk);
    return walk.known && path_walk_copies(&walk, to) == 0;
}

static int traffic_pair(const struct path_declared *declared, const struct traffic_probe *probes,
                        size_t n_probes, const bool *captures, size_t from, size_t to,
                        struct traffic_forbidden *forbidden)
{
    bool probed = false;
    for (size_t p = 0; p < n_probes && !probed; p++) {
        probed = traffic_plan_most(&probes[p], to) == 0;
    }
    if (!probed) {
        struct said said = n_probes == 0 ? say(declared->expectation, from, to) : (struct said){0};
        bool forbidden_pair =
            said.of_sender ? !said.allows_all : n_probes == 0 && ports_forbid(declared, from, to);
        if (!forbidden_pair) {
            return 0;
        }
    }
    forbidden->n_pairs++;
    if (probed && captures[to]) {
        forbidden->n_probed++;
        return 0;
    }
    if (base_grow(&forbidden->unprobed, forbidden->n_unprobed, &forbidden->capacity,
                  sizeof *forbidden->unprobed) < 0) {
        return -1;
    }
    forbidden->unprobed[forbidden->n_unprobed++] = (struct unprobed_pair){
        .from = from,
        .to = to,
        .reason = probed ? "the receiver does not capture" : "the sender sends nothing"};
    return 0;
}

int traffic_forbidden(const struct path_declared *declared, const struct traffic_plan *plan,
                      const bool *captures, struct traffic_forbidden *forbidden)
{
    size_t n_hosts = declared->expectation->topology->n_hosts, begin = 0;
    *forbidden = (struct traffic_forbidden){0};
    for (size_t from = 0; from < n_hosts; from++) {
        size_t end = begin; /* a plan is in the order of senders */
        while (end < plan->n_probes && plan->probes[end].from == from) {
            end++;
        }
        for (size_t to = 0; to < n_hosts; to++) {
            if (to != from && traffic_pair(declared, &plan->probes[begin], end - begin, captures,
                                           from, to, forbidden) < 0) {
                traffic_forbidden_free(forbidden);
                return -1;
            }
        }
        begin = end;
    }
    return 0;
}

void traffic_forbidden_free(struct traffic_forbidden *forbidden)
{
    free(forbidden->unprobed);
    *forbidden = (struct traffic_forbidden){0};
}
