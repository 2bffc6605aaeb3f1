/* SPDX-License-Identifier: Apache-2.0
 *
 * Where something was written. */
#ifndef MODEL_PLACE_H
#define MODEL_PLACE_H

struct place {
    const char *file; /* NULL: nowhere; owned by what was loaded from it */
    int line;         /* from 1 */
    int column;       /* from 1 */
};

#endif
