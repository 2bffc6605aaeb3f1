/* SPDX-License-Identifier: Apache-2.0
 *
 * The codec against ovs-ofctl, an implementation by others, in both
 * directions: what we encode is printed by `ovs-ofctl ofp-parse`, and what
 * `ovs-ofctl add-flows` encodes is decoded here. Skipped where it is missing. */
#include "testing/cmocka.h"

#include "model/port.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "openflow/protocol.h"
#include "testing/openflow_peer.h"
#include "testing/random_flow.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N_FLOWS = 4000, A_REPLY = 100, PATIENCE_MS = 20000 };

struct fixture {
    char directory[64];
    char path[128]; /* of the one file in it, a socket sometimes */
    char second[128];
    struct flow_table flows;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.directory = "/tmp/tapproof-ofctl-XXXXXX"};
    if (!mkdtemp(fixture.directory)) {
        return -1;
    }
    snprintf(fixture.path, sizeof fixture.path, "%s/a", fixture.directory);
    snprintf(fixture.second, sizeof fixture.second, "%s/b", fixture.directory);
    struct dice dice = {.state = 20091231};
    for (int i = 0; i < N_FLOWS; i++) {
        if (!random_flow(&dice, &fixture.flows)) {
            return -1;
        }
    }
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    flow_table_free(&fixture->flows);
    unlink(fixture->path);
    unlink(fixture->second);
    return rmdir(fixture->directory);
}

static void need_ovs_ofctl(void)
{
    if (system("ovs-ofctl --version >/dev/null 2>&1") != 0) {
        cannot_run("ovs-ofctl is not installed");
    }
}

static void write_file(const char *path, const void *bytes, size_t n_bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n_bytes, file), n_bytes);
    assert_int_equal(fclose(file), 0);
}

