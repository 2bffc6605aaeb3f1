/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames test an expectation, and what must arrive of each? */
#include "traffic/plan.h"
#include "traffic/ordinary.h"

#include "base/address.h"
#include "base/memory.h"
#include "space/cube.h"
#include "traffic/classes.h"
#include "traffic/crossed.h"
#include "traffic/kinds.h"
#include "traffic/ways.h"

#include <stdlib.h>

enum { SENTINELS_MAX = 4, FIND_BUDGET = 100000, RECEIVERS_MAX = 16 };

#define UNTOLD "nobody can say what becomes of it on its way"

/* One sender while its probes are being planned. */
struct sender {
    const struct path_declared *declared;
    const struct expectation *expectation;
    const struct topology *topology;
    const struct traffic_harmless *harmless;
    const unsigned *mtus; /* by host; NULL: not asked */
    size_t host;
    struct traffic_plan *plan;
    size_t first;    /* its first probe */
    bool has_claims; /* some claim speaks of it */
    struct traffic_classes classes;
    struct traffic_crossed crossed;
    size_t class;          /* whose probe is being planned */
    uint32_t kinds;        /* bit n: it is of the number-th kind of TRAFFIC_KINDS_MORE */
    struct path_walk walk; /* of one probe, as declared; where that is open, wherever it may go */
    struct path_walk way;  /* scratch */
    const struct path_declared *most; /* what `ports:` allow at most */
    struct path_walk bound;           /* where that is known, of the same probe */
};

const struct claim *traffic_claim_for(const struct expectation *expectation, size_t from, size_t to,
                                      const struct header *header)
{
    const struct claim *all = NULL;
    for (size_t i = 0; i < expectation->n_claims; i++) {
        const struct claim *claim = &expectation->claims[i];
        if (claim->from != from || !match_takes(&claim->match, header)) {
            continue;
        }
        if (claim->to == to) {
            return claim;
        }
        all = claim->to == HOST_ALL ? claim : all;
    }
    return to != from ? all : NULL;
}

static bool has_claim(const struct expectation *expectation, size_t from)
{
    for (size_t i = 0; i < expectation->n_claims; i++) {
        if (expectation->claims[i].from == from) {
            return true;
        }
    }
    return false;
}

/* Whether it matters where the packet goes that `ports:` leave open: claims are a closed world, but
 * for what NORMAL does. */
static bool is_open(const struct sender *sender)
{
    const struct path_walk *walk = &sender->walk;
    bool open = !sender->has_claims && !walk->known;
    for (size_t i = 0; i < walk->n_hops && !open; i++) {
        open = path_is_normal(walk->hops[i].open);
    }
    return open && walk->ends;
}

/* The host to which it is addressed; HOST_NONE: to none. */
static size_t receiver_of(const struct sender *sender, const struct header *header)
{
    const struct topology_host *hosts = sender->topology->hosts;
    size_t to = 0;
    while (to < sender->topology->n_hosts &&
           memcmp(hosts[to].mac, header->dl_dst, BASE_MAC_BYTES) != 0) {
        to++;
    }
    return to < sender->topology->n_hosts ? to : HOST_NONE;
}

/* The ways that the probe takes by what is declared. */
static void follow(struct sender *sender, const struct header *header)
{
    struct path_touch touch;
    struct path_place place;
    struct path_places places =
        path_place_of(sender->topology, receiver_of(sender, header), header, &place);
    path_follow_from(&sender->declared->network, sender->host, header, &sender->walk);
    if (is_open(sender)) {
        path_follow_touch(&sender->declared->network, sender->topology->hosts[sender->host].port,
                          header, &places, &touch, &sender->walk);
    }
    path_follow_from(&sender->most->network, sender->host, header, &sender->bound);
}

/* Whether an arrival is allowed that is not certain and of which no claim speaks: claims are a
 * closed world, but for what NORMAL does. */
static bool is_allowed(const struct sender *sender, enum path_doubt doubt)
{
    return doubt == PATH_NORMAL || doubt == PATH_NORMAL_REWRITTEN ||
           ((doubt == PATH_OPEN || doubt == PATH_CHOSEN) && !sender->has_claims);
}

/* How many copies must, and may, arrive at `to`: what a claim says; else what the ports say, if no
 * claim speaks of this sender; else what NORMAL may do. */
