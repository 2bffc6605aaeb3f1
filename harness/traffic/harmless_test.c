/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames may not be sent, on a line of two switches, in a ring of three, and on the reference
 * network. */
#include "traffic/harmless.h"

#include "base/memory.h"
#include "ofctl/match.h"
#include "testing/failing.h"
#include "testing/line.h"
#include "testing/reference_network.h"
#include "traffic/cover.h"

static void address(struct topology_host *host, uint8_t last)
{
    memcpy(host->mac, (uint8_t[]){2, 0, 0, 0, 0, last}, sizeof host->mac);
    host->has_ip = true;
    host->ip = 0x0a000000 + last;
}

/* a: 02:…:0a, 10.0.0.10; b: …0b; c: …0c, at the other switch. */
static void make(struct line *line, const char *s1, const char *s2)
{
    line_make(line);
    address(&line->hosts[LINE_A], 10);
    address(&line->hosts[LINE_B], 11);
    address(&line->hosts[LINE_C], 12);
    line_flow(line, 0, s1);
    line_flow(line, 1, s2);
}

static struct header header_of(const char *text)
{
    struct match match;
    assert_int_equal(ofctl_parse_match(text, &match, NULL, NULL), 0);
    return match.value;
}

struct asked {
    struct traffic_harmless harmless;
    bool sends[16];
    const uint8_t *addresses[16];
};

static void ask_again(struct asked *asked, struct line *line)
{
    assert_int_equal(traffic_harmless_open(&asked->harmless, &line->network, NULL), 0);
    asked->harmless.sends = asked->sends;
    asked->harmless.addresses = asked->addresses;
}

static void ask(struct asked *asked, struct line *line)
{
    line_open(line);
    memset(asked, 0, sizeof *asked);
    memset(asked->sends, true, sizeof asked->sends);
    ask_again(asked, line);
}

static void end(struct asked *asked, struct line *line)
{
    traffic_harmless_close(&asked->harmless);
    expect_empty(&asked->harmless, sizeof asked->harmless);
    line_close(line);
}

static const char *harm(const struct asked *asked, size_t from, const char *text)
{
    struct header header = header_of(text);
    const char *reason = traffic_harm(&asked->harmless, from, &header, NULL);
    return reason ? reason : "";
}

#define FROM_A "dl_src=02:00:00:00:00:0a,"
#define TO_B   "dl_dst=02:00:00:00:00:0b,"
#define TO_C   "dl_dst=02:00:00:00:00:0c,"
#define TO_ALL "dl_dst=ff:ff:ff:ff:ff:ff,"

static void entries_alone_harm_nobody(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    make(&line, "actions=output:2,output:3", "actions=output:2");
    ask(&asked, &line);
    assert_string_equal(harm(&asked, LINE_A, "dl_src=02:00:00:00:00:0b," TO_ALL "ip"), "");
    assert_string_equal(harm(&asked, LINE_A, FROM_A "tcp,nw_src=10.0.0.11"), "");
    end(&asked, &line);
}

static void arp_tells_the_truth_or_is_not_sent(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    make(&line, "actions=output:2,output:3", "actions=output:2");
    ask(&asked, &line);
    struct header header = header_of("arp,arp_op=1,arp_spa=10.0.0.12");
    assert_int_equal(traffic_arp_owner(&asked.harmless, &header), LINE_C);
    assert_string_equal(harm(&asked, LINE_A, "arp,arp_op=1,arp_spa=10.0.0.12"), "");
    assert_string_equal(harm(&asked, LINE_A, "arp,arp_op=2,arp_spa=10.0.0.10"), "");
    assert_string_equal(harm(&asked, LINE_A, "arp,arp_op=1,arp_spa=10.0.0.99"),
                        "hosts would take its ARP sender address for that of another host");
    assert_non_null(strstr(harm(&asked, LINE_A, "arp,arp_op=2,arp_spa=10.0.0.99"), "ARP"));
    assert_string_equal(harm(&asked, LINE_A, "arp,arp_op=1,arp_spa=0.0.0.0"), "");
    assert_string_equal(harm(&asked, LINE_A, "arp,arp_op=3,arp_spa=10.0.0.99"), "");
    assert_string_equal(harm(&asked, LINE_A, "arp,arp_op=1,arp_spa=192.0.2.1"), "");
    assert_string_equal(harm(&asked, LINE_A, "arp,arp_op=1,arp_spa=198.51.100.2"), "");
    assert_string_equal(harm(&asked, LINE_A, "arp,arp_op=1,arp_spa=203.0.113.255"), "");
    line.hosts[LINE_C].has_ip = false;
    assert_int_equal(traffic_arp_owner(&asked.harmless, &header), HOST_NONE);
    line.hosts[LINE_C].has_ip = true;
    /* Its interface has another address: which one is right nobody knows. */
    asked.addresses[LINE_C] = line.hosts[LINE_B].mac;
    assert_int_equal(traffic_arp_owner(&asked.harmless, &header), HOST_NONE);
    asked.addresses[LINE_C] = line.hosts[LINE_C].mac;
    assert_int_equal(traffic_arp_owner(&asked.harmless, &header), LINE_C);
    end(&asked, &line);
}

