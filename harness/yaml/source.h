/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of one file, and how an error at a place of it is reported. */
#ifndef YAML_SOURCE_H
#define YAML_SOURCE_H

#include "base/reader.h"
#include "yaml/load.h"

struct yaml_source {
    const char *file;
    struct base_buffer bytes;
    struct yaml_diagnostics *diagnostics;
};

/* Reads the file. -1 with an error that does not name it: the caller knows
 * better where to report that. */
int yaml_source_read(struct yaml_source *source, const struct yaml_files *files, const char *path,
                     struct yaml_diagnostics *diagnostics, struct base_error *error);
void yaml_source_free(struct yaml_source *source);

/* Adds a diagnostic. Lines and columns count characters, from 1; line 0: the
 * file as a whole. */
void yaml_error_at(const struct yaml_source *source, int line, int column, const char *format, ...)
    BASE_PRINTF(4, 5);
void yaml_verror_at(const struct yaml_source *source, int line, int column, const char *format,
                    va_list args);

/* Whether one error more would only be counted: no need to look for words. */
bool yaml_errors_full(const struct yaml_diagnostics *diagnostics);
size_t yaml_errors_count(const struct yaml_diagnostics *diagnostics);

/* The next line, without its break, false at the end. Breaks are those of YAML
 * 1.1 (section 4.2): LF, CR, CR LF, NEL, LS, PS; or places would not agree with
 * libyaml's. */
bool yaml_next_line(struct base_reader *reader, const char **line, size_t *n_bytes);

/* Of a line of a flow file: the line without blanks around it and without its
 * comment, in `text`; false if nothing is left. `*n_before` is where it begins
 * in the line. */
bool yaml_take_flow(const char *line, size_t n_bytes, struct base_buffer *text, size_t *n_before);

/* How many characters the first n_bytes of UTF-8 text are. */
size_t yaml_count_characters(const char *text, size_t n_bytes);

#endif
