/* SPDX-License-Identifier: Apache-2.0
 *
 * Random policies: whatever compiles delivers each header where the policy says,
 * as often as it says, and nowhere else; and goes on to do so when taps end by
 * themselves. */
#include "ofctl/match.h"
#include "tapd/plan/random_testing.h"

enum { N_POLICIES = 3000, N_HEADERS = 60, N_TAPS_MAX = 8 };

static void print_and_fail(const char *text, const struct tapd_network *network,
                           const struct header *header, const struct arrivals *wanted,
                           const struct arrivals *got)
{
    struct base_buffer out = {0};
    ofctl_format_header(header, &out);
    base_put_format(&out, "\nwanted:");
    for (size_t i = 0; i < wanted->n; i++) {
        base_put_format(&out, " %zu:%u/%x", wanted->items[i].at.sw, wanted->items[i].at.port,
                        wanted->items[i].tags.outer);
    }
    base_put_format(&out, "\ngot:");
    for (size_t i = 0; i < got->n; i++) {
        base_put_format(&out, " %zu:%u/%x", got->items[i].at.sw, got->items[i].at.port,
                        got->items[i].tags.outer);
    }
    base_put_text(&out, "\n");
    tapd_network_format(network, &out);
    fail_msg("%s%s", text, base_buffer_text(&out));
}

/* The taps that are left when all that end by `sec` have ended. */
static size_t list_left(const struct tapd_policy *policy, unsigned sec,
                        const struct tapd_tap **taps)
{
    size_t n = 0;
    for (size_t i = 0; i < policy->n_taps; i++) {
        if (policy->taps[i]->lifetime_sec == 0 || policy->taps[i]->lifetime_sec > sec) {
            taps[n++] = policy->taps[i];
        }
    }
    return n;
}

static void expire(struct flow_table *table, unsigned sec)
{
    size_t n = 0;
    for (size_t i = 0; i < table->n_entries; i++) {
        if (table->entries[i].hard_timeout == 0 || table->entries[i].hard_timeout > sec) {
            table->entries[n++] = table->entries[i];
        }
    }
    table->n_entries = n;
}

static void check_headers(const char *text, const struct tapd_network *network, unsigned sec)
{
    const struct tapd_policy *policy = network->policy;
    const struct tapd_tap *taps[N_TAPS_MAX];
    size_t n_taps = list_left(policy, sec, taps);
    for (int i = 0; i < N_HEADERS; i++) {
        struct port_ref source = policy->topology->hosts[random_below(20)].port;
        struct header header = random_header();
        struct arrivals wanted = {.n = 0}, got = {.n = 0};
        expect(policy, taps, n_taps, source, &header, &wanted);
        walk(policy->graph, network->tables, source, header, 0, 0, &got);
        sort_arrivals(&wanted);
        sort_arrivals(&got);
        if (!arrivals_equal(&wanted, &got)) {
            print_and_fail(text, network, &header, &wanted, &got);
        }
    }
}

static bool check_policy(const char *text)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_active active[N_TAPS_MAX];
    struct tapd_network *network = NULL;
    struct tapd_policy *policy = policy_of(text, &diagnostics);
    if (policy) {
        size_t n = activate(policy, active);
        tapd_compile(policy, active, n, NULL, &network, &diagnostics);
    }
    for (unsigned sec = 0; network && sec <= 400; sec += 100) {
        for (size_t sw = 0; sw < policy->topology->n_switches; sw++) {
            expire(&network->tables[sw], sec);
        }
        check_headers(text, network, sec);
    }
    bool compiled = network != NULL;
    assert_int_equal(compiled, diagnostics.n_items == 0);
    tapd_network_free(network);
    tapd_policy_free(policy);
    yaml_diagnostics_free(&diagnostics);
    return compiled;
}

static void test_random_policies(void **unused)
{
    (void)unused;
    unsigned n_compiled = 0;
    random_has_lists = true;
    for (int i = 0; i < N_POLICIES; i++) {
        struct base_buffer text = {0};
        put_policy(&text, random_below(N_TAPS_MAX + 1));
        n_compiled += check_policy(base_buffer_text(&text));
        base_buffer_free(&text);
    }
    print_message("# %u of %d policies compile\n", n_compiled, N_POLICIES);
    assert_true(n_compiled > N_POLICIES / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_policies)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
