/* SPDX-License-Identifier: Apache-2.0
 *
 * What random actions do with random packets, against a real switch: a private
 * Open vSwitch, of which `ofproto/trace` is asked. Skipped where there is none,
 * or where namespaces are refused. */
#include "space/behavior.h"

#include "base/testing.h"
#include "space/random_testing.h"
#include "space/rewrite.h"

#include <stdio.h>
#include <unistd.h>

enum { CASES = 100, MAX_ACTIONS = 8, LINE = 1024 };

/* In the directory $1: adds the flows of the file `flows`, asks for each line
 * of `packets`, and writes the answers to stdout. */
static const char script[] =
    "cd \"$1\" || exit 77\n"
    "export OVS_RUNDIR=\"$1\" OVS_DBDIR=\"$1\" OVS_LOGDIR=\"$1\" OVS_SYSCONFDIR=\"$1\"\n"
    "for s in /usr/share/openvswitch /usr/local/share/openvswitch; do\n"
    "  [ -f $s/vswitch.ovsschema ] && schema=$s/vswitch.ovsschema\n"
    "done\n"
    "ip link set lo up\n"
    "{ ovsdb-tool create db \"$schema\" &&\n"
    "  ovsdb-server \"$1/db\" --remote=punix:\"$1/db.sock\" --no-chdir --unixctl=\"$1/db.ctl\" \\\n"
    "    --pidfile=\"$1/db.pid\" --log-file=/dev/null --detach &&\n"
    "  ovs-vsctl --db=unix:\"$1/db.sock\" --no-wait init &&\n"
    "  ovs-vswitchd --enable-dummy \"unix:$1/db.sock\" --no-chdir --unixctl=\"$1/v.ctl\" \\\n"
    "    --pidfile=\"$1/v.pid\" --log-file=/dev/null --detach &&\n"
    "  ovs-vsctl --db=unix:\"$1/db.sock\" add-br br -- set bridge br datapath_type=dummy \\\n"
    "    fail-mode=secure protocols=OpenFlow10 \\\n"
    "    -- add-port br p1 -- set interface p1 type=dummy ofport_request=1 \\\n"
    "    -- add-port br p2 -- set interface p2 type=dummy ofport_request=2 \\\n"
    "    -- add-port br p3 -- set interface p3 type=dummy ofport_request=3 &&\n"
    "  ovs-ofctl mod-port br p3 no-flood && ovs-ofctl add-flows br flows; } >&2 || exit 77\n"
    "while read -r packet; do\n"
    "  ovs-appctl -t \"$1/v.ctl\" ofproto/trace --names br \"$packet\" || echo failed\n"
    "done < packets\n";

struct trace {
    struct action actions[MAX_ACTIONS];
    size_t n_actions;
    struct header header;
};

static void random_rewrite(struct action *action)
{
    static const uint16_t types[] = {ACTION_SET_VLAN_VID, ACTION_SET_VLAN_PCP, ACTION_STRIP_VLAN,
                                     ACTION_SET_DL_SRC,   ACTION_SET_NW_SRC,   ACTION_SET_NW_DST,
                                     ACTION_SET_NW_TOS,   ACTION_SET_TP_SRC,   ACTION_SET_TP_DST};
    *action = (struct action){.type = types[random_below(UNIVERSE_COUNT(types))]};
    switch (action->type) {
    case ACTION_SET_VLAN_VID:
        action->vlan_vid = (uint16_t)random_below(4096);
        break;
    case ACTION_SET_VLAN_PCP:
        action->vlan_pcp = (uint8_t)random_below(8);
        break;
    case ACTION_SET_DL_SRC:
        action->dl_addr[0] = 0x0a;
        action->dl_addr[5] = (uint8_t)random_below(256);
        break;
    case ACTION_SET_NW_SRC:
    case ACTION_SET_NW_DST:
        action->nw_addr = 0x0a000000 + random_below(65536);
        break;
    case ACTION_SET_NW_TOS:
        action->nw_tos = (uint8_t)(random_below(64) << 2);
        break;
    case ACTION_SET_TP_SRC:
    case ACTION_SET_TP_DST:
        action->tp_port = (uint16_t)(1 + random_below(255)); /* fits into an ICMP type */
        break;
    default:
        break;
    }
}

