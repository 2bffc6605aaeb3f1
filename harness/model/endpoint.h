/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a switch is reached over OpenFlow, as ovs-ofctl and ovs-vsctl write it
 * (ovs-ofctl(8), "VSWITCH" arguments; ovsdb(7), "Connection Methods"). */
#ifndef MODEL_ENDPOINT_H
#define MODEL_ENDPOINT_H

#include "base/error.h"

#include <stdint.h>

enum { ENDPOINT_PORT_DEFAULT = 6653 }; /* IANA "openflow" */

enum endpoint_kind {
    ENDPOINT_TCP,  /* tcp:HOST[:PORT]; we dial */
    ENDPOINT_UNIX, /* unix:PATH; we dial */
    ENDPOINT_PTCP, /* ptcp:[PORT][:HOST]; the switch dials us at this address */
};

struct endpoint {
    enum endpoint_kind kind;
    char host[256]; /* name or address, without brackets; ptcp: "" is any address */
    uint16_t port;
    char path[108]; /* unix; fits sun_path with its terminating zero */
};

/* Parses "tcp:10.0.0.1", "tcp:[::1]:6653", "unix:/run/s1.mgmt", "ptcp:6653",
 * "ptcp::127.0.0.1". An IPv6 address needs its brackets. Errors name the part
 * that is wrong and what was expected; ssl: and pssl: are not supported yet. */
int endpoint_parse(const char *text, struct endpoint *endpoint, struct base_error *error);

#endif
