/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of a command as a table: one row says how an option is written,
 * what its value is, where the value goes and what help says of it. Parsing,
 * error messages and help are made from the same rows:
 *
 *   static const struct base_option rows[] = {
 *       {"lab", 'l', "LAB", base_option_text, offsetof(struct mine, lab), .help = "where it runs"},
 *       {"count", 'c', "N", base_option_number, offsetof(struct mine, count),
 *        .help = "so many", .min = 1, .max = 100},
 *       {0},
 *   };
 *
 * -h and --help are known to every table and need no row. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include "base/buffer.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct base_option;

/* Stores a value. `at`: the address that the row's offset names; `value`: as it
 * was written, NULL for an option without one; it lives as long as argv. 0, or
 * -1 and what is wrong with the value; base_options_parse puts the option's
 * name in front. */
typedef int base_option_set(const struct base_option *option, void *at, const char *value,
                            struct base_error *error);

struct base_option {
    const char *name;     /* written --NAME; NULL: the option has a letter only */
    char letter;          /* written -LETTER; 0: the option has a name only */
    const char *argument; /* what help calls the value; NULL: there is none */
    base_option_set *set;
    size_t offset; /* of what `set` fills in, in the structure given to base_options_parse */
    const char *help;
    uint64_t min, max; /* bounds of a number or a time, in the unit that is stored; max 0: none */
    bool is_optional;  /* the value may be left out; it is given as --NAME=VALUE only */
};

enum {
    BASE_OPTIONS_MAX = 64,       /* rows of a table */
    BASE_OPTION_LIST_MAX = 64,   /* values of an option that may be repeated */
    BASE_OPTIONS_HELP_WANTED = 0 /* base_options_parse: -h or --help was met */
};

/* The values of an option that may be repeated, in their order. */
struct base_option_list {
    const char *items[BASE_OPTION_LIST_MAX];
    size_t n;
};

base_option_set base_option_flag;    /* bool: true */
base_option_set base_option_choice;  /* int (or enum): min; several rows may fill in one */
base_option_set base_option_text;    /* const char *: the value, not copied */
base_option_set base_option_list;    /* struct base_option_list */
base_option_set base_option_number;  /* uint64_t, decimal, from min to max */
base_option_set base_option_percent; /* double, from 0 to 100; "5" or "5%" */
base_option_set base_option_ms;      /* unsigned, a time in milliseconds, from min to max */
base_option_set base_option_size;    /* uint64_t, in bytes, from min to max; "512M", "2GiB" */
base_option_set base_option_ns;      /* uint64_t, a time in nanoseconds, from min to max */

/* Reads argv[1] and on as getopt_long(3) does: long names may be cut where they
 * stay unambiguous, options and operands may be mixed, "--" ends the options.
 * argv is reordered: the operands are behind the options. `rows` end with a row
 * of zeros; `into` is the structure that the offsets are of.
 *
 * Returns the index in argv of the first operand (argc if there is none),
 * BASE_OPTIONS_HELP_WANTED, or -1 and an error: an unknown option (with the
 * nearest known one), a value that is missing, superfluous or refused. Options
 * in front of it have been stored by then. Not for two threads at a time. */
int base_options_parse(const struct base_option *rows, void *into, int argc, char **argv,
                       struct base_error *error);

/* The rows as help prints them: a line an option, what it means beside it,
 * wrapped to 80 columns. */
void base_options_format(const struct base_option *rows, struct base_buffer *out);

#endif