static void link_discovery_is_nobodys_but_the_controllers(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    make(&line, "actions=output:2,output:3", "actions=output:2");
    ask(&asked, &line);
    assert_string_equal(harm(&asked, LINE_A, FROM_A "dl_type=0x88cc"),
                        "controllers would take it for a report of a link");
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A "dl_type=0x8942"), "link"));
    assert_string_equal(harm(&asked, LINE_A, FROM_A "dl_type=0x88cd"), "");
    end(&asked, &line);
}

/* Types from 130 up to those for experiments tell of neighbours, routers or listeners. What hosts
 * discard may be sent, but not to whoever may be less strict. */
static void neighbour_discovery_is_nobodys_but_the_neighbours(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        bool harms;
    } rows[] = {{"icmp6,icmp_type=129", false}, {"icmp6,icmp_type=130", true},
                {"icmp6,icmp_type=134", true},  {"icmp6,icmp_type=135", false},
                {"icmp6,icmp_type=136", false}, {"icmp6,icmp_type=137", true},
                {"icmp6,icmp_type=199", true},  {"icmp6,icmp_type=200", false},
                {"icmp6,icmp_type=1", false},   {"icmp,icmp_type=135", false},
                {"udp6,tp_src=135", false}};
    struct line line;
    struct asked asked;
    make(&line, "actions=output:2,output:3", "actions=output:2");
    ask(&asked, &line);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(harm(&asked, LINE_A, rows[i].type),
                            rows[i].harms ? "hosts and switches would take it for neighbour "
                                            "discovery, or for a listener to multicast"
                                          : "");
    }
    static const char *const others[] = {"actions=output:2,CONTROLLER", "actions=NORMAL",
                                         "udp actions=output:2", "actions=TABLE"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct line other;
        struct asked of_other;
        make(&other, others[i], "actions=output:2");
        ask(&of_other, &other);
        for (unsigned type = 135; type <= 136; type++) {
            struct header told = header_of("icmp6,dl_src=02:00:00:00:00:0a");
            told.tp_src = (uint16_t)type;
            assert_non_null(traffic_harm(&of_other.harmless, LINE_A, &told, NULL));
            assert_non_null(strstr(traffic_harm(&of_other.harmless, LINE_A, &told, NULL),
                                   "neighbour discovery"));
        }
        end(&of_other, &other);
    }
    struct header header = header_of("icmp6,icmp_type=135");
    assert_true(traffic_harmless_mend(&asked.harmless, LINE_A, 0, &header));
    assert_int_equal(header.tp_src, 200);
    header = header_of("icmp6,icmp_type=129");
    assert_true(traffic_harmless_mend(&asked.harmless, LINE_A, 0, &header));
    assert_int_equal(header.tp_src, 129);
    end(&asked, &line);
}

