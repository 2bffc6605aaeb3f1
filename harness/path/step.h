/* SPDX-License-Identifier: Apache-2.0
 *
 * One rule for one switch: may a packet enter, which entry takes it, what comes out, may it leave.
 * One packet (path_step) and sets of packets (the other functions, which it consists of) follow it;
 * whatever follows packets asks here and nowhere else.
 *
 * Open is where it is not known what a switch does: it was not read; two entries of one rank take
 * the packet and do different things (OpenFlow 1.0.0 leaves open which wins); an entry in another
 * table than 0 decides (1.0 does not say how packets get there); NORMAL, TABLE, a vendor action;
 * FLOOD or ALL where the ports are not known; more packets at once than PATH_OUTPUTS. Reasons are
 * constant strings, or those of path_switch.unknown. */
#ifndef PATH_STEP_H
#define PATH_STEP_H

#include "path/network.h"

/* How far packets are followed, one or sets of them. What goes further is open, and so reported. */
enum {
    PATH_OUTPUTS = 1024, /* packets that one entry sends at once */
    PATH_DEPTH = 256,    /* switches on the way of one copy */
};
#define PATH_TOO_DEEP "it does not end within 256 hops: it was not followed further"

/* Why no packet enters a switch by this port, or leaves by it: as port_no_entry and port_no_exit of
 * model/port.h. NULL: packets pass; so they do wherever nothing is known, and in a declared network
 * always. */
const char *path_no_entry(const struct path_network *network, struct port_ref port);
const char *path_no_exit(const struct path_network *network, struct port_ref port);

/* The reason, this pointer, of what is open without memory: "out of memory". */
extern const char path_no_memory[];

/* Which entry takes a packet. */
struct path_taker {
    size_t entry;     /* ENTRY_NONE: none does, or the switch was not read */
    const char *open; /* why it is not known which entry decides; NULL: `entry` does. Otherwise it
                         is one of those that compete, or the one of another table */
};

/* Which entry takes the header, once it has entered by header->in_port (it is not asked whether it
 * may). Completes the index of the table; without memory the answer is open (path_no_memory). */
struct path_taker path_taker_of(const struct path_network *network, size_t sw,
                                const struct header *header);

/* What a list of actions sends of packets that enter by `in`, by ports from which nothing leaves,
 * too; as space_behavior. */
int path_behavior(const struct path_network *network, struct port_ref in,
                  const struct action *actions, size_t n_actions, struct base_arena *arena,
                  struct space_behavior *out);

/* What an entry does with packets that enter by `in`, as ports are now: outputs by ports from which
 * nothing leaves (path_no_exit) are not among out->outputs. out->unknown: why that is open; also
 * for an entry of another table than 0. Outputs live in the arena. -1 without memory. */
int path_outputs_of(const struct path_network *network, struct port_ref in, size_t entry,
                    struct base_arena *arena, struct space_behavior *out);

/* The same of packets of a cube that fixes in_port: less is open, where a condition of the entry
 * makes no difference to them (space_table_open). */
int path_outputs_within(const struct path_network *network, size_t sw, size_t entry,
                        const struct match *within, struct base_arena *arena,
                        struct space_behavior *out);

/* Whether it depends on a condition of the match, and on nothing else, what the entry does: then it
 * may be known of a part of the packets that enter by the port, and not of others. */
bool path_is_conditional(const struct path_network *network, size_t sw, size_t entry);

/* Whether two entries of one rank compete for packets of the region, all of which enter by `in` and
 * are taken by both. SPACE_FOUND: they do; *difference says for which (all, where one of the two is
 * open). SPACE_EMPTY: they do the same with each of them, and so it does not matter which takes it.
 * SPACE_OPEN: over the budget (as in space_find), or no memory. difference may be NULL. */
enum space_answer path_compete(const struct path_network *network, struct port_ref in, size_t a,
                               size_t b, struct space_region *region, size_t *budget,
                               struct space_difference *difference);

/* What happens to one packet at one switch. */
struct path_step {
    const char *refused;     /* why it does not get in ("is switched off"); NULL: it does */
    struct path_taker taker; /* entry ENTRY_NONE and open NULL: it is dropped, or does not get in */
    const char *open;        /* why it is not known what comes out: taker.open, or of the actions */
    size_t n_sent;           /* packets that leave; 0 where it is open */
    size_t n_told;   /* packets in `out`: n_sent, or, where only NORMAL makes it open, those of
                        its actions, one to PORT_NORMAL among them; where path_several does, or a
                        choice between known ways, those that surely leave */
    size_t n_chosen; /* behind them in `out`: what leaves by one of the ways, and not by all */
};

/* Why it is open, this pointer, where more choices of switches are met than are followed. */
extern const char path_choices[];

/* Why it is open, this pointer, what is declared of packets that `may` leave by further ports, none
 * of which is in `out`, or leave by one of several as these are up. */
extern const char path_several[];

/* Whether this reason is a choice between known ways: path_several, SPACE_ONE_OF. */
bool path_is_choice(const char *open);

/* Why it is open, this pointer, what NORMAL does with a packet: "NORMAL". */
extern const char path_normal[];

/* Whether this reason (NULL: none) is NORMAL, of the packet as it came or rewritten. */
bool path_is_normal(const char *open);

/* The packet enters switch `sw` by header->in_port. `out` gets what leaves, sorted by port; in_port
 * of those headers is still that of the ingress. */
void path_step(const struct path_network *network, size_t sw, const struct header *header,
               struct space_emission out[PATH_OUTPUTS], struct path_step *step);

/* The same, where a choice between known ways is taken as `choices` say, and is not open (nor which
 * of the entries that compete takes the packet, if choices->rivals). */
void path_step_chosen(const struct path_network *network, size_t sw, const struct header *header,
                      struct space_choices *choices, struct space_emission out[PATH_OUTPUTS],
                      struct path_step *step);

/* Whether two networks of one topology surely do the same with a packet at a switch, which it
 * enters by header->in_port: the same packets leave by the same ports. What NORMAL sends is the
 * same in both. False where either is open, and without memory. */
bool path_treat_alike(const struct path_network *a, const struct path_network *b, size_t sw,
                      const struct header *header);

#endif
