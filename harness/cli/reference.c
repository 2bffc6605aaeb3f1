/* SPDX-License-Identifier: Apache-2.0
 *
 * What can stand in the files that are read? The texts are those of the manual pages. */
#include "cli/cli.h"

#include <string.h>

/* The file, with a 0 behind it: C17 has no #embed. It is found from the top of the tree, where all
 * is compiled. */
#define EMBED(symbol, file)                                                                        \
    extern const char symbol[];                                                                    \
    __asm__(".section .rodata\n" #symbol ":\n"                                                     \
            ".incbin \"docs/man/" file "\"\n"                                                      \
            ".byte 0\n"                                                                            \
            ".previous\n")

EMBED(cli_reference_expectation, "tapproof-expectation.5.md");
EMBED(cli_reference_topology, "tapproof-topology.5.md");
EMBED(cli_reference_lab, "tapproof-lab.5.md");
EMBED(cli_reference_policy, "tapd-policy.5.md");

static const char *const texts[] = {cli_reference_expectation, cli_reference_topology,
                                    cli_reference_lab, cli_reference_policy};

const char *const cli_reference_names[CLI_N_REFERENCES] = {"expectation", "topology", "lab",
                                                           "policy"};

const char *cli_reference_text(const char *name)
{
    for (size_t i = 0; i < CLI_N_REFERENCES; i++) {
        if (strcmp(name, cli_reference_names[i]) == 0) {
            return texts[i];
        }
    }
    return NULL;
}
