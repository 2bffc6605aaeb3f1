/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a fuzz target still hold on its corpus? In place of libFuzzer, whose main this is, as a unit
 * test: one test a seed (TAP). It is called build/ROOM/NAME_replay for ROOM/NAME_fuzz.c, whose
 * seeds are in ROOM/corpus/NAME; $B is the build directory. */
#include <dirent.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED_BYTES_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static int is_seed(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* "harness/yaml/corpus/yaml" of "build/harness/yaml/yaml_replay". */
static void name_corpus(const char *program, char path[4096])
{
    const char *build = getenv("B");
    size_t n_build = strlen(build ? build : "build");
    const char *room = strlen(program) > n_build ? program + n_build + 1 : program;
    const char *name = strrchr(room, '/');
    snprintf(path, 4096, "%.*s/corpus/%.*s", name ? (int)(name - room) : 0, room,
             name ? (int)strcspn(name + 1, "_") : 0, name ? name + 1 : "");
}

/* The bytes stand alone in their block, for AddressSanitizer. */
static int replay(const char *directory, const char *name)
{
    static uint8_t seed[SEED_BYTES_MAX];
    char path[4096 + 256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(seed, 1, sizeof seed, file) : 0;
    uint8_t *bytes = file ? malloc(n + !n) : NULL;
    if (bytes) {
        memcpy(bytes, seed, n);
        LLVMFuzzerTestOneInput(bytes, n);
        free(bytes);
    }
    return file ? fclose(file) : -1;
}

int main(int argc, char **argv)
{
    char own[4096];
    struct dirent **seeds;
    const char *pattern = getenv("TEST_FILTER");
    int status = 0, n_run = 0;
    name_corpus(argv[0], own);
    const char *directory = argc > 1 ? argv[1] : own;
    int n = scandir(directory, &seeds, is_seed, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = seeds[i]->d_name;
        if (!pattern || fnmatch(pattern, name, 0) == 0) {
            int failed = replay(directory, name);
            printf("%sok %d - %s\n", failed ? "not " : "", ++n_run, name);
            fflush(stdout); /* the next one may crash */
            status |= failed;
        }
        free(seeds[i]);
    }
    printf("1..%d\n", n_run);
    if (n <= 0) {
        printf("# no seeds in %s\n", directory);
        return 1;
    }
    free(seeds);
    return status ? 1 : 0;
}
