/* SPDX-License-Identifier: Apache-2.0
 *
 * The switches of a policy: which they are, where they answer, and the
 * connections to them, which stay while neither changes. */
#include "tapd/face/controller_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One line a switch, host and link. */
char *tapd_fabric_describe(const struct tapd_policy *policy, const struct lab *lab)
{
    const struct topology *topology = policy->topology;
    struct base_buffer text = {0};
    for (size_t i = 0; i < topology->n_switches; i++) {
        const char *endpoint = lab->switches[i].openflow;
        const struct endpoint_tls *tls = &lab->switches[i].tls;
        base_put_format(&text, "%s %" PRIx64 " %s %d %u", topology->switches[i].name,
                        topology->switches[i].dpid, endpoint ? endpoint : "", policy->owns[i],
                        lab->switches[i].version);
        base_put_format(&text, " %s %s %s ", tls->key ? tls->key : "",
                        tls->certificate ? tls->certificate : "", tls->ca ? tls->ca : "");
        for (size_t at = 0; tls->has_fingerprint && at < sizeof tls->fingerprint; at++) {
            base_put_format(&text, "%02x", tls->fingerprint[at]);
        }
        base_put_text(&text, "\n");
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        const struct topology_host *host = &topology->hosts[i];
        base_put_format(&text, "%s %zu:%u\n", host->name, host->port.sw, host->port.port);
    }
    for (size_t i = 0; i < topology->n_links; i++) {
        const struct topology_link *link = &topology->links[i];
        base_put_format(&text, "%zu:%u %zu:%u\n", link->a.sw, link->a.port, link->b.sw,
                        link->b.port);
    }
    return base_buffer_take_text(&text);
}

static int check_endpoints(const struct tapd_controller *controller,
                           const struct tapd_policy *policy, const struct lab *lab,
                           struct base_buffer *why)
{
    for (size_t i = 0; i < policy->topology->n_switches; i++) {
        if (policy->owns[i] && !lab->switches[i].openflow && controller->options->n_listen == 0) {
            base_put_format(why,
                            "%s: where it answers OpenFlow is not said in %s; give a lab file "
                            "(--lab), or listen for it (--listen)\n",
                            policy->topology->switches[i].name,
                            lab->file ? lab->file : policy->topology->file);
            return -1;
        }
    }
    return 0;
}

/* NULL if one of the endpoints can not be had. */
static struct tapd_installer *connect_fabric(struct tapd_controller *controller,
                                             const struct tapd_policy *policy,
                                             const struct lab *lab, struct base_buffer *why)
{
    const struct tapd_controller_options *options = controller->options;
    struct base_error error;
    struct tapd_installer *installer =
        tapd_installer_new(controller->base, policy->topology, lab, policy->owns,
                           &options->installer, controller->installer_ops, controller, &error);
    int status = installer ? 0 : -1;
    for (size_t i = 0; status == 0 && i < options->n_listen; i++) {
        status = tapd_installer_listen(installer, options->listen[i], &error);
    }
    if (status) {
        base_put_format(why, "%s\n", error.text);
        tapd_installer_free(installer);
        return NULL;
    }
    tapd_installer_start(installer);
    return installer;
}

/* Other switches, or elsewhere: all connections are made anew. A port where the
 * old ones listen can not be had twice, so those go first; if the new can not be had,
 * they come back. */
int tapd_fabric_use(struct tapd_controller *controller, const struct tapd_proposal *proposal,
                    struct base_buffer *why)
{
    char *fabric = tapd_fabric_describe(proposal->policy, proposal->lab);
    if (!fabric || check_endpoints(controller, proposal->policy, proposal->lab, why)) {
        free(fabric);
        return -1;
    }
    if (controller->installer && strcmp(controller->fabric, fabric) == 0) {
        free(fabric);
        return 0;
    }
    tapd_installer_free(controller->installer);
    controller->installer = connect_fabric(controller, proposal->policy, proposal->lab, why);
    if (!controller->installer) {
        free(fabric);
        if (controller->policy) {
            controller->installer =
                connect_fabric(controller, controller->policy, controller->lab, why);
            tapd_installer_set(controller->installer, controller->network);
        }
        return -1;
    }
    free(controller->fabric);
    controller->fabric = fabric;
    tapd_outage_free(&controller->outage);
    return 0;
}
