/*
 * suite_read.c - a table of numbers in text, 20 columns, into memory: libdnn, pandas' C reader at each of its precisions, NumPy.
 *
 * Two files of 10,000 rows take turns, numbers of six decimals and of the 17 digits that a double needs. A third file, of a million
 * rows, is read once by each, in a process of its own, for its time and the memory it takes: a note tells both.
 */
#include "read.h"
#include "suites.h"

#include <stdio.h>

enum { ROWS = 10000, QUICK_ROWS = 500, LARGE_ROWS = 1000000, QUICK_LARGE_ROWS = 20000, FILES = 2 };

static struct read_file files[FILES];
static struct peer *pandas, *numpy;
static char operations[FILES][80];
static char keys[16][READ_PATH + 32];
static int32_t key_count;

static const char *const forms[FILES] = {"6 decimals", "17 digits"};

static struct peer *start(struct harness *harness, const struct suite_options *options, const char *name,
                          const char *package)
{
    char facts[HARNESS_NOTE_LENGTH];
    const struct peer_options peer = {.name = name,
                                      .python = options->python,
                                      .script = BENCH_READ_PEERS,
                                      .arguments = {package},
                                      .blas_file = options->machine->blas_file,
                                      .threads = options->threads};
    struct peer *started = peer_start(&peer, facts, sizeof facts);
    harness_note(harness, "%s", facts);
    return started;
}

static void add_peer(struct harness *harness, int32_t group, struct peer *peer, const char *name, const char *reader,
                     const struct read_file *file)
{
    if (peer != NULL) {
        char *key = keys[key_count++];
        snprintf(key, sizeof keys[0], "%s:%s", reader, file->path);
        harness_add(harness, group, peer_contestant(peer, name, key, false));
    }
}

/* Everyone reads a large file once. */
static void note_large(struct harness *harness, int64_t rows)
{
    static const char *const readers[] = {"pandas", "pandas-high", "pandas-exact", "loadtxt"};
    struct read_file file = read_file_make(rows, 6);
    double seconds, arrays;
    read_libdnn_once(&file, &seconds, &arrays);
    harness_note(
        harness,
        "%lld x %d numbers of 6 decimals, %.0f MB, once, in a process of its own: libdnn %.3f s, memory %.2f x the "
        "array",
        (long long)rows, READ_COLUMNS, 1e-6 * (double)file.bytes, seconds, arrays);
    for (int i = 0; i < 4; i++) {
        struct peer *peer = i < 3 ? pandas : numpy;
        if (peer != NULL) {
            read_peer_once(peer, readers[i], &file, &seconds, &arrays);
            harness_note(harness, "  the same by %s: %.3f s, %.2f x the array", readers[i], seconds, arrays);
        }
    }
    read_file_remove(&file);
}

static void open_suite(struct harness *harness, const struct suite_options *options)
{
    pandas = start(harness, options, "pandas", "pandas");
    numpy = start(harness, options, "NumPy", "numpy");
    for (int i = 0; i < FILES; i++) {
        files[i] = read_file_make(options->quick ? QUICK_ROWS : ROWS, i == 0 ? 6 : 0);
        snprintf(operations[i], sizeof operations[i], "CSV of %lld x %d numbers, %s", (long long)files[i].rows,
                 READ_COLUMNS, forms[i]);
        const int32_t bound = harness_add_bound(harness, read_lines(&files[i]));
        const int32_t group = harness_add_group(harness, (struct group){.operation = operations[i],
                                                                        .precision = "double",
                                                                        .bound = bound,
                                                                        .reads = 1,
                                                                        .bound_name = "the bound: bytes and lines",
                                                                        .bytes = (double)files[i].bytes,
                                                                        .samples = (double)files[i].rows});
        harness_add(harness, group, read_libdnn(&files[i]));
        add_peer(harness, group, pandas, "pandas", "pandas", &files[i]);
        add_peer(harness, group, pandas, "pandas, precision high", "pandas-high", &files[i]);
        add_peer(harness, group, pandas, "pandas, precision exact", "pandas-exact", &files[i]);
        add_peer(harness, group, numpy, "NumPy, loadtxt", "loadtxt", &files[i]);
        if (i == 0) { /* it is slow, and the form makes little difference to it */
            add_peer(harness, group, numpy, "NumPy, genfromtxt", "genfromtxt", &files[i]);
        }
    }
    note_large(harness, options->quick ? QUICK_LARGE_ROWS : LARGE_ROWS);
}

static void close_suite(void)
{
    peer_stop(pandas);
    peer_stop(numpy);
    pandas = numpy = NULL;
    for (int i = 0; i < FILES; i++) {
        read_file_remove(&files[i]);
    }
}

const struct suite suite_read = {
    .name = "read",
    .what = "a CSV file of 20 columns into memory: rows a second",
    .open = open_suite,
    .close = close_suite,
};
