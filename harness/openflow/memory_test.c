/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a message from a switch when an allocation fails? */
#include "openflow/protocol.h"
#include "testing/cmocka.h"
#include "testing/failing.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ENTRIES = 1000 };

struct message {
    const char *path;
    struct base_buffer bytes;
    struct switch_state state; /* what it said */
};

static int take_reply(const struct of_protocol *protocol, struct base_reader *body,
                      struct switch_state *state, struct base_error *error)
{
    struct of_stats stats;
    if (protocol->open_stats(body, &stats, error)) {
        return -1;
    }
    switch (stats.kind) {
    case OFPST_FLOW:
        return protocol->flows(body, &state->flows, MAX_ENTRIES, error);
    case OFPST_VENDOR:
        return protocol->whole_flows(body, &state->flows, MAX_ENTRIES, error);
    case OFPST_PORT:
        return protocol->counters(body, state, error);
    case OFPST_PORT_DESC:
        return protocol->ports(body, state, error);
    case OFPST_GROUP_DESC:
        return protocol->groups(body, &state->groups, error);
    case OFPST_METER_CONFIG:
        return protocol->meters(body, &state->groups, error);
    case OFPST_METER:
        return protocol->meter_counters(body, &state->groups, error);
    default:
        return 0;
    }
}

static int take(struct message *message, struct base_error *error)
{
    struct of_header header;
    struct base_reader body;
    const struct of_protocol *protocol =
        message->bytes.n_bytes > 0 ? of_protocol(message->bytes.data[0]) : NULL;
    if (!protocol ||
        protocol->open(message->bytes.data, message->bytes.n_bytes, &header, &body, error)) {
        return -1;
    }
    return header.type == OFPT_FEATURES_REPLY ? protocol->features(&body, &message->state, error)
           : header.type == OFPT_STATS_REPLY  ? take_reply(protocol, &body, &message->state, error)
                                              : 0;
}

/* The state is whole, whatever failed: it has no more than it was told of, and can be freed. */
static int take_once(void *aux)
{
    struct message *message = aux;
    struct base_error error = {""};
    int status = take(message, &error);
    if (status && !strstr(error.text, "out of memory")) {
        fail_msg("%s: %s", message->path, error.text);
    }
    assert_true(message->state.groups.n_groups <= MAX_ENTRIES);
    assert_true(message->state.groups.n_meters <= MAX_ENTRIES);
    assert_true(message->state.flows.n_entries <= MAX_ENTRIES);
    switch_state_free(&message->state);
    return status;
}

static void read_file(const char *path, struct base_buffer *bytes)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *room = base_put_zeros(bytes, 65536);
    bytes->n_bytes = fread(room, 1, 65536, file);
    fclose(file);
    if (bytes->n_bytes >= 4) {
        base_patch_be16(bytes, 2, (uint16_t)bytes->n_bytes);
    }
}

/* Each message of the corpora that is understood. Returns how often an allocation failed. */
static size_t try_all(const char *pattern)
{
    glob_t found;
    size_t n_failed = 0;
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct message message = {.path = found.gl_pathv[i]};
        read_file(message.path, &message.bytes);
        int status = take(&message, &(struct base_error){""});
        switch_state_free(&message.state);
        n_failed += status ? 0 : failing_each_piece(take_once, &message);
        base_buffer_free(&message.bytes);
    }
    globfree(&found);
    return n_failed;
}

static void each_decoder_says_that_memory_ran_out(void **state)
{
    (void)state;
    assert_true(try_all("harness/openflow/corpus/openflow/*") > 20);
    assert_true(try_all("harness/openflow/of13/corpus/of13/*") > 20);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_decoder_says_that_memory_ran_out),
};
TEST_MAIN(tests)