static struct traffic_expected_arrival expected_copies(const struct sender *sender, size_t to,
                                                       const struct header *header, bool goes_round)
{
    const struct claim *claim = traffic_claim_for(sender->expectation, sender->host, to, header);
    struct traffic_expected_arrival arrival = {.host = to};
    if (claim) {
        arrival.copies = claim->copies;
        return arrival;
    }
    for (size_t i = 0; i < sender->walk.n_arrivals; i++) {
        enum path_doubt doubt = sender->walk.arrivals[i].doubt;
        bool is_here = sender->walk.arrivals[i].host == to;
        arrival.copies += is_here && doubt == PATH_SURE && !sender->has_claims && sender->walk.ends;
        arrival.more += is_here && is_allowed(sender, doubt);
    }
    arrival.more = goes_round ? TRAFFIC_COPIES_ANY : arrival.more;
    if (sender->bound.known && path_walk_copies(&sender->bound, to) == 0) {
        arrival.more = 0; /* no way that is declared leads there */
    }
    return arrival;
}

/* Whether it may go round in a ring, so that any number of copies may arrive. */
static bool may_go_round(const struct sender *sender)
{
    bool may = false;
    for (size_t i = 0; i < sender->walk.n_hops && !sender->walk.ends && !may; i++) {
        may = is_allowed(sender, sender->walk.hops[i].doubt);
    }
    return may;
}

/* The forms in which the ports say that it arrives; as it was sent where they
 * do not say. -1 without memory. */
static int add_forms(struct sender *sender, const struct header *header,
                     struct traffic_expected_arrival *arrival)
{
    struct header *forms =
        base_arena_alloc(&sender->plan->arena, (sender->walk.n_arrivals + 1) * sizeof *forms);
    bool in_any = false;
    for (size_t i = 0; forms && i < sender->walk.n_arrivals; i++) {
        const struct path_walk_arrival *copy = &sender->walk.arrivals[i];
        bool counts = copy->host == arrival->host &&
                      (copy->doubt == PATH_SURE || is_allowed(sender, copy->doubt));
        if (counts) {
            forms[arrival->n_as++] = copy->header;
        }
        in_any |= counts && copy->doubt > PATH_NORMAL;
    }
    if (forms && arrival->n_as == 0) {
        forms[arrival->n_as++] = *header;
    }
    arrival->n_as = in_any ? 0 : arrival->n_as;
    arrival->as = in_any ? NULL : forms;
    return forms ? 0 : -1;
}

static int add_arrivals(struct sender *sender, struct traffic_probe *probe)
{
    size_t n_hosts = sender->topology->n_hosts, n = 0;
    bool goes_round = may_go_round(sender);
    for (size_t to = 0; to < n_hosts; to++) {
        struct traffic_expected_arrival arrival =
            expected_copies(sender, to, &probe->header, goes_round);
        n += arrival.copies + arrival.more > 0;
    }
    struct traffic_expected_arrival *arrivals =
        base_arena_alloc(&sender->plan->arena, (n + 1) * sizeof *arrivals);
    probe->arrivals = arrivals;
    for (size_t to = 0; arrivals && to < n_hosts; to++) {
        struct traffic_expected_arrival *arrival = &arrivals[probe->n_arrivals];
        *arrival = expected_copies(sender, to, &probe->header, goes_round);
        if (arrival->copies + arrival->more > 0) {
            if (add_forms(sender, &probe->header, arrival) < 0) {
                return -1;
            }
            probe->n_arrivals++;
        }
    }
    return arrivals ? 0 : -1;
}

/* Whether it is a switch's choice where the probe arrives. */
static bool has_choices(const struct sender *sender)
{
    bool has = false;
    for (size_t i = 0; i < sender->walk.n_arrivals && !has && !sender->has_claims; i++) {
        has = sender->walk.arrivals[i].doubt == PATH_CHOSEN;
    }
    return has;
}

static bool is_shape(const struct frame_shape *a, const struct frame_shape *b)
{
    return a->n_bytes == b->n_bytes && a->inner_tci == b->inner_tci &&
           a->tcp_flags == b->tcp_flags && a->fragment == b->fragment;
}

static bool is_planned(const struct sender *sender, const struct header *header,
                       const struct frame_shape *shape)
{
    for (size_t i = sender->first; i < sender->plan->n_probes; i++) {
        const struct traffic_probe *probe = &sender->plan->probes[i];
        if (header_equal(&probe->header, header) && is_shape(&probe->shape, shape)) {
            return true;
        }
    }
    return false;
}

