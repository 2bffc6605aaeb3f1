/* SPDX-License-Identifier: Apache-2.0
 *
 * What all the programs say with --version. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define BASE_VERSION "0.1.0"

#endif
