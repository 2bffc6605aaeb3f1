/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of all three files share: opening, reporting, and the fields
 * of a mapping as a table (scalars with a meaning: yaml/value.h). A reader
 * reports what is wrong and goes on; the load fails if anything was reported. */
#ifndef YAML_READ_H
#define YAML_READ_H

#include "yaml/events.h"
#include "yaml/index.h"

/* One file being read into something that lives in `arena`. */
struct yaml_reader {
    struct yaml_source source;
    const struct yaml_files *files;
    struct base_arena *arena;
    const struct yaml_reader *from;  /* where an unreadable file is reported: at the node `where` */
    const struct yaml_node *where;   /* of another file; NULL: as itself */
    const struct topology *topology; /* whose names are known; NULL: it could not be loaded */
    struct yaml_index switches, hosts; /* name → index in the topology */
    size_t n_before;                   /* errors that there were when it began */
};

/* Opens a file for reading and parses its YAML: the root, in `nodes`. NULL after
 * a diagnostic; an unreadable file is reported at `where` of `from`, or as
 * itself if `from` is NULL. */
const struct yaml_node *yaml_open(struct yaml_reader *reader, const char *path,
                                  const struct yaml_reader *from, const struct yaml_node *where,
                                  struct yaml_diagnostics *diagnostics, struct base_arena *nodes);

/* Begins a load: sets the reader's source, files and arena. Returns zeroed memory for what is
 * loaded, whose arena is at this offset, to be freed with free(); NULL after a diagnostic. */
void *yaml_begin(struct yaml_reader *reader, const struct yaml_files *files, const char *path,
                 struct yaml_diagnostics *diagnostics, size_t n_bytes, size_t arena_at);

/* Frees what the reader holds. */
void yaml_close(struct yaml_reader *reader);

/* The same. True: nothing was reported since yaml_begin. */
bool yaml_end(struct yaml_reader *reader);

/* Makes the names of a topology known. */
void yaml_use_topology(struct yaml_reader *reader, const struct topology *topology);

/* Text for a message; it lives as long as the expression that it is made in. */
struct yaml_words {
    char text[240];
};
struct yaml_words yaml_found(const struct yaml_node *node); /* "\"s9\"", "a list"… */
/* "line 3, column 5", with the file's name if that is not `file`. */
struct yaml_words yaml_where(const char *file, struct place place);

/* "; did you mean "x"?" for the nearest of the n known words, or "; expected one
 * of …" if none is near. */
struct yaml_words yaml_suggestion(const struct yaml_reader *reader, const char *word,
                                  const char *const *known, size_t n);

/* Reports an error at a node. */
void yaml_error(const struct yaml_reader *reader, const struct yaml_node *node, const char *format,
                ...) BASE_PRINTF(3, 4);
/* The same at byte `offset` of a scalar's text. */
void yaml_error_in(const struct yaml_reader *reader, const struct yaml_node *node, size_t offset,
                   const char *format, ...) BASE_PRINTF(4, 5);

/* Where a node was written. The name of the file belongs to the reader's source. */
struct place yaml_place(const struct yaml_reader *reader, const struct yaml_node *node);

/* Reports "expected EXPECTED, found …" at a node. */
void yaml_refuse(const struct yaml_reader *reader, const struct yaml_node *node,
                 const char *expected);

/* Zeroed memory in the reader's arena; NULL after a diagnostic. */
void *yaml_alloc(const struct yaml_reader *reader, size_t n_bytes);

/* Appends a copy of an item to an array that malloc made; `items`, `capacity` and `item_bytes` are
 * those of base_grow. False after a diagnostic. */
bool yaml_append(const struct yaml_reader *reader, const struct yaml_node *node, void *items,
                 size_t *n_items, size_t *capacity, size_t item_bytes, const void *item);

/* Reads the value of a field into what it is for, or reports what is wrong with
 * it. value->key has the name. */
typedef void yaml_read_fn(struct yaml_reader *reader, const struct yaml_node *value, void *into);

/* A field of a mapping. */
struct yaml_field {
    const char *name;
    yaml_read_fn *read;
    size_t at; /* offset of what `read` is given, within what yaml_read_fields is given */
    bool required;
    bool first; /* read before the others, wherever it stands: they depend on it */
};

/* Reads a mapping by its table, in the order of the file. `what` is the thing
 * that has these fields ("a host"). Reports another shape than a mapping, keys
 * that are not in the table, and required ones that are not there (yaml_has_key). True: there was
 * nothing to report, by the readers of the fields either. */
bool yaml_read_fields(struct yaml_reader *reader, const struct yaml_node *node, const char *what,
                      const struct yaml_field *fields, size_t n_fields, void *into);
#define YAML_FIELDS(table) (table), sizeof(table) / sizeof *(table)

enum yaml_file_kind { YAML_TOPOLOGY, YAML_EXPECTATION, YAML_LAB, YAML_STATE };

/* What a file has at its root. */
struct yaml_format {
    enum yaml_file_kind kind;
    const char *what;
    const struct yaml_field *fields;
    size_t n_fields;
    /* Reports what is wrong with the fields together; NULL: nothing can be. */
    void (*check)(struct yaml_reader *reader, const struct yaml_node *root, const void *loaded);
};

/* Reads the file as its fields say, and keeps its name, copied, in `*file`. One that is a topology,
 * expectation or lab instead, by the keys of its root, is one error in place of one for each key.
 */
void yaml_read_file(struct yaml_reader *reader, const struct yaml_format *format, const char **file,
                    void *into);

/* Whether a key of the table is there, or one that is unknown and whose nearest
 * known word it is: that was reported, and what lacks the key need not be. */
bool yaml_has_key(const struct yaml_node *mapping, const char *name,
                  const struct yaml_field *fields, size_t n_fields);

/* The value of a key; NULL if it is not there, or `mapping` is none. */
const struct yaml_node *yaml_child(const struct yaml_node *mapping, const char *name);

/* A mapping or sequence of anything: false after a diagnostic. */
bool yaml_expect(const struct yaml_reader *reader, const struct yaml_node *node,
                 enum yaml_kind kind, const char *expected);

/* The first item of a list, or the first value of a mapping, of which all are wanted: NULL if there
 * is none, and after a diagnostic if the node is of another kind. */
const struct yaml_node *yaml_first(const struct yaml_reader *reader, const struct yaml_node *node,
                                   enum yaml_kind kind, const char *expected);

/* Calls `read` for each item of a list, or once for what is not a list. */
void yaml_each(struct yaml_reader *reader, const struct yaml_node *node, yaml_read_fn *read,
               void *into);

/* A copy of a text in the arena; NULL stays NULL, and is returned after a diagnostic. */
const char *yaml_copy_text(const struct yaml_reader *reader, const char *text);

/* The text of a scalar that is not empty, or NULL after a diagnostic that says
 * what was expected. It lives as long as the nodes; yaml_copy: as the arena. */
const char *yaml_text(const struct yaml_reader *reader, const struct yaml_node *node,
                      const char *expected);
const char *yaml_copy(const struct yaml_reader *reader, const struct yaml_node *node,
                      const char *expected);

#endif