static struct traffic_probe *new_probe(struct traffic_plan *plan)
{
    if (base_grow(&plan->probes, plan->n_probes, &plan->capacity, sizeof *plan->probes) < 0) {
        return NULL;
    }
    return &plan->probes[plan->n_probes++];
}

/* Whether a switch on the way rewrites addresses, TOS or ports of IPv4: in fragments switches
 * rewrite what stands where a port would be. */
static bool meets_rewrites(const struct sender *sender)
{
    bool meets = false;
    for (size_t i = 0; i < sender->walk.n_hops; i++) {
        const struct path_network *declared = &sender->declared->network;
        size_t sw = sender->walk.hops[i].in.sw;
        const struct header *bits = &declared->rewritten[sw];
        bool is_known = declared->switches[sw].flows != NULL;
        meets |= is_known &&
                 (bits->nw_src || bits->nw_dst || bits->nw_tos || bits->tp_src || bits->tp_dst);
    }
    return meets;
}

/* Why nobody can say what becomes of a fragment; NULL: it is told as other frames are. */
static const char *unfit_fragment(const struct sender *sender, const struct header *header)
{
    struct path_touch touch = {0};
    if (meets_rewrites(sender)) {
        return UNTOLD;
    }
    return sender->harmless && !traffic_harm(sender->harmless, sender->host, header, &touch) &&
                   touch.open && !path_is_choice(touch.open)
               ? "not everything is known of a switch on its way, which may put fragments together"
               : NULL;
}

/* Whether frames of this shape have each form in which the probe may arrive: behind strip_vlan one
 * with two tags has no header that OpenFlow 1.0 could tell. */
static bool has_forms(const struct traffic_probe *probe)
{
    static const struct frame_run run = {0};
    static const struct frame_mark mark = {.kind = FRAME_PROBE};
    struct base_buffer frame = {0};
    bool has = true;
    for (size_t i = 0; i < probe->n_arrivals; i++) {
        for (size_t form = 0; form < probe->arrivals[i].n_as && has; form++) {
            has = frame_build_shaped(&run, &mark, &probe->header, &probe->arrivals[i].as[form],
                                     &probe->shape, &frame, NULL) == 0;
        }
    }
    base_buffer_free(&frame);
    return has;
}

static int withhold(struct sender *sender, const struct header *header, const char *kind,
                    const char *reason, bool harms)
{
    struct traffic_plan *plan = sender->plan;
    for (size_t i = plan->n_withheld; i > 0 && plan->withheld[i - 1].from == sender->host; i--) {
        const struct traffic_withheld *known = &plan->withheld[i - 1];
        if (header_equal(&known->header, header) && strcmp(known->kind, kind) == 0) {
            return 0;
        }
    }
    if (base_grow(&plan->withheld, plan->n_withheld, &plan->withheld_capacity,
                  sizeof *plan->withheld) < 0) {
        return -1;
    }
    plan->withheld[plan->n_withheld++] = (struct traffic_withheld){
        .from = sender->host, .header = *header, .kind = kind, .reason = reason, .harms = harms};
    return 0;
}

/* The smallest MTU of the interfaces that it leaves and may come to, up to TRAFFIC_MTU_MAX; of one
 * that is not known what every Ethernet has. 0: that of the sender is not known. */
static unsigned smallest_mtu(const struct sender *sender, const struct traffic_probe *probe)
{
    enum { MTU_OF_ALL = 1500 };
    unsigned smallest = sender->mtus[sender->host];
    for (size_t i = 0; i < probe->n_arrivals && smallest > 0; i++) {
        unsigned mtu = sender->mtus[probe->arrivals[i].host];
        mtu = mtu ? mtu : MTU_OF_ALL;
        smallest = mtu < smallest ? mtu : smallest;
    }
    return smallest < TRAFFIC_MTU_MAX ? smallest : TRAFFIC_MTU_MAX;
}

/* Makes a frame of full size as long as its interfaces take it. Returns why it cannot be sent, or
 * NULL. */
static const char *fit_size(const struct sender *sender, struct traffic_probe *probe)
{
    enum { ETHERNET_BYTES = 14 };
    unsigned mtu = sender->mtus ? smallest_mtu(sender, probe) : 0;
    if (probe->shape.n_bytes == TRAFFIC_FULL_SIZE) {
        probe->shape.n_bytes = (uint16_t)(ETHERNET_BYTES + mtu);
        return mtu > 0 ? NULL : "the MTU of the interfaces is not known";
    }
    return mtu > 0 && probe->shape.n_bytes > ETHERNET_BYTES + mtu
               ? "it is longer than the MTU of an interface"
               : NULL;
}