static void where_switches_learn_senders_use_their_own_address(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    ask(&asked, &line);
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_B "ip"), "");
    assert_string_equal(
        harm(&asked, LINE_A, "dl_src=02:00:00:00:00:0b," TO_B "ip"),
        "a learning switch would believe its source address, which is not the sender's");
    asked.harmless.allow_flood = true; /* is no leave for that */
    assert_non_null(strstr(harm(&asked, LINE_A, "dl_src=02:00:00:00:00:0c," TO_B "ip"), "learn"));
    asked.harmless.allow_flood = false;
    asked.addresses[LINE_A] = line.hosts[LINE_C].mac; /* it is not what the topology says */
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_B "ip"), "learn"));
    end(&asked, &line);
    /* Downstream of an entry, too. */
    make(&line, "actions=output:3", "actions=NORMAL");
    ask(&asked, &line);
    assert_non_null(strstr(harm(&asked, LINE_A, "dl_src=02:00:00:00:00:0b," TO_C "ip"), "learn"));
    assert_string_equal(harm(&asked, LINE_B, "dl_src=02:00:00:00:00:0b," TO_C "ip"), "");
    end(&asked, &line);
}

static void a_controller_is_told_the_truth(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    make(&line, "in_port=1 actions=output:2,CONTROLLER:64", "actions=output:2");
    ask(&asked, &line);
    struct header header = header_of(FROM_A TO_B "ip");
    struct path_touch touch;
    assert_null(traffic_harm(&asked.harmless, LINE_A, &header, &touch));
    assert_true(touch.controller && !touch.normal);
    assert_string_equal(
        traffic_harm_at(&asked.harmless, LINE_A, (struct port_ref){0, 4}, &header, &touch) ? "x"
                                                                                           : "",
        "");
    assert_true(touch.missed && !touch.controller);
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_B "ip"), "");
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_ALL "arp,arp_op=1,arp_spa=10.0.0.10"), "");
    assert_string_equal(harm(&asked, LINE_A, "dl_src=02:00:00:00:00:0b," TO_B "ip"),
                        "a controller would believe its source address, which is not the sender's");
    assert_non_null(
        strstr(harm(&asked, LINE_A, FROM_A TO_B "arp,arp_op=1,arp_spa=10.0.0.11"), "controller"));
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_B "arp,arp_op=1,arp_spa=0.0.0.0"), "");
    /* What no entry takes a switch may send to its controller. */
    assert_non_null(strstr(harm(&asked, LINE_B, FROM_A TO_B "ip"), "controller"));
    assert_string_equal(harm(&asked, LINE_B, "dl_src=02:00:00:00:00:0b," TO_B "ip"), "");
    end(&asked, &line);
}

static void what_normal_would_flood_is_not_sent_without_leave(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    ask(&asked, &line);
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_ALL "ip"),
                        "NORMAL would flood it (--allow-flood)");
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A "dl_dst=01:00:5e:00:00:fb,ip"), "flood it"));
    assert_string_equal(
        harm(&asked, LINE_A, FROM_A "dl_dst=02:00:00:00:00:0f,ip"),
        "NORMAL has not learned where its receiver is, and would flood it (--allow-flood)");
    assert_string_equal(harm(&asked, LINE_A, FROM_A "dl_dst=02:00:00:00:00:0a,ip"), "");
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_B "ip"), "");
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_C "ip"), "learned")); /* b would get it */
    asked.sends[LINE_B] = false;
    traffic_harmless_close(&asked.harmless);
    ask_again(&asked, &line);
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_B "ip"), "learned"));
    asked.harmless.allow_flood = true;
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_B "ip"), "");
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_ALL "ip"), "");
    end(&asked, &line);
}

