/* SPDX-License-Identifier: Apache-2.0
 *
 * The vectors of the paper's appendix A and of its authors' reference
 * implementation: key 00 01 … 0f, message 00 01 … */
#include "frame/siphash.h"

#include "testing/cmocka.h"

static void fill(uint8_t *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
}

static void gives_the_published_values(void **state)
{
    (void)state;
    uint8_t key[FRAME_KEY_BYTES], message[15];
    fill(key, sizeof key);
    fill(message, sizeof message);
    assert_true(frame_siphash(key, message, 0) == 0x726fdb47dd0e0e31);
    assert_true(frame_siphash(key, message, 1) == 0x74f839c593dc67fd);
    assert_true(frame_siphash(key, message, 8) == 0x93f5f5799a932462);
    assert_true(frame_siphash(key, message, 15) == 0xa129ca6149be45e5);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(gives_the_published_values)};
TEST_MAIN(tests)