static int add_probe(struct sender *sender, const struct header *header, const char *kind,
                     const struct frame_shape *shape)
{
    if (is_planned(sender, header, shape)) {
        return 0;
    }
    struct traffic_probe *probe = new_probe(sender->plan);
    if (!probe) {
        return -1;
    }
    *probe = (struct traffic_probe){
        .from = sender->host, .header = *header, .shape = *shape, .kind = kind};
    size_t owner = sender->harmless && header->dl_type == DL_TYPE_ARP
                       ? traffic_arp_owner(sender->harmless, header)
                       : HOST_NONE;
    probe->shape.arp_sha = owner == HOST_NONE ? NULL : sender->topology->hosts[owner].mac;
    follow(sender, header);
    if (add_arrivals(sender, probe) < 0) {
        return -1;
    }
    int too_many = has_choices(sender)
                       ? traffic_ways_add(sender->declared, receiver_of(sender, header),
                                          &sender->way, &sender->plan->arena, probe)
                       : 0;
    if (too_many < 0) {
        return -1;
    }
    const char *reason = too_many ? "switches may choose more ways for it than are told apart"
                                  : fit_size(sender, probe);
    if (!reason && shape->fragment) {
        reason = unfit_fragment(sender, header);
    }
    if (!reason && !is_shape(shape, &(struct frame_shape){0}) && !has_forms(probe)) {
        reason = UNTOLD;
    }
    if (reason) {
        sender->plan->n_probes--;
        return withhold(sender, header, kind, reason, false);
    }
    return traffic_crossed_add(&sender->crossed, &sender->walk, sender->class, sender->kinds);
}

/* Why the frame may not be sent. asked: a cube; a tag that it does not ask for is of our own
 * choice. */
static const char *harm(const struct sender *sender, const struct match *asked,
                        const struct header *header)
{
    struct path_touch touch;
    const char *reason =
        sender->harmless ? traffic_harm(sender->harmless, sender->host, header, &touch) : NULL;
    return reason || !sender->harmless || (asked->mask.vlan_tci & VLAN_VID)
               ? reason
               : traffic_harm_by_tag(header, &touch);
}

/* The classes that are narrower than this one, or only overlap with it: what
 * is in them is probed as theirs. */
static size_t narrower(const struct traffic_classes *classes, size_t of,
                       const struct match *excluded[TRAFFIC_CLASSES_MAX])
{
    const struct match *cube = &classes->cubes[of];
    size_t n = 0;
    for (size_t i = 0; i < classes->n_cubes; i++) {
        const struct match *other = &classes->cubes[i];
        if (i != of && match_overlaps(cube, other) && !match_within(cube, other)) {
            excluded[n++] = other;
        }
    }
    return n;
}

static bool find_header(const struct match *cube, const struct match *const *excluded, size_t n,
                        struct header *header)
{
    size_t budget = FIND_BUDGET;
    return space_find(cube, excluded, n, &budget, header) == SPACE_FOUND;
}

static bool is_in(const struct match *cube, const struct match *const *excluded, size_t n,
                  const struct header *header)
{
    bool in = match_takes(cube, header);
    for (size_t i = 0; i < n && in; i++) {
        in = !match_takes(excluded[i], header);
    }
    return in;
}

/* A frame of a class. */
struct choice {
    const struct match *class; /* what is asked for */
    struct match cube;         /* of the class, and of a kind */
    const struct match *excluded[TRAFFIC_CLASSES_MAX];
    size_t n_excluded;
};

/* Mends the header within its class until it may be sent; if that fails it is what it was, and the
 * reason is returned. */
static const char *make_harmless(const struct sender *sender, const struct choice *choice,
                                 struct header *header)
{
    const char *reason = harm(sender, choice->class, header);
    struct header mended = *header;
    for (unsigned step = 0;
         reason && traffic_harmless_mend(sender->harmless, sender->host, step, &mended); step++) {
        if (is_in(&choice->cube, choice->excluded, choice->n_excluded, &mended) &&
            !harm(sender, choice->class, &mended)) {
            *header = mended;
            return NULL;
        }
    }
    return reason;
}

