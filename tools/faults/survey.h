/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames go where when all is right: every interface of the lab is
 * listened to during one check, and each frame known by its mark wherever it is.
 * It says where a fault of a cable can be seen at all, and of which kinds of
 * frames. */
#ifndef FAULTS_SURVEY_H
#define FAULTS_SURVEY_H

#include "faults/lab.h"

/* Fills in the frames of every end of every cable. Fails too if the check does
 * not pass: faults are made in a network that is right. */
int survey(struct faults_lab *lab, struct base_error *error);

#endif