/* What is said before a sends this: "b->b c->b". */
static void expect_said(const struct asked *asked, const struct line *line, const char *text,
                        const char *wanted, struct header *last)
{
    struct header header = header_of(text);
    struct base_buffer said = {0};
    size_t n;
    assert_int_equal(traffic_harmless_prepare(&asked->harmless, LINE_A, &header), 0);
    struct traffic_speech *speeches = traffic_harmless_speeches(&asked->harmless, &n);
    for (size_t i = 0; i < n; i++) {
        size_t to = 0;
        while (memcmp(line->hosts[to].mac, speeches[i].header.dl_dst, 6) != 0) {
            to++;
        }
        assert_memory_equal(line->hosts[speeches[i].from].mac, speeches[i].header.dl_src, 6);
        assert_int_equal(line->hosts[speeches[i].from].port.port, speeches[i].header.in_port);
        base_put_format(&said, "%s%s->%s", i ? " " : "", line->hosts[speeches[i].from].name,
                        line->hosts[to].name);
        *last = speeches[i].header;
    }
    if (strcmp(base_buffer_text(&said), wanted) != 0) {
        fail_msg("%s: %s instead of %s", text, base_buffer_text(&said), wanted);
    }
    base_buffer_free(&said);
    free(speeches);
}

static void a_receiver_speaks_before_it_is_sent_to(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    struct header said;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    ask(&asked, &line);
    asked.harmless.fresh = 0x3fe;
    expect_said(&asked, &line, FROM_A "dl_dst=02:00:00:00:00:0a,tcp", "", &said);
    expect_said(&asked, &line, FROM_A "dl_dst=02:00:00:00:00:63,tcp", "", &said);
    expect_said(&asked, &line, FROM_A TO_B "tcp,dl_vlan=7", "b->b", &said);
    expect_said(&asked, &line, FROM_A TO_B "udp,dl_vlan=7", "b->b", &said); /* once */
    assert_int_equal(said.dl_type, 0x9ffe);
    assert_int_equal(said.vlan_tci, VLAN_TAGGED | 7);
    expect_said(&asked, &line, FROM_A TO_B "ip", "b->b b->b", &said); /* in each VLAN */
    assert_int_equal(said.vlan_tci, 0);
    end(&asked, &line);
    /* Only IP goes to NORMAL, and what b says to itself there goes nowhere else. */
    make(&line, "ip actions=NORMAL", "actions=drop");
    ask(&asked, &line);
    for (int i = 0; i < 2; i++) {
        expect_said(&asked, &line, FROM_A TO_B "tcp,nw_src=10.0.0.10,nw_dst=10.0.0.11", "b->b",
                    &said);
    }
    assert_int_equal(said.dl_type, DL_TYPE_IP);
    assert_int_equal(said.nw_src, 0x0a00000b);
    assert_int_equal(said.nw_dst, 0x0a00000a);
    end(&asked, &line);
    /* b's frames are not learned from, so its place is not known. */
    make(&line, "in_port=1 actions=NORMAL", "actions=drop");
    line_flow(&line, 0, "in_port=2 actions=output:3");
    ask(&asked, &line);
    expect_said(&asked, &line, FROM_A TO_B "ip", "", &said);
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_B "ip"), "learned"));
    end(&asked, &line);
    /* No frame of a is seen by NORMAL: nobody need speak. */
    make(&line, "in_port=2 actions=NORMAL", "actions=drop");
    line_flow(&line, 0, "in_port=1 actions=output:2");
    ask(&asked, &line);
    expect_said(&asked, &line, FROM_A TO_B "ip", "", &said);
    end(&asked, &line);
}

/* c, alone at its switch, tells both where it is by what it says to b: nobody else gets that. */
static void the_first_frame_to_another_switch_comes_to_its_receiver_alone(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    struct header said;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    line_port(&line, 1, 3)->config = line_port(&line, 1, 4)->config = PORT_CONFIG_NO_FWD;
    ask(&asked, &line);
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_C "ip"), "");
    expect_said(&asked, &line, FROM_A TO_C "ip", "a->a c->c c->a", &said);
    /* What was not said does not count, whoever could say it. */
    struct traffic_speech c_to_a = {.from = LINE_C, .header = said}, a = {.from = LINE_A};
    a.header = said;
    memcpy(a.header.dl_src, said.dl_dst, 6);
    traffic_harmless_listen(&asked.harmless);
    a.header.in_port = line.hosts[LINE_A].port.port;
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_B "ip"), "learned"));
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_C "ip"), "learned"));
    traffic_harmless_hear(&asked.harmless, &a);
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_C "ip"), "learned"));
    traffic_harmless_hear(&asked.harmless, &c_to_a);
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_C "ip"), "");
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_B "ip"), "learned"));
    end(&asked, &line);
    /* At s1 nobody may see it either, of whom nothing is known. */
    make(&line, "actions=NORMAL", "actions=NORMAL");
    ask(&asked, &line);
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_C "ip"), "learned"));
    asked.harmless.allow_flood = true;
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_C "ip"), "");
    expect_said(&asked, &line, FROM_A TO_C "ip", "c->c", &said); /* what can be learned is */
    end(&asked, &line);
}

