/* SPDX-License-Identifier: Apache-2.0
 *
 * Foreign text made safe to show. Port names, error texts and ids may hold any
 * byte that a switch or a file had in it; no report may carry a terminal
 * escape sequence, break its own syntax, or be invalid UTF-8.
 *
 * One rule for all formats: a printable character of well-formed UTF-8
 * (Unicode 15, table 3-7) stays; every other byte becomes the four characters
 * "\xNN". Not printable are C0 and C1 controls, DEL, line and paragraph
 * separators, bidirectional controls, the byte order mark and noncharacters.
 * Newline and tab are what each function below makes of them. */
#ifndef REPORT_ESCAPE_H
#define REPORT_ESCAPE_H

#include "base/buffer.h"

#include <stddef.h>

/* For one line of a terminal: newline and tab become "\x0a" and "\x09" too. */
void report_put_clean(struct base_buffer *out, const char *text);

/* A line: `begin`, as it is, and the text behind it. */
void report_put_line(struct base_buffer *out, const char *begin, const char *text);

/* report_put_clean for the first n_bytes of the text; a zero ends it. */
void report_put_clean_part(struct base_buffer *out, const char *text, size_t n_bytes);

/* For XML 1.0, between tags and in a double-quoted attribute: markup becomes
 * entities (sections 2.4 and 3.3.3); newline and tab survive in both. */
void report_put_xml(struct base_buffer *out, const char *text);
void report_put_xml_attribute(struct base_buffer *out, const char *text);

/* A string with its quotes that means the same in JSON (RFC 8259, section 7)
 * and as a double-quoted scalar of YAML 1.1 (section 9.1.1). */
void report_put_quoted(struct base_buffer *out, const char *text);

/* How many columns report_put_clean_part needs on a terminal for n_bytes of the text, or up to its
 * end, each character taken as one. */
#define REPORT_TO_THE_END SIZE_MAX
size_t report_columns(const char *text, size_t n_bytes);

/* Frees text that was made on the way; if memory ran out for it, `out` has
 * failed too. */
void report_drop_scratch(struct base_buffer *scratch, struct base_buffer *out);

#endif
