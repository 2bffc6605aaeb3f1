/* SPDX-License-Identifier: Apache-2.0
 *
 * Has a switch the groups that `groups:` lists, as they are written, and no others? */
#include "ofctl/group.h"
#include "state/inside.h"

#include <inttypes.h>

static const char *group_text(const struct group *group, struct base_arena *arena)
{
    struct base_buffer text = {0};
    if (!group) {
        return "no group";
    }
    ofctl_format_group(group, &text);
    return base_arena_take(arena, &text);
}

static struct result *add_result(struct state_run *run, uint32_t id, struct place place)
{
    const char *text = base_arena_format(&run->report->arena, "group/%s/%" PRIu32, run->name, id);
    return state_add_result(run, RESULT_GROUP, text, place);
}

/* Fails, or passes where both are there and the same. */
static int compare(struct state_run *run, uint32_t id, const struct group *expected,
                   const struct group *observed, struct place place)
{
    struct base_arena *arena = &run->report->arena;
    struct state_finding found = {.kind = !observed  ? STATE_GROUP_MISSING
                                          : expected ? STATE_GROUP_DIFFERS
                                                     : STATE_GROUP_UNLISTED,
                                  .state = run->state,
                                  .expected_group = expected,
                                  .observed_group = observed};
    struct result *result = add_result(run, id, place);
    if (!result || (expected && observed && group_equal(expected, observed))) {
        return result ? 0 : -1;
    }
    result->expected = group_text(expected, arena);
    result->observed = group_text(observed, arena);
    state_fail_result(result, result->expected, result->observed);
    result->cause_kind = CAUSE_TABLE;
    result->cause = result->switch_name;
    result->finding = base_arena_copy(arena, &found, sizeof found);
    return result->finding ? 0 : -1;
}

static bool is_expected(const struct state_run *run, uint32_t id)
{
    const struct expectation *expectation = run->expectation;
    bool found = false;
    for (size_t i = 0; i < expectation->n_expected_groups && !found; i++) {
        const struct expected_group *expected = &expectation->expected_groups[i];
        found = expected->sw == run->sw && expectation->groups.groups[expected->group].id == id;
    }
    return found;
}

int state_groups_result(struct state_run *run)
{
    const struct expectation *expectation = run->expectation;
    if (!expectation->lists_groups || !expectation->lists_groups[run->sw]) {
        return 0;
    }
    const struct state_unseen unseen = {.reason = "OpenFlow 1.0 does not tell which groups it has"};
    if (!switch_state_tells_groups(run->state)) {
        return state_groups_unseen(run, &unseen);
    }
    const struct group_table *groups = &run->state->groups;
    int failed = 0;
    for (size_t i = 0; i < expectation->n_expected_groups && !failed; i++) {
        const struct expected_group *expected = &expectation->expected_groups[i];
        const struct group *group = &expectation->groups.groups[expected->group];
        failed = expected->sw == run->sw ? compare(run, group->id, group,
                                                   group_find(groups, group->id), expected->place)
                                         : 0;
    }
    for (size_t i = 0; i < groups->n_groups && !failed; i++) {
        const struct group *group = &groups->groups[i];
        failed = is_expected(run, group->id)
                     ? 0
                     : compare(run, group->id, NULL, group, (struct place){0});
    }
    return failed;
}

static int add_unseen(struct state_run *run, const struct state_unseen *unseen,
                      struct result *result)
{
    if (result) {
        result->verdict = VERDICT_INCONCLUSIVE;
        state_excuse(run, unseen, result);
    }
    return result ? 0 : -1;
}

int state_groups_unseen(struct state_run *run, const struct state_unseen *unseen)
{
    const struct expectation *expectation = run->expectation;
    size_t n_added = 0;
    int failed = 0;
    for (size_t i = 0; i < expectation->n_expected_groups && !failed; i++) {
        const struct expected_group *expected = &expectation->expected_groups[i];
        if (expected->sw == run->sw) {
            uint32_t id = expectation->groups.groups[expected->group].id;
            failed = add_unseen(run, unseen, add_result(run, id, expected->place));
            n_added++;
        }
    }
    if (n_added == 0 && !failed && expectation->lists_groups &&
        expectation->lists_groups[run->sw]) {
        const char *none = base_arena_format(&run->report->arena, "group/%s", run->name);
        failed =
            add_unseen(run, unseen, state_add_result(run, RESULT_GROUP, none, (struct place){0}));
    }
    return failed;
}