static void in_a_ring_only_the_own_switch_is_known(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    struct topology_link links[] = {{.a = {0, 3}, .b = {1, 1}}, {.a = {0, 4}, .b = {1, 4}}};
    make(&line, "actions=NORMAL", "actions=NORMAL");
    line.topology.links = links;
    line.topology.n_links = 2;
    ask(&asked, &line);
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_B "ip"), "");
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_C "ip"),
                        "it might go round a ring of switches endlessly (--allow-flood)");
    asked.harmless.allow_flood = true;
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_C "ip"), "");
    end(&asked, &line);
    /* One that was not read, and of which nothing is declared, may do that as well. */
    make(&line, "actions=NORMAL", "actions=NORMAL");
    line.topology.links = links;
    line.topology.n_links = 2;
    line.by_switch[1] = NULL;
    struct expectation nothing = {.topology = &line.topology};
    struct path_declared declared;
    bool lists[2] = {false};
    nothing.lists_switch = lists;
    assert_int_equal(path_declared_open(&declared, &nothing), 0);
    line_open(&line);
    assert_int_equal(traffic_harmless_open(&asked.harmless, &line.network, &declared), 0);
    asked.harmless.sends = asked.sends;
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_C "ip"), "ring"));
    assert_string_equal(harm(&asked, LINE_A, FROM_A TO_B "ip"), "");
    traffic_harmless_close(&asked.harmless);
    path_network_close(&line.network);
    line.by_switch[0] = NULL;
    line_open(&line);
    assert_int_equal(traffic_harmless_open(&asked.harmless, &line.network, &declared), 0);
    asked.harmless.sends = asked.sends;
    assert_non_null(strstr(harm(&asked, LINE_A, FROM_A TO_C "ip"), "ring"));
    assert_non_null(strstr(harm(&asked, LINE_A, "dl_src=02:00:00:00:00:0b," TO_C "ip"), "learn"));
    traffic_harmless_close(&asked.harmless);
    path_declared_close(&declared);
    line_close(&line);
}

/* A switch that was not read does what is declared of it. */
static void the_declared_stands_in_for_what_was_not_read(void **state)
{
    (void)state;
    struct network network;
    struct traffic_harmless harmless;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    struct header header = header_of(TO_ALL "ip");
    size_t h1 = network_host(&network, "h1");
    memcpy(header.dl_src, network.expectation->topology->hosts[h1].mac, 6);
    network.before[0] = NULL;
    network_index(&network);
    assert_int_equal(traffic_harmless_open(&harmless, &network.tables, &network.declared), 0);
    assert_null(traffic_harm(&harmless, h1, &header, NULL));
    header.dl_src[5] = 77;
    assert_null(traffic_harm(&harmless, h1, &header, NULL));
    assert_non_null(harmless.network->switches[0].flows);
    traffic_harmless_close(&harmless);
    for (size_t sw = 0; sw < 3; sw++) {
        network.before[sw] = NULL; /* nothing was read */
    }
    network_index(&network);
    assert_int_equal(traffic_harmless_open(&harmless, &network.tables, &network.declared), 0);
    assert_non_null(harmless.network->switches[0].flows);
    assert_non_null(harmless.network->switches[2].flows);
    traffic_harmless_close(&harmless);
    network_free(&network);
}

