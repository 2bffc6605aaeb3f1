/* SPDX-License-Identifier: Apache-2.0
 *
 * Where does each kind of fault fit in a small lab, and what does it do to it and undo?
 *
 * catalogue.txt has it: at how many places of how many a kind fits; the last of these (switch and
 * entry, ports, cables, hosts); and what is done there (+; with a helper: *) and undone (-), step
 * by step. What that has become is written to $B/catalogue.txt. */
#include "base/file.h"
#include "faults/edit.h"
#include "faults/fake_lab_testing.h"
#include "faults/fault.h"
#include "yaml/load.h"

static struct faults_lab lab;

/* Exit status 0, a network that is right, and a manager that is asked by a switch. */
static int answer(const char *command, struct base_buffer *out)
{
    if (strstr(command, "get-controller")) {
        base_put_text(out, "tcp:127.0.0.1:6653\nptcp:6634\n");
    }
    return strcmp(command, "ovs-ofctl -O OpenFlow13 show s1") == 0;
}

/* s2 chooses between port 5, its cable to s3, and port 6; and does not choose 2 and 4. */
static void choose(struct group_table *groups)
{
    static const struct action out[] = {{.type = ACTION_OUTPUT, .port = 5},
                                        {.type = ACTION_OUTPUT, .port = 6},
                                        {.type = ACTION_OUTPUT, .port = 2},
                                        {.type = ACTION_OUTPUT, .port = 4}};
    static const struct bucket buckets[] = {{.actions = &out[0], .n_actions = 1},
                                            {.actions = &out[1], .n_actions = 1},
                                            {.actions = &out[2], .n_actions = 2}};
    *group_table_add(groups) =
        (struct group){.id = 1, .type = GROUP_SELECT, .n_buckets = 2, .buckets = &buckets[0]};
    *group_table_add(groups) =
        (struct group){.id = 2, .type = GROUP_ALL, .n_buckets = 1, .buckets = &buckets[2]};
}

/* Probes of all kinds come by most cables, few by some; nothing by the last one at its first end.
 */
static int set_up(void **state)
{
    struct base_error error = {""};
    fake_set_up(state);
    fake.answer = answer;
    if (faults_lab_open(&lab, fake_expected, &error)) {
        fail_msg("%s", error.text);
    }
    choose(&lab.right[1].state.groups);
    for (size_t i = 0; i < 2 * lab.n_cables; i++) {
        for (unsigned kind = 0; kind < N_FRAMES; kind++) {
            lab.cables[i / 2].ends[i % 2].frames[kind] =
                i == 10 || i == 12 || i == 16 ? 0 : (unsigned)((i + kind) % 3);
        }
    }
    return 0;
}

static int tear_down(void **state)
{
    faults_lab_close(&lab);
    return fake_tear_down(state);
}

/* Places at which a kind was looked at, those where it fits, and the last of them. */
struct fitting {
    const struct fault *fault;
    size_t n, n_fit;
    struct spot last;
};

static void try_spot(struct fitting *fitting, const struct spot *spot)
{
    const struct fault *fault = fitting->fault;
    fitting->n++;
    if ((!fault->fits || fault->fits(&lab, spot)) && edit_fits(&lab, fault, spot)) {
        fitting->n_fit++;
        fitting->last = *spot;
    }
}

/* Every place at an entry: the port is one that it takes, the output one that it has. */
static void try_entries(struct fitting *fitting, struct spot spot)
{
    for (spot.sw = 0; spot.sw < lab.topology->n_switches; spot.sw++) {
        const struct flow_table *flows = &lab.right[spot.sw].state.flows;
        for (spot.entry = 0; spot.entry < flows->n_entries; spot.entry++) {
            const struct flow_entry *entry = &flows->entries[spot.entry];
            spot.dice = spot.entry;
            spot.port = entry->match.mask.in_port ? entry->match.value.in_port : 1;
            for (size_t i = 0; i <= entry->n_actions; i++) {
                bool sends = i < entry->n_actions && entry->actions[i].type == ACTION_OUTPUT;
                spot.output = sends ? entry->actions[i].port : PORT_NONE;
                for (size_t p = 0; p <= FAKE_PORTS; p++) {
                    spot.other = p < FAKE_PORTS ? FAKE_NUMBERS[p] : PORT_NONE;
                    try_spot(fitting, &spot);
                }
            }
        }
    }
}

static void try_cables(struct fitting *fitting, struct spot spot)
{
    for (spot.cable = 0; spot.cable < lab.n_cables; spot.cable++) {
        for (spot.cable2 = 0; spot.cable2 < lab.n_cables; spot.cable2++) {
            for (spot.end = 0; spot.end < 2; spot.end++) {
                try_spot(fitting, &spot);
            }
        }
    }
}

