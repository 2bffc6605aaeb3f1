/* SPDX-License-Identifier: Apache-2.0
 *
 * Is each tapped frame copied to the capture host, exactly as often as it must be? */
#include "suite.h"

static bool has(const struct result *result)
{
    return suite_is_kind(result, "mirrored");
}

int main(int argc, char **argv)
{
    static const struct suite suite = {.name = "mirror", .traffic = true, .has = has};
    return suite_main(&suite, argc, argv);
}
