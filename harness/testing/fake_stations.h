/* SPDX-License-Identifier: Apache-2.0
 *
 * Stations of a network in memory (fake_network.h): what they send enters it,
 * what arrives waits until somebody receives. */
#ifndef TESTING_FAKE_STATIONS_H
#define TESTING_FAKE_STATIONS_H

#include "testing/fake_network.h"

/* Gives the world of this network its stations: every host of the topology has
 * one, but for faults. */
void fake_stations_attach(struct fake_network *fake);

#endif
