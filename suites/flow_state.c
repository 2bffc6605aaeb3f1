/* SPDX-License-Identifier: Apache-2.0
 *
 * Do the flow tables say what the expectation says, port by port? */
#include "suite.h"

static bool has(const struct result *result)
{
    return result->kind != RESULT_TRAFFIC;
}

int main(int argc, char **argv)
{
    static const struct suite suite = {.name = "flow_state", .traffic = false, .has = has};
    return suite_main(&suite, argc, argv);
}
