/* SPDX-License-Identifier: Apache-2.0
 *
 * What comparing the text of `ovs-ofctl dump-flows` port by port would have noticed: the
 * last column of the table. */
#include "faults/seed_way.h"

#include "faults/command.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Its table: the last entry that names a port says what the port does. */
struct reading {
    char outputs[65536 / 256][128]; /* by port: "2,6"; "" if it drops or is not named */
};

static void read_outputs(const char *actions, char *outputs, size_t n_bytes)
{
    size_t n = 0;
    outputs[0] = '\0';
    for (const char *at = actions; (at = strstr(at, "output:"));) {
        at += strlen("output:");
        size_t length = strspn(at, "0123456789");
        if (n + length + 2 < n_bytes) {
            n += n ? (size_t)(outputs[n] = ',', 1) : 0;
            memcpy(outputs + n, at, length);
            outputs[n += length] = '\0';
        }
    }
}

static void read_line(const char *line, struct reading *reading)
{
    const char *port = strstr(line, "in_port="), *actions = strstr(line, " actions=");
    /* Its pattern wants the port to be the last field of the match. */
    if (!port || !actions) {
        return;
    }
    char *end;
    unsigned long number = strtoul(port + strlen("in_port="), &end, 10);
    if (end == actions && number < sizeof reading->outputs / sizeof *reading->outputs) {
        read_outputs(actions, reading->outputs[number], sizeof *reading->outputs);
    }
}

int seed_way_read(struct faults_lab *lab, size_t sw, struct base_buffer *out,
                  struct base_error *error)
{
    struct base_buffer text = {0};
    struct reading *reading = calloc(1, sizeof *reading);
    int status = command_run(&text, error, "ovs-ofctl -O %s --no-names dump-flows %s",
                             faults_protocol(lab, sw), lab->lab->switches[sw].openflow);
    char *copy = status == 0 && reading ? base_buffer_take_text(&text) : NULL;
    char *rest = copy;
    for (char *line; rest && (line = strtok_r(rest, "\n", &rest));) {
        read_line(line, reading);
    }
    for (size_t i = 0; copy && i < sizeof reading->outputs / sizeof *reading->outputs; i++) {
        if (*reading->outputs[i]) {
            base_put_format(out, "%zu %s\n", i, reading->outputs[i]);
        }
    }
    free(copy);
    free(reading);
    base_buffer_free(&text);
    return status;
}

bool seed_way_notices(struct faults_lab *lab)
{
    bool notices = false;
    for (size_t i = 0; i < lab->topology->n_switches && !notices; i++) {
        struct base_buffer now = {0};
        notices = seed_way_read(lab, i, &now, NULL) < 0 ||
                  strcmp(base_buffer_text(&now), base_buffer_text(&lab->seed[i])) != 0;
        base_buffer_free(&now);
    }
    return notices;
}