static void what_is_free_is_mended(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    ask(&asked, &line);
    struct header header = header_of("arp,arp_op=1,arp_spa=10.0.0.99");
    assert_true(traffic_harmless_mend(&asked.harmless, LINE_A, 0, &header));
    assert_memory_equal(header.dl_src, line.hosts[LINE_A].mac, 6);
    assert_int_equal(header.dl_dst[0], 0);
    assert_int_equal(header.nw_src, 0x0a000063);
    assert_int_equal(header.nw_proto, 25);
    assert_true(traffic_harmless_mend(&asked.harmless, LINE_A, 1, &header));
    assert_memory_equal(header.dl_dst, line.hosts[LINE_B].mac, 6);
    assert_null(traffic_harm(&asked.harmless, LINE_A, &header, NULL));
    assert_false(traffic_harmless_mend(&asked.harmless, LINE_A, 2, &header));
    header = header_of(TO_C "ip,nw_src=10.0.0.99");
    assert_false(traffic_harmless_mend(&asked.harmless, LINE_A, 1, &header)); /* to somebody */
    header = header_of("dl_type=0x88b5");
    assert_false(
        traffic_harmless_mend(&asked.harmless, LINE_C, 1, &header)); /* it is alone there */
    struct claim claims[] = {{.from = LINE_C, .to = LINE_B, .kind = CLAIM_ISOLATED},
                             {.from = LINE_A, .to = LINE_B, .kind = CLAIM_DELIVERED},
                             {.from = LINE_C, .to = LINE_B, .kind = CLAIM_DELIVERED},
                             {.from = LINE_C, .to = LINE_A, .kind = CLAIM_DELIVERED}};
    struct expectation expectation = {.claims = claims, .n_claims = 4};
    struct match ip;
    assert_int_equal(ofctl_parse_match("ip", &ip, NULL, NULL), 0);
    claims[2].match = ip;
    asked.harmless.expectation = &expectation;
    assert_true(traffic_harmless_mend(&asked.harmless, LINE_C, 1, &header));
    assert_memory_equal(header.dl_dst, line.hosts[LINE_A].mac, 6);
    header = header_of("udp");
    assert_true(traffic_harmless_mend(&asked.harmless, LINE_C, 1, &header));
    assert_memory_equal(header.dl_dst, line.hosts[LINE_B].mac, 6);
    header = header_of("arp,arp_op=2,arp_spa=10.0.0.11");
    assert_true(traffic_harmless_mend(&asked.harmless, LINE_A, 0, &header));
    assert_int_equal(header.nw_proto, 2);
    end(&asked, &line);
}

static void a_tag_of_our_own_is_not_for_switches_that_learn(void **state)
{
    (void)state;
    struct header tagged = {.vlan_tci = VLAN_TAGGED | 2049}, plain = {.dl_type = 0x88b5};
    struct path_touch normal = {.normal = true}, none = {.controller = true};
    assert_string_equal(traffic_harm_by_tag(&tagged, &normal),
                        "a learning switch would believe its sender in a VLAN of our own choice");
    assert_null(traffic_harm_by_tag(&tagged, &none));
    assert_null(traffic_harm_by_tag(&plain, &normal));
}

/* The planner and the cover send nothing that harms. */
static void the_cover_sends_what_may_be_sent(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    struct traffic_cover cover;
    make(&line, "priority=9,in_port=1,dl_src=02:00:00:00:00:0b actions=NORMAL", "actions=drop");
    line_flow(&line, 0, "priority=8,in_port=1,arp,arp_op=1,arp_spa=10.0.0.99 actions=output:3");
    line_flow(&line, 0, "priority=7,arp,arp_spa=10.0.0.98 actions=output:3");
    line_flow(&line, 0, "priority=1 actions=NORMAL");
    ask(&asked, &line);
    struct traffic_cover_options options = {.sends = asked.sends, .harmless = &asked.harmless};
    assert_int_equal(traffic_cover(&line.network, &options, &cover), 0);
    assert_int_equal(cover.n_missed, 2);
    assert_int_equal(cover.missed[0].entry, 0);
    assert_int_equal(cover.missed[0].why, TRAFFIC_MISS_HARM);
    assert_int_equal(cover.missed[1].entry, 1);
    assert_int_equal(cover.missed[1].why, TRAFFIC_MISS_HARM);
    assert_true(cover.n_probes >= 2);
    for (size_t i = 0; i < cover.n_probes; i++) {
        assert_null(
            traffic_harm(&asked.harmless, cover.probes[i].from, &cover.probes[i].header, NULL));
    }
    traffic_cover_free(&cover);
    end(&asked, &line);
}

