/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of all three files share: opening, reporting, and the fields
 * of a mapping as a table (scalars with a meaning: spec/value.h). A reader
 * reports what is wrong and goes on; the load fails if anything was reported. */
#ifndef SPEC_READ_H
#define SPEC_READ_H

#include "spec/index.h"
#include "spec/yaml.h"

/* One file being read into something that lives in `arena`. */
struct spec_reader {
    struct spec_source source;
    const struct spec_files *files;
    struct base_arena *arena;
    const struct topology *topology;   /* whose names are known; NULL: it could not be loaded */
    struct spec_index switches, hosts; /* name → index in the topology */
};

/* Opens a file for reading and parses its YAML: the root, in `nodes`. NULL after
 * a diagnostic; an unreadable file is reported at `where` of `from`, or as
 * itself if `from` is NULL. */
const struct spec_node *spec_open(struct spec_reader *reader, const char *path,
                                  const struct spec_reader *from, const struct spec_node *where,
                                  struct spec_diagnostics *diagnostics, struct base_arena *nodes);
void spec_close(struct spec_reader *reader);

/* Whether the file is of the wanted kind, by the keys of its root; false after
 * one error in place of one for each key. In doubt it is. */
enum spec_file_kind { SPEC_TOPOLOGY, SPEC_EXPECTATION, SPEC_LAB };
bool spec_expect_file(const struct spec_reader *reader, const struct spec_node *root,
                      enum spec_file_kind wanted);

/* Makes the names of a topology known. */
void spec_use_topology(struct spec_reader *reader, const struct topology *topology);

/* Text for a message; it lives as long as the expression that it is made in. */
struct spec_words {
    char text[240];
};
struct spec_words spec_found(const struct spec_node *node); /* "\"s9\"", "a list"… */
/* "line 3, column 5", with the file's name if that is not `file`. */
struct spec_words spec_where(const char *file, struct place place);

/* "; did you mean "x"?" for the nearest of the n known words, or "; expected one
 * of …" if none is near. */
struct spec_words spec_suggestion(const struct spec_reader *reader, const char *word,
                                  const char *const *known, size_t n);

void spec_error(const struct spec_reader *reader, const struct spec_node *node, const char *format,
                ...) BASE_PRINTF(3, 4);
/* The same at byte `offset` of a scalar's text. */
void spec_error_in(const struct spec_reader *reader, const struct spec_node *node, size_t offset,
                   const char *format, ...) BASE_PRINTF(4, 5);

struct place spec_place(const struct spec_reader *reader, const struct spec_node *node);

/* Zeroed memory in the reader's arena; NULL after a diagnostic. */
void *spec_alloc(const struct spec_reader *reader, size_t n_bytes);

/* A field of a mapping. */
typedef void spec_read_fn(struct spec_reader *reader, const struct spec_node *value, void *into);
struct spec_field {
    const char *name;
    spec_read_fn *read; /* node->key has the name */
    bool required;
    bool first; /* read before the others, wherever it stands: they depend on it */
};

/* Reads a mapping by its table, in the order of the file. `what` is the thing
 * that has these fields ("a host"). Reports another shape than a mapping, keys
 * that are not in the table, and required ones that are not there (spec_has_key). */
void spec_read_fields(struct spec_reader *reader, const struct spec_node *node, const char *what,
                      const struct spec_field *fields, size_t n_fields, void *into);
#define SPEC_FIELDS(table) (table), sizeof(table) / sizeof *(table)

/* Whether a key of the table is there, or one that is unknown and whose nearest
 * known word it is: that was reported, and what lacks the key need not be. */
bool spec_has_key(const struct spec_node *mapping, const char *name,
                  const struct spec_field *fields, size_t n_fields);

/* The value of a key; NULL if it is not there, or `mapping` is none. */
const struct spec_node *spec_child(const struct spec_node *mapping, const char *name);

/* A mapping or sequence of anything: false after a diagnostic. */
bool spec_expect(const struct spec_reader *reader, const struct spec_node *node,
                 enum spec_kind kind, const char *expected);

/* Calls `read` for each item of a list, or once for what is not a list. */
void spec_each(struct spec_reader *reader, const struct spec_node *node, spec_read_fn *read,
               void *into);

/* The text of a scalar that is not empty, or NULL after a diagnostic that says
 * what was expected. It lives as long as the nodes; spec_copy: as the arena. */
const char *spec_text(const struct spec_reader *reader, const struct spec_node *node,
                      const char *expected);
const char *spec_copy(const struct spec_reader *reader, const struct spec_node *node,
                      const char *expected);

#endif
