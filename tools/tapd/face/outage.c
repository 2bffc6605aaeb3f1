/* SPDX-License-Identifier: Apache-2.0
 *
 * Which links fail, and which of those that work are not to be trusted yet? */
#include "tapd/face/outage.h"

#include "tapd/log.h"

#include <stdlib.h>

enum {
    DOUBT_MS = 1000,      /* behind the first failure; each one more doubles it */
    DOUBT_MAX_MS = 60000, /* and so long it must be good to be as if it had never failed */
};

static int64_t doubt_ms(unsigned n_failures)
{
    int64_t ms = DOUBT_MS;
    for (unsigned i = 1; i < n_failures && ms < DOUBT_MAX_MS; i++) {
        ms *= 2;
    }
    return ms < DOUBT_MAX_MS ? ms : DOUBT_MAX_MS;
}

static enum tapd_grade grade(struct tapd_doubt *doubt, uint8_t before, bool fails, int64_t now_ms)
{
    if (fails) {
        doubt->n_failures += before != TAPD_LINK_FAILED;
        doubt->failed_ms = now_ms;
        return TAPD_LINK_FAILED;
    }
    int64_t good_ms = now_ms - doubt->failed_ms;
    if (doubt->n_failures > 0 && good_ms >= doubt_ms(doubt->n_failures) + DOUBT_MAX_MS) {
        doubt->n_failures = 0;
    }
    return doubt->n_failures > 0 && good_ms < doubt_ms(doubt->n_failures) ? TAPD_LINK_DOUBTED
                                                                          : TAPD_LINK_GOOD;
}

static int allocate(struct tapd_outage *outage, size_t n_links)
{
    *outage = (struct tapd_outage){.grades = calloc(n_links + 1, sizeof *outage->grades),
                                   .doubts = calloc(n_links + 1, sizeof *outage->doubts),
                                   .n_links = n_links};
    if (!outage->grades || !outage->doubts) {
        tapd_outage_free(outage);
        return -1;
    }
    return 0;
}

static void tell(const struct tapd_graph *graph, const struct tapd_link *link, const char *why)
{
    const struct topology *topology = graph->topology;
    tapd_log("link %s:%u - %s:%u %s%s", topology->switches[link->from.sw].name, link->from.port,
             topology->switches[link->to.sw].name, link->to.port,
             why ? "carries nothing: " : "is trusted again", why ? why : "");
}

int tapd_outage_look(struct tapd_outage *outage, const struct tapd_graph *graph,
                     tapd_link_trouble *trouble, const void *context, int64_t now_ms)
{
    int changed = 0;
    outage->n_failed = 0;
    for (size_t i = 0; i < graph->n_links; i++) {
        const char *why = trouble(context, &graph->links[i]);
        if (!outage->grades && (!why || allocate(outage, graph->n_links))) {
            changed = why ? -1 : changed;
            continue;
        }
        uint8_t before = outage->grades[i];
        uint8_t now = (uint8_t)grade(&outage->doubts[i], before, why != NULL, now_ms);
        outage->grades[i] = now;
        outage->n_failed += now == TAPD_LINK_FAILED;
        changed |= now != before;
        if (now != before && now != TAPD_LINK_DOUBTED) {
            tell(graph, &graph->links[i], why);
        }
    }
    return changed;
}

void tapd_outage_free(struct tapd_outage *outage)
{
    free(outage->grades);
    free(outage->doubts);
    *outage = (struct tapd_outage){0};
}
