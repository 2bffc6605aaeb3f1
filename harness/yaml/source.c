/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a file: its lines, and an error at a place of it with the line
 * shown. */
#include "yaml/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READ_BYTES = 16 * 1024,
    EXCERPT_BYTES = 160, /* of a long line */
    EXCERPT_LEAD = 60,   /* of them in front of the place */
};

static int read_all(int fd, struct base_buffer *bytes, struct base_error *error)
{
    for (;;) {
        size_t before = bytes->n_bytes;
        uint8_t *room = base_put_zeros(bytes, READ_BYTES);
        if (!room) {
            return base_fail(error, "out of memory");
        }
        ssize_t n = read(fd, room, READ_BYTES);
        bytes->n_bytes = before + (n > 0 ? (size_t)n : 0);
        if (n < 0 && errno != EINTR) {
            return base_fail(error, "cannot be read: %s", strerror(errno));
        }
        if (bytes->n_bytes > YAML_FILE_BYTES_MAX) {
            return base_fail(error, "larger than %d MiB", YAML_FILE_BYTES_MAX >> 20);
        }
        if (n == 0) {
            return 0;
        }
    }
}

static int read_disk(void *context, const char *path, struct base_buffer *bytes,
                     struct base_error *error)
{
    (void)context;
    struct stat status;
    int fd = open(strcmp(path, "-") == 0 ? "/dev/stdin" : path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? base_fail(error, "no such file")
                               : base_fail(error, "cannot be opened: %s", strerror(errno));
    }
    int result;
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        result = base_fail(error, "is a directory, not a file");
    } else {
        result = read_all(fd, bytes, error);
    }
    close(fd);
    return result;
}

const struct yaml_files yaml_disk = {.read = read_disk};

static void drop_byte_order_mark(struct base_buffer *bytes)
{
    enum { MARK_BYTES = 3 };
    if (bytes->n_bytes >= MARK_BYTES && memcmp(bytes->data, "\xef\xbb\xbf", MARK_BYTES) == 0) {
        bytes->n_bytes -= MARK_BYTES;
        memmove(bytes->data, bytes->data + MARK_BYTES, bytes->n_bytes);
    }
}

int yaml_source_read(struct yaml_source *source, const struct yaml_files *files, const char *path,
                     struct yaml_diagnostics *diagnostics, struct base_error *error)
{
    *source = (struct yaml_source){.file = path, .diagnostics = diagnostics};
    int result = files->read(files->context, path, &source->bytes, error);
    if (result == 0 && source->bytes.n_bytes > YAML_FILE_BYTES_MAX) {
        result = base_fail(error, "larger than %d MiB", YAML_FILE_BYTES_MAX >> 20);
    }
    if (result < 0) {
        yaml_source_free(source);
    } else {
        drop_byte_order_mark(&source->bytes);
    }
    return result;
}

void yaml_source_free(struct yaml_source *source)
{
    base_buffer_free(&source->bytes);
}

/* NEL is C2 85, LS and PS are E2 80 A8 and E2 80 A9. */
static size_t break_bytes(const uint8_t *at, size_t n_left)
{
    if (at[0] == '\n') {
        return 1;
    }
    if (at[0] == '\r') {
        return n_left > 1 && at[1] == '\n' ? 2 : 1;
    }
    if (at[0] == 0xc2) {
        return n_left > 1 && at[1] == 0x85 ? 2 : 0;
    }
    return at[0] == 0xe2 && n_left > 2 && at[1] == 0x80 && (at[2] & 0xfe) == 0xa8 ? 3 : 0;
}

bool yaml_next_line(struct base_reader *reader, const char **line, size_t *n_bytes)
{
    size_t n_left = base_reader_left(reader), n = 0, n_break = 0;
    *line = (const char *)reader->at;
    while (n < n_left && (n_break = break_bytes(reader->at + n, n_left - n)) == 0) {
        n++;
    }
    *n_bytes = n;
    base_read_skip(reader, n + n_break);
    return n_left > 0;
}

bool yaml_take_flow(const char *line, size_t n_bytes, struct base_buffer *text, size_t *n_before)
{
    static const char blanks[] = " \t";
    const char *comment = memchr(line, '#', n_bytes);
    size_t from = 0, to = comment ? (size_t)(comment - line) : n_bytes;
    while (from < to && memchr(blanks, line[from], 2)) {
        from++;
    }
    while (to > from && memchr(blanks, line[to - 1], 2)) {
        to--;
    }
    text->n_bytes = 0;
    base_put_bytes(text, line + from, to - from);
    *n_before = from;
    return to > from;
}

size_t yaml_count_characters(const char *text, size_t n_bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        n += ((uint8_t)text[i] & 0xc0) != 0x80;
    }
    return n;
}

/* The byte at which the character number n (from 0) of a line begins. */
static size_t character_offset(const char *line, size_t n_bytes, size_t n)
{
    size_t at = 0;
    while (at < n_bytes && (n > 0 || ((uint8_t)line[at] & 0xc0) == 0x80)) {
        n -= ((uint8_t)line[at] & 0xc0) != 0x80 && n > 0;
        at++;
    }
    return at;
}