/* What ovs-ofctl says about a file of messages, on stdout and stderr. */
static void ofp_parse(const struct fixture *fixture, const struct base_buffer *messages,
                      struct base_buffer *out)
{
    char command[256], piece[4096];
    assert_false(messages->failed);
    write_file(fixture->path, messages->data, messages->n_bytes);
    snprintf(command, sizeof command, "ovs-ofctl ofp-parse %s 2>&1", fixture->path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    for (size_t n; (n = fread(piece, 1, sizeof piece, pipe)) > 0;) {
        base_put_bytes(out, piece, n);
    }
    assert_int_equal(pclose(pipe), 0);
}

/* Line by line, so that a difference is short. Lines end as in `text`. */
static void assert_same_lines(struct base_buffer *expected, struct base_buffer *text)
{
    char *keep_a, *keep_b;
    char *a = strtok_r((char *)base_buffer_text(expected), "\n", &keep_a);
    char *b = strtok_r((char *)base_buffer_text(text), "\n", &keep_b);
    for (; a && b; a = strtok_r(NULL, "\n", &keep_a), b = strtok_r(NULL, "\n", &keep_b)) {
        assert_string_equal(a, b);
    }
    assert_null(a);
    assert_null(b);
}

static void flow_stats_read_by_ovs_ofctl(void **state)
{
    const struct fixture *fixture = *state;
    struct base_buffer messages = {0}, expected = {0}, text = {0};
    need_ovs_ofctl();
    for (size_t i = 0; i < N_FLOWS; i += A_REPLY) {
        size_t begin = peer_begin_stats(&messages, 1, OFPST_FLOW, i == 0);
        base_put_format(&expected, "OFPST_FLOW reply (xid=0x1):%s\n",
                        i == 0 ? " flags=[more]" : "");
        for (size_t j = i; j < i + A_REPLY; j++) {
            const struct flow_entry *entry = &fixture->flows.entries[j];
            peer_put_flow_stats(&messages, entry);
            base_put_text(&expected, " ");
            ofctl_format_flow(entry, FLOW_WITH_STATS, &expected);
            base_put_text(&expected, "\n");
        }
        of_end(&messages, begin);
    }
    ofp_parse(fixture, &messages, &text);
    assert_same_lines(&expected, &text);
    base_buffer_free(&messages);
    base_buffer_free(&expected);
    base_buffer_free(&text);
}

/* A FLOW_MOD as ovs-ofctl prints it. */
static void format_mod(const struct of_flow_mod *mod, struct base_buffer *out)
{
    static const char *const commands[] = {"ADD", "MOD", "MOD_STRICT", "DEL", "DEL_STRICT"};
    const struct flow_entry *entry = &mod->entry;
    struct base_buffer match = {0};
    base_put_format(out, "OFPT_FLOW_MOD (xid=0x7): %s ", commands[mod->command]);
    ofctl_format_match(&entry->match, &match);
    if (entry->priority != FLOW_PRIORITY_DEFAULT) {
        base_put_format(out, "priority=%u%s", entry->priority, match.n_bytes > 0 ? "," : "");
    }
    base_put_format(out, "%s", base_buffer_text(&match));
    base_buffer_free(&match);
    if (out->data[out->n_bytes - 1] != ' ') {
        base_put_text(out, " ");
    }
    if (entry->cookie) {
        base_put_format(out, "cookie:0x%llx ", (unsigned long long)entry->cookie);
    }
    if (entry->idle_timeout) {
        base_put_format(out, "idle:%u ", entry->idle_timeout);
    }
    if (entry->hard_timeout) {
        base_put_format(out, "hard:%u ", entry->hard_timeout);
    }
    if (mod->buffer_id != OFP_NO_BUFFER) {
        base_put_format(out, "buf:0x%x ", mod->buffer_id);
    }
    if (mod->out_port != PORT_NONE) {
        base_put_format(out, "out_port:%u ", mod->out_port);
    }
    base_put_text(out, mod->flags & OFPFF_SEND_FLOW_REM ? "send_flow_rem " : "");
    base_put_text(out, mod->flags & OFPFF_CHECK_OVERLAP ? "check_overlap " : "");
    base_put_text(out, "actions=");
    ofctl_format_actions(entry->actions, entry->n_actions, out);
    base_put_text(out, "\n");
}

static void flow_mods_read_by_ovs_ofctl(void **state)
{
    const struct fixture *fixture = *state;
    struct base_buffer messages = {0}, expected = {0}, text = {0};
    struct dice dice = {.state = 4711};
    need_ovs_ofctl();
    for (size_t i = 0; i < N_FLOWS; i++) {
        struct of_flow_mod mod = {
            .command = (uint16_t)roll(&dice, OFPFC_DELETE_STRICT + 1),
            .flags = (uint16_t)roll(&dice, 4),
            .out_port = PORT_NONE,
            .buffer_id = roll(&dice, 3) ? OFP_NO_BUFFER : 1 + roll(&dice, 1000),
            .entry = fixture->flows.entries[i],
        };
        if (mod.command >= OFPFC_DELETE && roll(&dice, 2)) {
            mod.out_port = 1 + (uint16_t)roll(&dice, 100);
        }
        assert_int_equal(of_encode_flow_mod(&messages, 7, &mod, NULL), 0);
        format_mod(&mod, &expected);
    }
    ofp_parse(fixture, &messages, &text);
    assert_same_lines(&expected, &text);
    base_buffer_free(&messages);
    base_buffer_free(&expected);
    base_buffer_free(&text);
}

/* A switch for ovs-ofctl: listens, answers what it needs to go on. */

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%.*s", (int)sizeof address.sun_path - 1,
             path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

/* *alive is readable (at its end) as soon as ovs-ofctl is no more. */
static pid_t start_add_flows(const char *versions, const char *formats, const char *socket_path,
                             const char *flows_path, int *alive)
{
    char target[160];
    int ends[2];
    snprintf(target, sizeof target, "unix:%s", socket_path);
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        execlp("ovs-ofctl", "ovs-ofctl", "--no-names", "-O", versions, "-F", formats, "add-flows",
               target, flows_path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *alive = ends[0];
    return pid;
}

/* What ovs-ofctl sent: entries of FLOW_MODs, or, of another version than 1.0, their messages. */
struct heard {
    const struct of_protocol *protocol;
    struct flow_table table;
    struct base_buffer mods;
};

static void put_no_stats(struct base_buffer *out, const struct of_protocol *protocol, uint32_t xid,
                         uint16_t kind)
{
    const uint8_t head[8] = {(uint8_t)(kind >> 8), (uint8_t)kind};
    protocol->put_bytes(out, OFPT_STATS_REPLY, xid, head, protocol->version == OFP_VERSION ? 4 : 8);
}

static void answer(int fd, const struct of_protocol *protocol, const struct of_header *header,
                   struct base_reader *body)
{
    struct base_buffer out = {0};
    struct switch_state self = {.datapath_id = 1, .n_tables = 1};
    switch (header->type) {
    case OFPT_HELLO:
        of_encode_hello(&out, header->xid, 1u << protocol->version);
        break;
    case OFPT_ECHO_REQUEST:
        protocol->put_empty(&out, OFPT_ECHO_REPLY, header->xid);
        break;
    case OFPT_FEATURES_REQUEST:
        peer_put_features(&out, header->xid, &self);
        break;
    case OFPT_BARRIER_REQUEST:
        protocol->put_empty(&out, OFPT_BARRIER_REPLY, header->xid);
        break;
    case OFPT_STATS_REQUEST: /* nothing of this kind */
        put_no_stats(&out, protocol, header->xid, base_read_be16(body));
        break;
    default:
        break;
    }
    assert_int_equal(write(fd, out.data, out.n_bytes), out.n_bytes);
    base_buffer_free(&out);
}

static void take_flow_mod(struct base_reader *body, struct flow_table *table)
{
    struct base_error error = {""};
    struct of_flow_mod mod;
    if (peer_read_flow_mod(body, &table->arena, &mod, &error)) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(mod.command, OFPFC_ADD);
    struct flow_entry *entry = flow_table_add(table);
    assert_non_null(entry);
    *entry = mod.entry;
}

static void take_message(int fd, const uint8_t *bytes, size_t n_bytes, struct heard *heard)
{
    struct base_error error = {""};
    struct base_reader body;
    struct of_header header;
    if (heard->protocol->open(bytes, n_bytes, &header, &body, &error)) {
        fail_msg("%s", error.text);
    }
    if (header.type != OFPT_FLOW_MOD) {
        answer(fd, heard->protocol, &header, &body);
    } else if (header.version == OFP_VERSION) {
        take_flow_mod(&body, &heard->table);
    } else {
        base_put_bytes(&heard->mods, bytes, n_bytes);
    }
}

/* Whole messages at the front of `in` are taken; the rest stays. */
static void take_messages(int fd, struct base_buffer *in, struct heard *heard)
{
    size_t taken = 0, n_message;
    for (;;) {
        assert_int_equal(of_frame(in->data + taken, in->n_bytes - taken, &n_message, NULL), 0);
        if (n_message == 0 || n_message > in->n_bytes - taken) {
            break;
        }
        take_message(fd, in->data + taken, n_message, heard);
        taken += n_message;
    }
    memmove(in->data, in->data + taken, in->n_bytes - taken);
    in->n_bytes -= taken;
}

static void serve_one(int fd, struct heard *heard)
{
    struct base_buffer in = {0};
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    for (;;) {
        uint8_t piece[65536];
        assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
        ssize_t n = read(fd, piece, sizeof piece);
        if (n <= 0) {
            break;
        }
        base_put_bytes(&in, piece, (size_t)n);
        take_messages(fd, &in, heard);
    }
    close(fd);
    base_buffer_free(&in);
}

/* ovs-ofctl dials several times, one after the other. */
static void serve(int listener, int alive, struct heard *heard)
{
    struct pollfd wait[] = {{.fd = listener, .events = POLLIN}, {.fd = alive, .events = POLLIN}};
    for (;;) {
        assert_true(poll(wait, 2, PATIENCE_MS) > 0);
        if (!(wait[0].revents & POLLIN)) {
            break;
        }
        serve_one(accept4(listener, NULL, NULL, SOCK_CLOEXEC), heard);
    }
    close(alive);
    close(listener);
}

/* `ovs-ofctl add-flows` of these lines. */
static void hear_add_flows(const struct fixture *fixture, const struct base_buffer *lines,
                           const char *versions, const char *formats, struct heard *heard)
{
    int status, alive;
    signal(SIGPIPE, SIG_IGN);
    write_file(fixture->second, lines->data, lines->n_bytes);
    unlink(fixture->path);
    int listener = listen_at(fixture->path);
    pid_t pid = start_add_flows(versions, formats, fixture->path, fixture->second, &alive);
    serve(listener, alive, heard);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void flow_mods_written_by_ovs_ofctl(void **state)
{
    const struct fixture *fixture = *state;
    struct base_buffer text = {0};
    struct heard heard = {.protocol = of_protocol(OFP_VERSION)};
    need_ovs_ofctl();
    for (size_t i = 0; i < N_FLOWS; i++) {
        struct flow_entry entry = fixture->flows.entries[i];
        entry.table_id = 0; /* FLOW_MOD of 1.0 has none */
        ofctl_format_flow(&entry, FLOW_NO_STATS, &text);
        base_put_text(&text, "\n");
    }
    hear_add_flows(fixture, &text, "OpenFlow10", "openflow10", &heard);
    assert_int_equal(heard.table.n_entries, N_FLOWS);
    for (size_t i = 0; i < N_FLOWS; i++) {
        struct flow_entry entry = fixture->flows.entries[i];
        entry.table_id = 0;
        if (!flow_equal(&heard.table.entries[i], &entry)) {
            struct base_buffer other = {0};
            ofctl_format_flow(&heard.table.entries[i], FLOW_NO_STATS, &other);
            fail_msg("entry %zu came back as %s", i + 1, base_buffer_text(&other));
        }
    }
    flow_table_free(&heard.table);
    base_buffer_free(&text);
}

/* What entries of 1.3 do that those of 1.0 do not; some need a tag. */
static const char *const modern_actions[] = {
    "push_vlan:0x8100,set_field:4126->vlan_vid,output:7",
    "output:2,push_vlan:0x8100,set_field:4126->vlan_vid,output:6,set_field:4127->vlan_vid,output:7",
    "push_vlan:0x8100,mod_vlan_vid:30,mod_vlan_pcp:3,output:7,pop_vlan,output:8",
    "output:4,group:9",
    "write_actions(output:3),goto_table:200",
    "meter:4,CONTROLLER:65535",
    "output:1,write_metadata:0x5/0xff,goto_table:250",
    "drop",
    "pop_vlan,output:11",
    "output:3,pop_vlan,output:11",
};
enum { N_MODERN = sizeof modern_actions / sizeof *modern_actions, N_UNTAGGED = N_MODERN - 2 };

/* The random matches, with actions of 1.3, as lines and as our messages. */
static void make_modern(const struct fixture *fixture, struct base_buffer *lines,
                        struct base_buffer *mods)
{
    struct dice dice = {.state = 1313};
    struct flow_table table = {0};
    for (size_t i = 0; i < N_FLOWS; i++) {
        struct flow_entry entry = fixture->flows.entries[i];
        struct base_buffer line = {0};
        struct base_error error = {""};
        bool tagged = entry.match.value.vlan_tci & VLAN_TAGGED;
        entry.table_id = (uint8_t)roll(&dice, 200);
        entry.n_actions = 0;
        ofctl_format_flow(&entry, FLOW_NO_STATS, &line);
        line.n_bytes -= strlen("actions=drop");
        base_put_format(&line, "actions=%s",
                        modern_actions[roll(&dice, tagged ? N_MODERN : N_UNTAGGED)]);
        base_put_format(lines, "%s\n", base_buffer_text(&line));
        if (ofctl_parse_flow(base_buffer_text(&line), &table, NULL, NULL, &error)) {
            fail_msg("%s: %s", base_buffer_text(&line), error.text);
        }
        base_buffer_free(&line);
    }
    for (size_t i = 0; i < N_FLOWS; i++) {
        const struct of_flow_mod mod = {.command = OFPFC_ADD,
                                        .out_port = PORT_NONE,
                                        .buffer_id = OFP_NO_BUFFER,
                                        .entry = table.entries[i]};
        assert_int_equal(of_control(4)->put_flow_mod(mods, 0, &mod, NULL), 0);
    }
    flow_table_free(&table);
}

/* Theirs and ours, byte for byte. */
static void flow_mods_of_13_are_those_of_ovs_ofctl(void **state)
{
    const struct fixture *fixture = *state;
    struct base_buffer lines = {0}, mods = {0};
    struct heard heard = {.protocol = of_protocol(4)};
    need_ovs_ofctl();
    make_modern(fixture, &lines, &mods);
    hear_add_flows(fixture, &lines, "OpenFlow13", "any", &heard);
    assert_false(mods.failed);
    for (size_t at = 0, n = 0, n_message; at < heard.mods.n_bytes; at += n_message, n++) {
        uint8_t *theirs = heard.mods.data + at, *ours = mods.data + at;
        assert_true(at < mods.n_bytes);
        assert_int_equal(of_frame(theirs, heard.mods.n_bytes - at, &n_message, NULL), 0);
        memset(theirs + 4, 0, 4); /* transaction id */
        if (memcmp(theirs, ours, n_message) != 0) {
            struct base_buffer text = {0};
            for (size_t i = 0; i < 2 * n_message; i++) {
                base_put_format(&text, i == n_message ? " %02x" : "%02x",
                                i < n_message ? theirs[i] : ours[i - n_message]);
            }
            fail_msg("entry %zu: %s", n + 1, base_buffer_text(&text));
        }
    }
    assert_int_equal(heard.mods.n_bytes, mods.n_bytes);
    base_buffer_free(&lines);
    base_buffer_free(&mods);
    base_buffer_free(&heard.mods);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(flow_stats_read_by_ovs_ofctl, set_up, tear_down),
    cmocka_unit_test_setup_teardown(flow_mods_read_by_ovs_ofctl, set_up, tear_down),
    cmocka_unit_test_setup_teardown(flow_mods_written_by_ovs_ofctl, set_up, tear_down),
    cmocka_unit_test_setup_teardown(flow_mods_of_13_are_those_of_ovs_ofctl, set_up, tear_down),
};
TEST_MAIN(tests)
