/* SPDX-License-Identifier: Apache-2.0
 *
 * Do the frames of each host arrive where they must be delivered? */
#include "suite.h"

static bool has(const struct result *result)
{
    return suite_is_kind(result, "delivered");
}

int main(int argc, char **argv)
{
    static const struct suite suite = {.name = "delivery", .traffic = true, .has = has};
    return suite_main(&suite, argc, argv);
}
