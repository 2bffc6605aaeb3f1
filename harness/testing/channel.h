/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: dumps of fake switches (fake_switch.h), and what is asserted of
 * them. */
#ifndef TESTING_CHANNEL_H
#define TESTING_CHANNEL_H

#include "channel/channel.h"
#include "testing/cmocka.h"
#include "testing/fake_switch.h"

#include <string.h>

enum { BOTH = CHANNEL_FLOWS | CHANNEL_PORTS };

/* Long enough for a busy machine: a test that reaches it fails. */
static const struct channel_options PATIENT = {.timeout_ms = 20000, .plain = true};

/* Opens a channel with the one target "s1"; fails the test if that fails. The
 * caller closes it. */
struct channel *open_at(const char *endpoint, const struct channel_options *options);

/* channel_dump; fails the test if it fails. */
void dump_all(struct channel *channel, unsigned what, struct channel_dump *dumps);

/* Asserts that a dump is whole, with so many entries; or that it failed, for a
 * reason that begins with the endpoint and contains `why`. */
void assert_ok(const struct channel_dump *dump, size_t n_flows);
void assert_failed(const struct channel_dump *dump, const char *endpoint, const char *why);

/* Stops a fake switch; fails the test if it was sent what could change a switch. */
void stop(struct fake_switch *fake);

/* Starts a fake, dumps it once, and stops it. The caller frees the state. */
struct channel_dump dump_once(struct fake_switch *fake, const struct channel_options *options);

/* dump_once with assert_ok, or with assert_failed; frees the state. */
void expect_ok(struct fake_switch fake);
void expect_failure(struct fake_switch fake, const struct channel_options *options,
                    const char *why);

#endif