/* The nth try of a kind in a class: an ordinary frame, any, and then ordinary ones for one host
 * after the other, as NORMAL sends to a known place what it would flood otherwise. False: it leaves
 * no room for that one. */
static bool try_of(const struct sender *sender, const struct choice *choice, size_t nth,
                   struct match *cube)
{
    size_t to = nth < 2 ? HOST_NONE : nth - 2;
    *cube = choice->cube;
    if (nth == 1 || to == sender->host) {
        return nth == 1;
    }
    traffic_prefer_ordinary(sender->expectation, sender->host, to, cube);
    return to == HOST_NONE ||
           memcmp(cube->value.dl_dst, sender->topology->hosts[to].mac, BASE_MAC_BYTES) == 0;
}

/* Its frame. 1: `header` is it, and may be sent; 0: there is none, or it is for a host of our
 * choice where a claim says who receives it, or what comes there; -1: it may not be sent, and
 * `reason` says why. */
static int choose(struct sender *sender, const struct choice *choice, size_t nth,
                  struct header *header, const char **reason)
{
    struct match cube;
    if (!try_of(sender, choice, nth, &cube) ||
        !find_header(&cube, choice->excluded, choice->n_excluded, header) ||
        (nth >= 2 && expectation_speaks_of(sender->expectation, sender->host, nth - 2, header))) {
        return 0;
    }
    *reason = make_harmless(sender, choice, header);
    return *reason ? -1 : 1;
}

/* One probe of this kind in this class. 1: it is sent, or withheld; 0: the class has none; -1
 * without memory. */
static int plan_kind(struct sender *sender, size_t class, const struct traffic_kind *kind)
{
    struct choice choice = {.class = &sender->classes.cubes[class]};
    struct header header, withheld = {0};
    size_t n_hosts = sender->topology->n_hosts;
    size_t n_tries = 2 + (n_hosts < RECEIVERS_MAX ? n_hosts : RECEIVERS_MAX);
    const char *reason = NULL;
    sender->class = class;
    choice.n_excluded = narrower(&sender->classes, class, choice.excluded);
    if (!match_intersect(choice.class, &kind->essential, &choice.cube)) {
        return 0;
    }
    for (size_t nth = 0; nth < (reason ? n_tries : 2); nth++) {
        const char *harms;
        int chosen = choose(sender, &choice, nth, &header, &harms);
        if (chosen > 0) {
            return add_probe(sender, &header, kind->name, &kind->shape) < 0 ? -1 : 1;
        }
        withheld = chosen < 0 && !reason ? header : withheld;
        reason = chosen < 0 && !reason ? harms : reason;
    }
    if (!reason || kind->is_besides) {
        return 0;
    }
    return withhold(sender, &withheld, kind->name, reason, true) < 0 ? -1 : 1;
}

/* exact: it is not mended. */
static int plan_extra(struct sender *sender, const struct traffic_extra *extra, bool exact)
{
    struct match any = match_exactly(&extra->header);
    struct choice choice = {.class = &any};
    struct header header = extra->header;
    const char *reason =
        exact ? harm(sender, &any, &header) : make_harmless(sender, &choice, &header);
    return reason ? withhold(sender, &header, extra->kind, reason, true)
                  : add_probe(sender, &header, extra->kind, &(struct frame_shape){0});
}

/* Whether every host that must receive a copy of `a` must receive one of `b`. */
static bool has_receivers(const struct traffic_probe *b, const struct traffic_probe *a)
{
    bool has = true;
    for (size_t i = 0; i < a->n_arrivals && has; i++) {
        has = a->arrivals[i].copies == 0 || traffic_plan_copies(b, a->arrivals[i].host) > 0;
    }
    return has;
}

static bool must_arrive(const struct traffic_probe *probe)
{
    bool must = false;
    for (size_t i = 0; i < probe->n_arrivals && !must; i++) {
        must = probe->arrivals[i].copies > 0;
    }
    return must;
}

/* Behind everything else, one frame again for each set of receivers. */
static int add_sentinels(struct sender *sender)
{
    struct traffic_plan *plan = sender->plan;
    size_t last = plan->n_probes;
    for (size_t i = sender->first; i < last && plan->n_probes - last < SENTINELS_MAX; i++) {
        const struct traffic_probe *probe = &plan->probes[i];
        bool needed = must_arrive(probe);
        for (size_t j = last; j < plan->n_probes; j++) {
            needed = needed && !(has_receivers(&plan->probes[j], probe) &&
                                 has_receivers(probe, &plan->probes[j]));
        }
        if (needed) {
            struct traffic_probe *sentinel = new_probe(plan);
            if (!sentinel) {
                return -1;
            }
            *sentinel = plan->probes[i];
            sentinel->sentinel = true;
        }
    }
    return 0;
}

