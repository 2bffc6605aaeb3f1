/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/fault.h"
const struct fault_group faults_cables = {.name = "cables"};
