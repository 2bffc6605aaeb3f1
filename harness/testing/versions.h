/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of what speaks two versions of OpenFlow: the same test once in each. */
#ifndef TESTING_VERSIONS_H
#define TESTING_VERSIONS_H

#include <stdint.h>

/* Which one the switches of this test speak, on the wire: for fake_switch.version. */
static uint8_t spoken;

static int speak_10(void **state)
{
    (void)state;
    spoken = 1;
    return 0;
}

static int speak_13(void **state)
{
    (void)state;
    spoken = 4;
    return 0;
}

#define IN_BOTH_VERSIONS(test)                                                                     \
    {#test, test, speak_10, NULL, NULL},                                                           \
    {                                                                                              \
#test "_in_13", test, speak_13, NULL, NULL                                                 \
    }

#endif