static int plan_classes(struct sender *sender)
{
    for (size_t class = 0; class < sender->classes.n_cubes; class ++) {
        for (size_t number = 0; number < TRAFFIC_KINDS; number++) {
            struct traffic_kind kind = traffic_kind(number);
            if (plan_kind(sender, class, &kind) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* One probe of the number-th kind of what traffic looks like, if the class has it; of a size, of
 * whatever it has. Returns what plan_kind returns. */
static int plan_more(struct sender *sender, size_t class, size_t number, uint16_t fresh)
{
    struct traffic_kind kind = traffic_kind_more(number, fresh);
    sender->kinds = UINT32_C(1) << number;
    int status = plan_kind(sender, class, &kind);
    if (status == 0 && kind.is_size) {
        kind.essential = match_any();
        status = plan_kind(sender, class, &kind);
    }
    sender->kinds = 0;
    return status;
}

/* What traffic looks like, each kind in the first class that has it ... */
static int plan_each(struct sender *sender, uint16_t fresh)
{
    int status = 0;
    for (size_t number = 0; number < TRAFFIC_KINDS_MORE && status >= 0; number++) {
        status = 0;
        for (size_t class = 0; class < sender->classes.n_cubes && status == 0; class ++) {
            status = plan_more(sender, class, number, fresh);
        }
    }
    return status;
}

/* ... and in others, by which it crosses cables that it has not crossed so far. */
static int plan_cables(struct sender *sender, uint16_t fresh)
{
    const struct traffic_crossed *crossed = &sender->crossed;
    int status = 0;
    for (size_t i = 0; i < crossed->n_crossings; i++) {
        struct traffic_crossing crossing = crossed->crossings[i];
        for (size_t number = 0; number < TRAFFIC_KINDS_MORE && status >= 0; number++) {
            if (!(crossed->cables[crossing.cable].kinds >> number & 1)) {
                status = plan_more(sender, crossing.class, number, fresh);
            }
        }
    }
    return status;
}

static int plan_looks(struct sender *sender, uint16_t fresh)
{
    int status = plan_each(sender, fresh);
    return status < 0 ? status : plan_cables(sender, fresh);
}

static int plan_sender(struct sender *sender, const struct traffic_plan_options *options)
{
    sender->first = sender->plan->n_probes;
    sender->has_claims = has_claim(sender->expectation, sender->host);
    sender->classes.n_cubes = 0;
    sender->classes.cut = false;
    traffic_crossed_clear(&sender->crossed);
    if (!options->extras_only &&
        traffic_classes_of(sender->declared, sender->host, &sender->classes) < 0) {
        return -1;
    }
    sender->plan->n_cut += sender->classes.cut;
    if (plan_classes(sender) < 0 ||
        (options->mtus && !options->extras_only && plan_looks(sender, options->fresh) < 0)) {
        return -1;
    }
    for (size_t i = 0; i < options->n_extras; i++) {
        const struct traffic_extra *extra = &options->extras[i];
        if (extra->from == sender->host && plan_extra(sender, extra, options->extras_only) < 0) {
            return -1;
        }
    }
    return add_sentinels(sender);
}

bool traffic_plan_sends(const struct expectation *expectation,
                        const struct traffic_plan_options *options, size_t host)
{
    if (!options->sends[host]) {
        return false;
    }
    if (options->extras_only) {
        return true;
    }
    bool claimed = false;
    for (size_t i = 0; i < expectation->n_claims; i++) {
        if (expectation->claims[i].from == host) {
            claimed = true;
            if (!options->selected || options->selected[i]) {
                return true;
            }
        }
    }
    struct port_ref port = expectation->topology->hosts[host].port;
    bool declared = expectation_port(expectation, port) ||
                    (expectation->lists_switch[port.sw] && !expectation->unlisted_any);
    return !claimed && !options->selected && declared;
}

/* Who is to be sent to by NORMAL speaks before. */
static int plan_speeches(const struct traffic_harmless *harmless, struct traffic_plan *plan)
{
    int status = 0;
    for (size_t p = 0; p < plan->n_probes && status == 0; p++) {
        status = traffic_harmless_prepare(harmless, plan->probes[p].from, &plan->probes[p].header);
    }
    plan->speeches = traffic_harmless_speeches(harmless, &plan->n_speeches);
    return plan->speeches || plan->n_speeches == 0 ? status : -1;
}

int traffic_plan(const struct path_declared *declared, const struct traffic_plan_options *options,
                 struct traffic_plan *plan, struct base_error *error)
{
    const struct expectation *expectation = declared->expectation;
    struct sender *sender = base_calloc(1, sizeof *sender);
    struct path_declared most = {0};
    *plan = (struct traffic_plan){0};
    int status =
        sender ? path_declared_open_allowed(&most, expectation, NULL, PATH_ALLOWED_MOST) : -1;
    bool is_open = sender && status == 0;
    for (size_t host = 0; status == 0 && host < expectation->topology->n_hosts; host++) {
        if (traffic_plan_sends(expectation, options, host)) {
            sender->declared = declared;
            sender->most = &most;
            sender->expectation = expectation;
            sender->topology = expectation->topology;
            sender->harmless = options->harmless;
            sender->mtus = options->mtus;
            sender->host = host;
            sender->plan = plan;
            status = plan_sender(sender, options);
        }
    }
    if (sender) {
        traffic_crossed_free(&sender->crossed);
    }
    free(sender);
    if (is_open) {
        path_declared_close(&most);
    }
    if (status == 0 && options->harmless) {
        status = plan_speeches(options->harmless, plan);
    }
    if (status < 0) {
        status = -1;
        traffic_plan_free(plan);
        base_fail(error, "out of memory");
    }
    return status;
}

void traffic_plan_free(struct traffic_plan *plan)
{
    free(plan->probes);
    free(plan->withheld);
    free(plan->speeches);
    base_arena_free(&plan->arena);
    *plan = (struct traffic_plan){0};
}

const struct traffic_expected_arrival *traffic_plan_arrival(const struct traffic_probe *probe,
                                                            size_t host)
{
    for (size_t i = 0; i < probe->n_arrivals; i++) {
        if (probe->arrivals[i].host == host) {
            return &probe->arrivals[i];
        }
    }
    return NULL;
}

unsigned traffic_plan_repeats(const struct traffic_plan *plan, size_t n_hosts, unsigned n_frames)
{
    unsigned *counts = base_calloc(n_hosts + 1, sizeof *counts), repeats = counts ? 1 : 0;
    for (size_t p = 0; counts && p < plan->n_probes; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        for (size_t i = 0; i < probe->n_arrivals; i++) {
            const struct traffic_expected_arrival *arrival = &probe->arrivals[i];
            bool may = probe->n_ways > 0 && arrival->more > 0; /* to one host of several */
            counts[arrival->host] += arrival->copies > 0 || may;
        }
        bool is_last = p + 1 == plan->n_probes || plan->probes[p + 1].from != probe->from;
        for (size_t to = 0; to < n_hosts && is_last; to++) {
            unsigned needed = counts[to] > 0 ? (n_frames + counts[to] - 1) / counts[to] : 0;
            repeats = needed > repeats ? needed : repeats;
            counts[to] = 0;
        }
    }
    free(counts);
    return repeats;
}

unsigned traffic_plan_copies(const struct traffic_probe *probe, size_t host)
{
    const struct traffic_expected_arrival *arrival = traffic_plan_arrival(probe, host);
    return arrival ? arrival->copies : 0;
}

const char *traffic_plan_withholds(const struct traffic_plan *plan, const struct claim *claim)
{
    const char *reason = NULL;
    for (size_t i = 0; i < plan->n_withheld && !reason; i++) {
        const struct traffic_withheld *withheld = &plan->withheld[i];
        bool is_of = withheld->from == claim->from && match_takes(&claim->match, &withheld->header);
        reason = is_of ? withheld->reason : NULL;
    }
    for (size_t p = 0; p < plan->n_probes && reason; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        bool is_of = probe->from == claim->from && match_takes(&claim->match, &probe->header);
        reason = is_of ? NULL : reason;
    }
    return reason;
}

unsigned traffic_plan_most(const struct traffic_probe *probe, size_t host)
{
    const struct traffic_expected_arrival *arrival = traffic_plan_arrival(probe, host);
    return arrival ? arrival->copies + arrival->more : 0;
}