static bool withholds(const struct traffic_plan *plan, const char *kind)
{
    bool found = false;
    for (size_t i = 0; i < plan->n_withheld && !found; i++) {
        found = strcmp(plan->withheld[i].kind, kind) == 0;
        assert_int_equal(plan->withheld[i].from, LINE_A);
        assert_non_null(plan->withheld[i].reason);
    }
    return found;
}

static void what_cannot_be_mended_is_not_sent(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    struct traffic_cover cover;
    make(&line, "priority=9,dl_type=0x88cc actions=output:3", "actions=drop");
    ask(&asked, &line);
    struct traffic_cover_options options = {.sends = asked.sends, .harmless = &asked.harmless};
    assert_int_equal(traffic_cover(&line.network, &options, &cover), 0);
    assert_int_equal(cover.n_probes, 1); /* of c, for the entry of s2 */
    assert_int_equal(cover.probes[0].from, LINE_C);
    assert_int_equal(cover.n_missed, 1);
    assert_int_equal(cover.missed[0].sw, 0);
    assert_int_equal(cover.missed[0].why, TRAFFIC_MISS_HARM);
    traffic_cover_free(&cover);
    end(&asked, &line);
}

static void the_plan_withholds_the_rest(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    bool lists[LINE_SWITCHES] = {false};
    struct claim claim = {
        .id = "x", .from = LINE_A, .to = LINE_B, .kind = CLAIM_DELIVERED, .copies = 1};
    struct claim group = claim, vlan = claim;
    struct path_declared declared;
    struct traffic_plan plan;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    struct expectation expectation = {
        .topology = &line.topology, .claims = &claim, .n_claims = 1, .lists_switch = lists};
    assert_int_equal(path_declared_open(&declared, &expectation), 0);
    ask(&asked, &line);
    struct traffic_plan_options options = {.sends = asked.sends, .harmless = &asked.harmless};
    assert_int_equal(traffic_plan(&declared, &options, &plan, NULL), 0);
    assert_true(withholds(&plan, "broadcast") && withholds(&plan, "vlan"));
    assert_false(withholds(&plan, "unicast") || withholds(&plan, "arp") || withholds(&plan, "udp"));
    assert_int_equal(plan.n_speeches, 1);
    assert_int_equal(plan.speeches[0].from, LINE_B);
    assert_int_equal(plan.speeches[0].header.vlan_tci, 0);
    for (size_t p = 0; p < plan.n_probes; p++) {
        assert_null(traffic_harm(&asked.harmless, LINE_A, &plan.probes[p].header, NULL));
    }
    assert_true(plan.n_probes > 0);
    assert_false(traffic_plan_withholds(&plan, &claim));
    group.match.value.dl_dst[0] = group.match.mask.dl_dst[0] = 1;
    assert_true(traffic_plan_withholds(&plan, &group));
    group.from = LINE_B;
    assert_false(traffic_plan_withholds(&plan, &group));
    traffic_plan_free(&plan);
    /* A tag that is asked for is sent. */
    assert_int_equal(ofctl_parse_match("dl_vlan=7", &vlan.match, NULL, NULL), 0);
    claim = vlan;
    path_declared_close(&declared);
    assert_int_equal(path_declared_open(&declared, &expectation), 0);
    assert_int_equal(traffic_plan(&declared, &options, &plan, NULL), 0);
    bool tagged = false;
    for (size_t p = 0; p < plan.n_probes; p++) {
        tagged |= plan.probes[p].header.vlan_tci == (VLAN_TAGGED | 7);
    }
    assert_true(tagged);
    traffic_plan_free(&plan);
    path_declared_close(&declared);
    end(&asked, &line);
}

static bool sends_to(const struct traffic_plan *plan, const uint8_t *mac)
{
    bool found = false;
    for (size_t p = 0; p < plan->n_probes && !found; p++) {
        found = memcmp(plan->probes[p].header.dl_dst, mac, BASE_MAC_BYTES) == 0;
    }
    return found;
}

