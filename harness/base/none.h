/* SPDX-License-Identifier: Apache-2.0
 *
 * The index that stands for none: of a flow entry, host, switch, claim, hop. */
#ifndef BASE_NONE_H
#define BASE_NONE_H

#include <stdint.h>

#define ENTRY_NONE  SIZE_MAX
#define HOST_NONE   SIZE_MAX
#define SWITCH_NONE SIZE_MAX
#define CLAIM_NONE  SIZE_MAX

#endif
