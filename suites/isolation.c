/* SPDX-License-Identifier: Apache-2.0
 *
 * Does nothing arrive where nothing may: isolated pairs, and strays that no claim allows. */
#include "suite.h"

static bool has(const struct result *result)
{
    return suite_is_kind(result, "isolated") || suite_is_kind(result, "stray");
}

int main(int argc, char **argv)
{
    static const struct suite suite = {.name = "isolation", .traffic = true, .has = has};
    return suite_main(&suite, argc, argv);
}
