/* SPDX-License-Identifier: Apache-2.0
 *
 * What should a person look at who learned an expectation? */
#include "report/learn.h"

#include <string.h>

/* A switch that was not read is named already, and so is why a host has no claims: then what it
 * sends is not decided for the same reason. */
static bool is_said(const struct learn_draft *draft, const struct switch_dump *switches,
                    const struct result *result)
{
    const struct topology *topology = draft->expectation.topology;
    if (result->kind == RESULT_TRAFFIC) {
        return result->verdict == VERDICT_INCONCLUSIVE &&
               draft->unclaimed[topology_find_host(topology, result->from)];
    }
    return result->kind == RESULT_SWITCH &&
           !switches[topology_find_switch(topology, result->switch_name)].dumped;
}

void report_learn_remarks(const struct learn_draft *draft, const struct switch_dump *switches,
                          const char *prefix, struct base_buffer *out)
{
    const struct topology *topology = draft->expectation.topology;
    for (size_t sw = 0; sw < topology->n_switches; sw++) {
        if (!switches[sw].dumped) {
            base_put_format(out, "%s%s is not in here: %s\n", prefix, topology->switches[sw].name,
                            switches[sw].reason);
        }
    }
    for (size_t i = 0; i < draft->n_unsaid; i++) {
        const struct learn_unsaid *unsaid = &draft->unsaid[i];
        base_put_format(out,
                        "%s%s:%u is left out, and may do anything (`unlisted: any`): %s, of %s\n",
                        prefix, topology->switches[unsaid->port.sw].name, unsaid->port.port,
                        unsaid->reason, unsaid->entry);
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        if (draft->unclaimed[i]) {
            base_put_format(out, "%s%s has no claims: %s\n", prefix, topology->hosts[i].name,
                            draft->unclaimed[i]);
        }
    }
    for (size_t i = 0; i < draft->judged.n_results; i++) {
        const struct result *result = &draft->judged.results[i];
        bool right = result->verdict == VERDICT_PASS || result->verdict == VERDICT_SKIP;
        if (!right && result->detail && !is_said(draft, switches, result)) {
            base_put_format(out, "%s%s: %s: %.*s\n", prefix, result->id,
                            verdict_name(result->verdict), (int)strcspn(result->detail, "\n"),
                            result->detail);
        }
    }
}