/* Control characters would play with the user's terminal. */
static void hide_controls(char *text)
{
    for (; *text; text++) {
        if (((uint8_t)*text < 0x20 && *text != '\t') || *text == 0x7f) {
            *text = '?';
        }
    }
}

/* A window of a long line begins and ends between two characters. */
static void set_excerpt(struct yaml_diagnostic *item, struct base_arena *arena, const char *line,
                        size_t n_bytes)
{
    size_t column = item->place.column > 0 ? (size_t)item->place.column - 1 : 0;
    size_t at = character_offset(line, n_bytes, column);
    size_t from = n_bytes > EXCERPT_BYTES && at > EXCERPT_LEAD ? at - EXCERPT_LEAD : 0;
    from += character_offset(line + from, n_bytes - from, 0);
    size_t n = n_bytes - from < EXCERPT_BYTES ? n_bytes - from : EXCERPT_BYTES;
    while (from + n < n_bytes && n > 0 && ((uint8_t)line[from + n] & 0xc0) == 0x80) {
        n--;
    }
    const char *before = from > 0 ? "..." : "", *after = from + n < n_bytes ? "..." : "";
    char *text = base_arena_format(arena, "%s%.*s%s", before, (int)n, line + from, after);
    if (text) {
        hide_controls(text);
    }
    item->excerpt = text;
    item->caret = strlen(before) + yaml_count_characters(line + from, at - from);
}

static void find_excerpt(struct yaml_diagnostic *item, const struct yaml_source *source)
{
    struct base_reader reader = base_reader_over(source->bytes.data, source->bytes.n_bytes);
    const char *line;
    size_t n_bytes;
    for (int number = 1; yaml_next_line(&reader, &line, &n_bytes); number++) {
        if (number == item->place.line) {
            set_excerpt(item, &source->diagnostics->arena, line, n_bytes);
            return;
        }
    }
}

static bool comes_before(const struct place *a, const struct place *b)
{
    return a->line < b->line || (a->line == b->line && a->column < b->column);
}

/* Keeps the errors of a file in the order of its lines. */
static struct yaml_diagnostic *insert(struct yaml_diagnostics *list, struct place place)
{
    size_t at = list->n_items++;
    while (at > 0 && strcmp(list->items[at - 1].place.file, place.file) == 0 &&
           comes_before(&place, &list->items[at - 1].place)) {
        list->items[at] = list->items[at - 1];
        at--;
    }
    list->items[at] = (struct yaml_diagnostic){.place = place};
    return &list->items[at];
}

bool yaml_errors_full(const struct yaml_diagnostics *diagnostics)
{
    return diagnostics->n_items == YAML_DIAGNOSTICS_MAX;
}

size_t yaml_errors_count(const struct yaml_diagnostics *diagnostics)
{
    return diagnostics->n_items + diagnostics->n_more;
}

void yaml_verror_at(const struct yaml_source *source, int line, int column, const char *format,
                    va_list args)
{
    struct yaml_diagnostics *list = source->diagnostics;
    if (yaml_errors_full(list)) {
        list->n_more++;
        return;
    }
    char message[1024];
    vsnprintf(message, sizeof message, format, args);
    hide_controls(message);
    const char *file = base_arena_text(&list->arena, source->file);
    const char *text = base_arena_text(&list->arena, message);
    struct yaml_diagnostic *item = insert(list, (struct place){file ? file : "?", line, column});
    item->message = text ? text : "out of memory";
    find_excerpt(item, source);
}

void yaml_error_at(const struct yaml_source *source, int line, int column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    yaml_verror_at(source, line, column, format, args);
    va_end(args);
}

/* A tab in the source is a tab in front of the caret. */
static void put_caret(const struct yaml_diagnostic *item, struct base_buffer *out)
{
    size_t n = item->caret;
    base_put_text(out, "      | ");
    for (const char *at = item->excerpt; n > 0; n--) {
        base_put_u8(out, *at == '\t' ? '\t' : ' ');
        at += *at ? 1 : 0;
        while (((uint8_t)*at & 0xc0) == 0x80) {
            at++;
        }
    }
    base_put_text(out, "^\n");
}

void yaml_format_diagnostics(const struct yaml_diagnostics *diagnostics, struct base_buffer *out)
{
    for (size_t i = 0; i < diagnostics->n_items; i++) {
        const struct yaml_diagnostic *item = &diagnostics->items[i];
        base_put_text(out, item->place.file);
        if (item->place.line > 0) {
            base_put_format(out, ":%d:%d", item->place.line, item->place.column);
        }
        base_put_format(out, ": error: %s\n", item->message);
        if (item->excerpt) {
            base_put_format(out, "%5d | %s\n", item->place.line, item->excerpt);
            put_caret(item, out);
        }
    }
    if (diagnostics->n_more > 0) {
        base_put_format(out, "%zu more error%s\n", diagnostics->n_more,
                        diagnostics->n_more > 1 ? "s" : "");
    }
}

void yaml_diagnostics_free(struct yaml_diagnostics *diagnostics)
{
    base_arena_free(&diagnostics->arena);
    *diagnostics = (struct yaml_diagnostics){0};
}