/* Rewrites, then outputs: the final flow that the switch tells is what leaves. */
static void random_trace(struct trace *trace, size_t number)
{
    static const uint16_t ports[] = {1, 2, 3, PORT_IN_PORT, PORT_FLOOD, PORT_ALL, PORT_LOCAL};
    struct match match = random_match();
    match.mask.in_port = 0xffff;
    match.value.in_port = 1 + random_below(2);
    match.mask.dl_dst[0] = 0xff; /* by which its flow is known */
    match.value.dl_dst[0] = 0x0e;
    match.mask.dl_dst[5] = 0xff;
    match.value.dl_dst[5] = (uint8_t)number;
    assert_true(space_member(&match, &trace->header));
    trace->n_actions = random_below(5);
    for (size_t i = 0; i < trace->n_actions; i++) {
        random_rewrite(&trace->actions[i]);
    }
    for (unsigned n = 1 + random_below(3); n > 0; n--) {
        trace->actions[trace->n_actions++] =
            (struct action){.port = ports[random_below(UNIVERSE_COUNT(ports))]};
    }
}

static void put_line(const char *directory, const char *file, struct base_buffer *line)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, file);
    FILE *out = fopen(path, "a");
    assert_non_null(out);
    fprintf(out, "%s\n", base_buffer_text(line));
    fclose(out);
    base_buffer_free(line);
}

static void write_trace(const char *directory, const struct trace *trace)
{
    struct base_buffer flow = {0}, packet = {0};
    base_put_format(&flow, "dl_dst=0e:00:00:00:00:%02x,actions=", trace->header.dl_dst[5]);
    actions_format(trace->actions, trace->n_actions, &flow);
    struct match match = match_exactly(&trace->header);
    bool is_udp = header_has_tp(&trace->header) && trace->header.nw_proto == NW_PROTO_UDP;
    if (is_udp) { /* trace takes tp_src for TCP's only */
        match.mask.tp_src = match.mask.tp_dst = match.value.tp_src = match.value.tp_dst = 0;
    }
    match_format(&match, &packet);
    if (is_udp) {
        base_put_format(&packet, ",udp_src=%u,udp_dst=%u", trace->header.tp_src,
                        trace->header.tp_dst);
    }
    base_put_text(&packet, trace->header.dl_type == DL_TYPE_IP ? ",nw_ttl=64" : "");
    put_line(directory, "flows", &flow);
    put_line(directory, "packets", &packet);
}

/* The header of "Final flow: …", without the fields that OpenFlow 1.0 does not have. */
static struct header final_header(char *text)
{
    struct base_buffer known = {0};
    struct match match;
    struct base_error error;
    text[strcspn(text, "\n")] = '\0';
    for (char *field = strtok(text, ","); field; field = strtok(NULL, ",")) {
        static const char *const later[] = {"in_port=",   "nw_ecn=",   "nw_ttl=",  "nw_frag=",
                                            "tcp_flags=", "vlan_tci1", "arp_sha=", "arp_tha="};
        bool is_later = false;
        for (size_t i = 0; i < UNIVERSE_COUNT(later); i++) {
            is_later |= strncmp(field, later[i], strlen(later[i])) == 0;
        }
        base_put_format(&known, "%s%s", is_later ? "" : ",", is_later ? "" : field);
    }
    if (match_parse(base_buffer_text(&known) + 1, &match, NULL, &error) < 0) {
        fail_msg("%s: %s", base_buffer_text(&known), error.text);
    }
    base_buffer_free(&known);
    return match.value;
}