/* What a claim does not speak of is tried with frames for hosts whose places are known, also where
 * none of them is its receiver. */
static void what_no_claim_speaks_of_is_tried_with_known_receivers(void **state)
{
    (void)state;
    struct line line;
    struct asked asked;
    bool lists[LINE_SWITCHES] = {false};
    struct claim claim = {
        .id = "x", .from = LINE_A, .to = LINE_C, .kind = CLAIM_DELIVERED, .copies = 1};
    struct path_declared declared;
    struct traffic_plan plan;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    memcpy(claim.match.value.dl_dst, line.hosts[LINE_C].mac, BASE_MAC_BYTES);
    memset(claim.match.mask.dl_dst, 0xff, BASE_MAC_BYTES);
    struct expectation expectation = {
        .topology = &line.topology, .claims = &claim, .n_claims = 1, .lists_switch = lists};
    assert_int_equal(path_declared_open(&declared, &expectation), 0);
    ask(&asked, &line);
    struct traffic_plan_options options = {.sends = asked.sends, .harmless = &asked.harmless};
    assert_int_equal(traffic_plan(&declared, &options, &plan, NULL), 0);
    assert_true(sends_to(&plan, line.hosts[LINE_B].mac));
    assert_false(sends_to(&plan, line.hosts[LINE_A].mac));
    traffic_plan_free(&plan);
    path_declared_close(&declared);
    end(&asked, &line);
}

/* Without memory a frame may not be sent, whatever would become of it. */
static int ask_of_normal(void *aux)
{
    struct asked asked = {0};
    base_memory_begin();
    if (traffic_harmless_open(&asked.harmless, &((struct line *)aux)->network, NULL) < 0) {
        return -1;
    }
    memset(asked.sends, true, sizeof asked.sends);
    asked.harmless.sends = asked.sends;
    bool may = harm(&asked, LINE_A, FROM_A TO_B "dl_type=0x88b5")[0] == 0;
    bool may_in_vlan = harm(&asked, LINE_A, FROM_A TO_B "dl_vlan=5,dl_type=0x88b5")[0] == 0;
    bool ran_out = base_memory_ran_out();
    assert_true(ran_out || (may && may_in_vlan));
    traffic_harmless_close(&asked.harmless);
    return ran_out ? -1 : 0;
}

static void memory_runs_out(void **state)
{
    (void)state;
    struct line line;
    make(&line, "actions=NORMAL", "actions=NORMAL");
    line_open(&line);
    assert_int_equal(ask_of_normal(&line), 0); /* tables are indexed when they are first asked */
    assert_true(failing_each(ask_of_normal, &line) > 5);
    line_close(&line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(memory_runs_out),
    cmocka_unit_test(entries_alone_harm_nobody),
    cmocka_unit_test(arp_tells_the_truth_or_is_not_sent),
    cmocka_unit_test(link_discovery_is_nobodys_but_the_controllers),
    cmocka_unit_test(neighbour_discovery_is_nobodys_but_the_neighbours),
    cmocka_unit_test(where_switches_learn_senders_use_their_own_address),
    cmocka_unit_test(a_controller_is_told_the_truth),
    cmocka_unit_test(what_normal_would_flood_is_not_sent_without_leave),
    cmocka_unit_test(a_receiver_speaks_before_it_is_sent_to),
    cmocka_unit_test(the_first_frame_to_another_switch_comes_to_its_receiver_alone),
    cmocka_unit_test(in_a_ring_only_the_own_switch_is_known),
    cmocka_unit_test(the_declared_stands_in_for_what_was_not_read),
    cmocka_unit_test(what_is_free_is_mended),
    cmocka_unit_test(the_cover_sends_what_may_be_sent),
    cmocka_unit_test(what_cannot_be_mended_is_not_sent),
    cmocka_unit_test(the_plan_withholds_the_rest),
    cmocka_unit_test(what_no_claim_speaks_of_is_tried_with_known_receivers),
    cmocka_unit_test(a_tag_of_our_own_is_not_for_switches_that_learn),
};

TEST_MAIN(tests)
