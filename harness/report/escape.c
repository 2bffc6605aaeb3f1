/* SPDX-License-Identifier: Apache-2.0
 *
 * Foreign text made safe, a character at a time. */
#include "report/escape.h"

#include "base/reader.h"

#include <stdio.h>
#include <string.h>

enum { NO_CHARACTER = UINT32_MAX };

/* A character as it may be shown: itself, or "\xNN" for a byte that may not. */
struct piece {
    char text[5];
    bool escaped;
};

static bool is_printable(uint32_t code)
{
    bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    bool separator = code == 0x2028 || code == 0x2029;
    bool bidirectional = code == 0x061c || code == 0x200e || code == 0x200f ||
                         (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    bool nothing =
        code == 0xfeff || (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
    return code == '\n' || code == '\t' || !(control || separator || bidirectional || nothing);
}

/* The character that begins with `first`; its further bytes are taken from
 * `reader`. NO_CHARACTER if it is not well-formed. */
static uint32_t read_code(uint8_t first, struct base_reader *reader)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    size_t n_more = first < 0x80 ? 0 : (first & 0xe0) == 0xc0 ? 1 : (first & 0xf0) == 0xe0 ? 2 : 3;
    if ((first & 0xc0) == 0x80 || first >= 0xf8) {
        return NO_CHARACTER;
    }
    uint32_t code = n_more == 0 ? first : first & (0x3fU >> n_more);
    for (size_t i = 0; i < n_more; i++) {
        uint8_t byte = base_read_u8(reader);
        if ((byte & 0xc0) != 0x80) { /* 0 past the end */
            return NO_CHARACTER;
        }
        code = code << 6 | (byte & 0x3f);
    }
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least[n_more] || code > 0x10ffff || surrogate ? NO_CHARACTER : code;
}

/* False at the end. */
static bool next_piece(struct base_reader *reader, struct piece *piece)
{
    if (base_reader_left(reader) == 0) {
        return false;
    }
    struct base_reader ahead = *reader;
    uint8_t first = base_read_u8(reader);
    base_read_skip(&ahead, 1);
    uint32_t code = read_code(first, &ahead);
    *piece = (struct piece){.escaped = code == NO_CHARACTER || !is_printable(code)};
    if (piece->escaped) {
        snprintf(piece->text, sizeof piece->text, "\\x%02x", first);
        return true;
    }
    piece->text[0] = (char)first;
    size_t n_more = base_reader_left(reader) - base_reader_left(&ahead);
    base_read_copy(reader, piece->text + 1, n_more);
    return true;
}

/* What stands for an ASCII character, by its code; NULL: itself. */
typedef const char *const charmap[128];

static const charmap line_map = {['\n'] = "\\x0a", ['\t'] = "\\x09"};

static const charmap xml_map = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;"};

/* A newline that is written as itself in an attribute is read as a blank. */
static const charmap attribute_map = {
    ['&'] = "&amp;",  ['<'] = "&lt;",   ['>'] = "&gt;",
    ['"'] = "&quot;", ['\n'] = "&#10;", ['\t'] = "&#9;",
};

static const charmap quoted_map = {
    ['"'] = "\\\"",
    ['\\'] = "\\\\",
    ['\n'] = "\\n",
    ['\t'] = "\\t",
};

static bool is_plain(uint8_t byte, charmap map)
{
    return byte >= 0x20 && byte < 0x7f && !map[byte];
}

/* Runs of plain ASCII, which nearly all text is, go as one. */
static void put_mapped(struct base_buffer *out, const char *text, size_t n_bytes, charmap map)
{
    struct base_reader reader = base_reader_over(text, n_bytes);
    while (base_reader_left(&reader) > 0) {
        size_t n_plain = 0;
        while (n_plain < base_reader_left(&reader) && is_plain(reader.at[n_plain], map)) {
            n_plain++;
        }
        base_put_bytes(out, base_read_bytes(&reader, n_plain), n_plain);
        struct piece piece = {0};
        bool more = next_piece(&reader, &piece);
        uint8_t first = (uint8_t)piece.text[0];
        if (more && first < 128 && map[first]) {
            base_put_text(out, map[first]);
            base_put_text(out, piece.text + 1); /* of "\xNN", all but its backslash */
        } else if (more) {
            base_put_text(out, piece.text);
        }
    }
}

void report_put_clean_part(struct base_buffer *out, const char *text, size_t n_bytes)
{
    put_mapped(out, text, strnlen(text, n_bytes), line_map);
}

void report_put_clean(struct base_buffer *out, const char *text)
{
    put_mapped(out, text, strlen(text), line_map);
}

void report_put_line(struct base_buffer *out, const char *begin, const char *text)
{
    base_put_text(out, begin);
    report_put_clean(out, text);
    base_put_text(out, "\n");
}

void report_put_xml(struct base_buffer *out, const char *text)
{
    put_mapped(out, text, strlen(text), xml_map);
}

void report_put_xml_attribute(struct base_buffer *out, const char *text)
{
    put_mapped(out, text, strlen(text), attribute_map);
}

void report_put_quoted(struct base_buffer *out, const char *text)
{
    base_put_text(out, "\"");
    put_mapped(out, text, strlen(text), quoted_map);
    base_put_text(out, "\"");
}

size_t report_columns(const char *text, size_t n_bytes)
{
    struct base_reader reader = base_reader_over(text, strnlen(text, n_bytes));
    struct piece piece;
    size_t n_columns = 0;
    while (next_piece(&reader, &piece)) {
        bool spelled = piece.escaped || piece.text[0] == '\n' || piece.text[0] == '\t';
        n_columns += spelled ? 4 : 1;
    }
    return n_columns;
}

void report_drop_scratch(struct base_buffer *scratch, struct base_buffer *out)
{
    out->failed |= scratch->failed;
    base_buffer_free(scratch);
}