/* The ports among "Datapath actions: pop_vlan,p2,br,…", as a count by port. */
static void count_outputs(const char *text, unsigned counts[5])
{
    static const char *const names[] = {"", "p1", "p2", "p3", "br"};
    int depth = 0;
    for (const char *at = text; *at && *at != '\n'; at += *at == ',') {
        size_t n = strcspn(at, ",()\n");
        for (size_t i = 1; i < 5 && depth == 0; i++) {
            counts[i] += n == strlen(names[i]) && strncmp(at, names[i], n) == 0;
        }
        at += n;
        for (; *at == '(' || *at == ')'; at++) {
            depth += *at == '(' ? 1 : -1;
        }
    }
}

static void check_trace(const struct trace *trace, char *final, const char *datapath)
{
    static const struct port ports[] = {{.number = 1},
                                        {.number = 2},
                                        {.number = 3, .config = PORT_CONFIG_NO_FLOOD},
                                        {.number = PORT_LOCAL}};
    unsigned counts[5] = {0}, ours[5] = {0};
    struct space_emission out[16];
    const char *reason = "";
    int n =
        space_apply(trace->actions, trace->n_actions, ports, 4, &trace->header, out, 16, &reason);
    assert_in_range(n, 0, 16);
    struct space_rewrite rewrite = {0};
    for (size_t i = 0; i < trace->n_actions; i++) {
        space_rewrite_add(&rewrite, &trace->actions[i]);
    }
    struct header after = space_rewritten(&rewrite, &trace->header);
    if (strncmp(final, "unchanged", 9) == 0) {
        assert_memory_equal(&after, &trace->header, sizeof after);
    } else {
        struct header theirs = final_header(final);
        theirs.in_port = trace->header.in_port;
        assert_memory_equal(&after, &theirs, sizeof after);
    }
    for (int i = 0; i < n; i++) {
        ours[out[i].port == PORT_LOCAL ? 4 : out[i].port]++;
        assert_memory_equal(&out[i].header, &after, sizeof after);
    }
    count_outputs(datapath, counts);
    assert_memory_equal(counts, ours, sizeof counts);
}

/* What the switch says of one packet. */
struct answer {
    char final[LINE], datapath[LINE];
};

static size_t run_switch(const char *directory, struct answer *answers)
{
    char command[sizeof script + 512], line[LINE], final[LINE] = "";
    size_t n = 0;
    snprintf(command, sizeof command,
             "unshare -r -n -m -p -f --kill-child=KILL --mount-proc sh -s '%s' <<'END' 2>'%s/log'\n"
             "%sEND",
             directory, directory, script);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    while (fgets(line, sizeof line, in)) {
        if (strncmp(line, "Final flow: ", 12) == 0) {
            strcpy(final, line + 12);
        } else if (strncmp(line, "Datapath actions: ", 18) == 0 && n < CASES) {
            memcpy(answers[n].final, final, sizeof final);
            strcpy(answers[n++].datapath, line + 18);
        }
    }
    pclose(in);
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    assert_int_equal(system(command), 0);
    return n;
}

static void agrees_with_open_vswitch(void **state)
{
    (void)state;
    const char *root = getenv("TMPDIR");
    char directory[128];
    struct trace traces[CASES];
    struct answer *answers = calloc(CASES, sizeof *answers);
    snprintf(directory, sizeof directory, "%s/tapproof-trace.XXXXXX", root ? root : "/tmp");
    assert_non_null(mkdtemp(directory));
    for (size_t i = 0; i < CASES; i++) {
        traces[i] = (struct trace){.n_actions = 0};
        random_trace(&traces[i], i);
        write_trace(directory, &traces[i]);
    }
    size_t n = run_switch(directory, answers);
    for (size_t i = 0; i < n; i++) {
        check_trace(&traces[i], answers[i].final, answers[i].datapath);
    }
    free(answers);
    if (n == 0) {
        print_message("# no private Open vSwitch can be run here\n");
        skip();
    }
    assert_int_equal(n, CASES);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(agrees_with_open_vswitch),
};

TEST_MAIN(tests)
