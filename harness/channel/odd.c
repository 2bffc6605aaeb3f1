/* SPDX-License-Identifier: Apache-2.0
 *
 * How is it told what a switch does in its own way? */
#include "channel/channel.h"

#include <inttypes.h>

static const struct {
    unsigned odd;
    const char *text;
} TEXTS[] = {
    {CHANNEL_ODD_NO_BARRIER, "refuses BARRIER: read without it"},
    {CHANNEL_ODD_NO_AGGREGATE, "refuses AGGREGATE stats: its table was taken when two dumps in a "
                               "row listed the same entries"},
    {CHANNEL_ODD_NO_PORT_STATS, "refuses PORT stats: its ports are not counted"},
    {CHANNEL_ODD_NO_GROUPS, "refuses GROUP_DESC: taken to have no groups"},
    {CHANNEL_ODD_NO_METERS, "refuses METER_CONFIG: taken to have no meters"},
    {CHANNEL_ODD_NO_METER_STATS, "refuses METER stats: what its meters drop is not counted"},
    {CHANNEL_ODD_NO_CONFIG, "refuses GET_CONFIG: what it does with fragments is not known"},
    {CHANNEL_ODD_UNTOLD, "has OpenFlow 1.3, too, and could not be asked in it: what 1.0 leaves out "
                         "(write_actions, meters, push_vlan) is not known"},
    {CHANNEL_ODD_INSISTED,
     "has OpenFlow 1.3, too, and is asked in 1.0 alone, as the lab file says: what "
     "that leaves out (write_actions, meters, push_vlan) is not known"},
    {CHANNEL_ODD_ONE_BY_ONE, "answers only the first of several requests: asked one by one"},
};

void channel_format_odd(const struct channel_dump *dump, struct base_buffer *out)
{
    const char *divider = "";
    unsigned odd = dump->odd;
    odd &= odd & CHANNEL_ODD_NO_METERS ? ~(unsigned)CHANNEL_ODD_NO_METER_STATS : odd;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        if (odd & TEXTS[i].odd) {
            base_put_format(out, "%s%s", divider, TEXTS[i].text);
            divider = "; ";
        }
    }
    if (dump->odd & CHANNEL_ODD_TABLE) {
        base_put_format(out, "%slists its only table as table %u: taken as table 0", divider,
                        dump->table);
        divider = "; ";
    }
    if (dump->odd & CHANNEL_ODD_COUNT) {
        bool more = dump->surplus > 0;
        base_put_format(out,
                        "%sAGGREGATE stats always count %" PRId64 " %s than FLOW stats list: its "
                        "table was taken when two dumps in a row listed the same entries",
                        divider, more ? dump->surplus : -dump->surplus, more ? "more" : "fewer");
    }
}
