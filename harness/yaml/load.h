/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that a user writes, read into the model: topology, expectation and
 * lab (YAML 1.1 through libyaml, which is used in this room only), and flow
 * files in the syntax of ovs-ofctl(8).
 *
 * All errors of a file are reported, not only the first, each with the place
 * where it is. What is refused although YAML allows it: anchors, aliases, tags,
 * merge keys, duplicate keys, more than one document, control characters in
 * text, and whatever is larger or deeper than the limits below. */
#ifndef YAML_LOAD_H
#define YAML_LOAD_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "model/expectation.h"
#include "model/place.h"
#include "model/topology.h"

enum {
    YAML_FILE_BYTES_MAX = 64 << 20,
    YAML_DEPTH_MAX = 64,           /* lists and mappings within each other */
    YAML_NODES_MAX = 4000000,      /* scalars, lists and mappings of one file */
    YAML_EXPANDED_MAX = 1000000,   /* cases, and claims, after ranges and lists are expanded */
    YAML_ALTERNATIVES_MAX = 10000, /* cases written for a port; claims of one sender and receiver */
    YAML_DIAGNOSTICS_MAX = 20,     /* errors kept; the others are counted */
    YAML_COPIES_MAX = 1000,
};

/* One error. All text belongs to the diagnostics' arena. */
struct yaml_diagnostic {
    struct place place;  /* line 0: the file as a whole */
    const char *message; /* what was found, and what was expected */
    const char *excerpt; /* the source line, or the part of it around the place; NULL: none */
    size_t caret;        /* characters of the excerpt in front of the place */
};

/* The errors of a load, by file, and within a file by line and column.
 * Zero-initialise before use; several loads may share one. */
struct yaml_diagnostics {
    struct yaml_diagnostic items[YAML_DIAGNOSTICS_MAX];
    size_t n_items;
    size_t n_more; /* errors found after the list was full */
    struct base_arena arena;
};

/* Frees everything and makes the list empty and usable again. */
void yaml_diagnostics_free(struct yaml_diagnostics *diagnostics);

/* Text as compilers print it: "FILE:LINE:COLUMN: error: MESSAGE", the source
 * line and a caret under the place; at the end "N more errors", if any. */
void yaml_format_diagnostics(const struct yaml_diagnostics *diagnostics, struct base_buffer *out);

/* Where files come from. */
struct yaml_files {
    void *context;
    /* Appends the content of the file to `bytes`. Fails if there is no such
     * file, if it cannot be read, or if it has more than YAML_FILE_BYTES_MAX
     * bytes; the error does not repeat the path. */
    int (*read)(void *context, const char *path, struct base_buffer *bytes,
                struct base_error *error);
};

/* The files of this machine; "-" is stdin. */
extern const struct yaml_files yaml_disk;

/* Each loader reads from `files` (yaml_disk, or memory for example). It returns 0
 * and sets its result, which the caller frees (topology_free, expectation_free,
 * lab_free); or -1 after at least one diagnostic was added, and sets the result
 * to NULL. What is loaded holds no pointer into the diagnostics and the other way
 * round.
 *
 * Errors of all: the file cannot be read, is empty, is not YAML or not UTF-8,
 * exceeds a limit, is of another kind than expected; an unknown key (with the
 * nearest known one), a missing key, a value of another shape than expected.
 *
 * Topology: besides, a port used twice, or by an unknown switch, or outside
 * 1..65280; datapath ids or MAC addresses that are not unique; names with other
 * characters than letters, digits, '.', '_' and '-'; a bad endpoint. */
int yaml_load_topology(const struct yaml_files *files, const char *path, struct topology **topology,
                       struct yaml_diagnostics *diagnostics);

/* Expectation: loads its topology as well (errors there are reported with their
 * own place), and the flow files that it names; paths are relative to the
 * directory of the expectation. Ranges and lists are expanded. Besides: unknown
 * switches and hosts, a port listed twice, a case without an action or hidden
 * by an earlier one, two entries of one table with the same match and priority,
 * `tables: exact` without the entries of a listed switch, a claim twice, and claims that cannot all
 * be true. */
int yaml_load_expectation(const struct yaml_files *files, const char *path,
                          struct expectation **expectation, struct yaml_diagnostics *diagnostics);

/* Lab: endpoints and stations of the topology's file, and in front of them
 * those of the lab file; `path` may be NULL: only the topology's. The topology
 * need not outlive the lab. Besides: names that the topology does not have. */
int yaml_load_lab(const struct yaml_files *files, const char *path, const struct topology *topology,
                  struct lab **lab, struct yaml_diagnostics *diagnostics);

#endif