static void try_hosts(struct fitting *fitting, struct spot spot)
{
    for (spot.host = 0; spot.host < lab.topology->n_hosts; spot.host++) {
        for (spot.host2 = 0; spot.host2 < lab.topology->n_hosts; spot.host2++) {
            try_spot(fitting, &spot);
        }
    }
}

/* A kind looks at the entry, the cables or the hosts of a place: at what it does not look, it is
 * this. */
static struct fitting fit(const struct fault *fault)
{
    const struct spot plain = {.sw = 1,
                               .entry = 99,
                               .output = PORT_NONE,
                               .other = PORT_NONE,
                               .cable = 8,
                               .cable2 = 6,
                               .end = 0,
                               .host = 2,
                               .host2 = 4,
                               .kind = FRAMES_TCP,
                               .dice = 3};
    struct fitting fitting = {.fault = fault};
    try_entries(&fitting, plain);
    try_cables(&fitting, plain);
    try_hosts(&fitting, plain);
    return fitting;
}

static struct injection inject(const struct fitting *fitting, int *status, struct base_error *error)
{
    struct injection injection = {.fault = fitting->fault, .spot = fitting->last, .seed = 1};
    *status = fitting->fault->inject(&lab, &injection, error);
    return injection;
}

static int undo(struct injection *injection, struct base_error *error)
{
    return injection->fault->undo ? injection->fault->undo(&lab, injection, error) : 0;
}

/* What was done, a line each with a sign in front of it; how much of it was done before, too, is
 * counted. */
static void put_steps(char sign, char *before, size_t max, struct base_buffer *out)
{
    char *steps = base_buffer_take_text(&fake.done);
    size_t n_same = 0;
    const char *rest = steps, *text = steps ? steps : "";
    for (size_t i = 0; text[i] && text[i] == before[i]; i++) {
        n_same += text[i] == '\n';
        rest = text[i] == '\n' ? text + i + 1 : rest;
    }
    if (n_same > 0) {
        base_put_format(out, "  %c %zu as above\n", sign, n_same);
    }
    for (size_t n; rest && *rest; rest += n) {
        n = strcspn(rest, "\n") + 1;
        base_put_format(out, "  %c %.*s", sign, (int)n, rest);
    }
    snprintf(before, max, "%s", text);
    free(steps);
}

static void put_kind(const struct fault *fault, struct base_buffer *out)
{
    struct fitting fitting = fit(fault);
    const struct spot *last = &fitting.last;
    static char made[4096], undone[4096];
    int status;
    base_put_format(out, "%s: %zu of %zu: s%zu/%zu in %u out %u or %u, %zu.%u %zu, h%zu h%zu\n",
                    fault->name, fitting.n_fit, fitting.n, last->sw + 1, last->entry, last->port,
                    last->output, last->other, last->cable, last->end, last->cable2, last->host + 1,
                    last->host2 + 1);
    if (fitting.n_fit == 0) {
        return;
    }
    fake_begin(0);
    struct injection injection = inject(&fitting, &status, &(struct base_error){""});
    assert_int_equal(status, 0);
    put_steps(injection.helper == FAKE_HELPER ? '*' : '+', made, sizeof made, out);
    fake_begin(0);
    assert_int_equal(undo(&injection, &(struct base_error){""}), 0);
    put_steps('-', undone, sizeof undone, out);
}

static void each_kind_does_what_is_written(void **state)
{
    (void)state;
    struct base_buffer now = {0}, expected = {0};
    struct base_error error;
    for (size_t i = 0; i < fault_count(); i++) {
        put_kind(fault_number(i), &now);
    }
    char path[256];
    snprintf(path, sizeof path, "%s/catalogue.txt", getenv("B") ? getenv("B") : "build");
    assert_int_equal(base_file_write(path, now.data, now.n_bytes, &error), 0);
    assert_int_equal(yaml_disk.read(NULL, "tools/faults/catalogue.txt", &expected, &error), 0);
    if (strcmp(base_buffer_text(&now), base_buffer_text(&expected)) != 0) {
        fail_msg("diff tools/faults/catalogue.txt %s", path);
    }
    base_buffer_free(&now);
    base_buffer_free(&expected);
}

/* Each step of each kind, but those that undo what may not be there, is refused in turn. */
static void each_refused_step_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < fault_count(); i++) {
        struct fitting fitting = fit(fault_number(i));
        int made = -1, undone = -1;
        for (size_t refused = 1; made || undone; refused++) {
            struct base_error error = {""};
            assert_true(refused < 100);
            fake_begin(refused);
            struct injection injection = inject(&fitting, &made, &error);
            if ((made && !strstr(error.text, "refused"))) {
                fail_msg("%s: %s", fault_number(i)->name, error.text);
            }
            undone = made ? 0 : undo(&injection, &error);
            assert_true(undone == 0 || strstr(error.text, "refused"));
            assert_int_equal(made || undone, refused <= fake.n_steps);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_kind_does_what_is_written),
    cmocka_unit_test(each_refused_step_is_told),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
