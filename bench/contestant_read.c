/*
 * contestant_read.c - a CSV file by libdnn, and the bound: the same bytes fetched from the system's cache of files into a
 * buffer of 128 KiB, in which line breaks are looked for.
 */
#define _DEFAULT_SOURCE /* getrusage's ru_maxrss */
#include "contestant_libdnn.h"
#include "read.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the bound ---- */

static void count_lines(void *state)
{
    static char buffer[1 << 17];
    const struct read_file *file = state;
    const int descriptor = open(file->path, O_RDONLY);
    int64_t lines = 0;
    ssize_t count;
    while ((count = read(descriptor, buffer, sizeof buffer)) > 0) {
        for (char *at = buffer; (at = memchr(at, '\n', (size_t)(buffer + count - at))) != NULL; at++) {
            lines++;
        }
    }
    close(descriptor);
    if (lines != file->rows + 1) {
        bench_die("%s has %lld lines, expected %lld", file->path, (long long)lines, (long long)file->rows + 1);
    }
}

struct contestant read_lines(const struct read_file *file)
{
    return (struct contestant){.name = "bytes and line breaks", .state = (void *)file, .run = count_lines};
}

/* ---- libdnn ---- */

static dnn_dataset *read_dataset(const struct read_file *file)
{
    dnn_dataset *dataset = NULL;
    libdnn_demand(dnn_dataset_read_csv(file->path, "targets=none", &dataset), "dnn_dataset_read_csv");
    return dataset;
}

static void run_libdnn(void *state)
{
    dnn_dataset_destroy(read_dataset(state));
}

struct contestant read_libdnn(const struct read_file *file)
{
    return (struct contestant){.name = "libdnn", .state = (void *)file, .run = run_libdnn};
}

/* ---- once, for its memory ---- */

static double array_bytes(const struct read_file *file)
{
    return (double)file->rows * READ_COLUMNS * sizeof(double);
}

static void check_sum(const char *who, const struct read_file *file, double sum)
{
    if (!(fabs(sum - file->sum) <= 1e-6 * fmax(1, fabs(file->sum)))) {
        bench_die("%s read other numbers: their sum is %.17g, expected %.17g", who, sum, file->sum);
    }
}

/* Bytes that this process has in memory now. */
static double resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL && fscanf(file, "%*d %ld", &pages) != 1) {
        pages = 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* What the child does: figures = seconds, arrays. */
static void measure_once(const struct read_file *file, double *figures)
{
    const double before = resident(), begin = harness_clock();
    dnn_dataset *dataset = read_dataset(file);
    figures[0] = harness_clock() - begin;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    figures[1] = (1024.0 * (double)usage.ru_maxrss - before) / array_bytes(file);
    double x[READ_COLUMNS], sum = 0;
    for (int64_t i = 0; i < file->rows; i++) {
        libdnn_demand(dnn_dataset_get(dataset, i, x, NULL), "dnn_dataset_get");
        for (int j = 0; j < READ_COLUMNS; j++) {
            sum += x[j];
        }
    }
    check_sum("libdnn", file, sum);
    dnn_dataset_destroy(dataset);
}

void read_libdnn_once(const struct read_file *file, double *seconds, double *arrays)
{
    int ends[2];
    double figures[2] = {0};
    if (pipe(ends) != 0) {
        bench_die("no pipe");
    }
    const pid_t process = fork();
    if (process == 0) {
        measure_once(file, figures);
        _exit(write(ends[1], figures, sizeof figures) == sizeof figures ? 0 : 1);
    }
    close(ends[1]);
    const bool got = process > 0 && read(ends[0], figures, sizeof figures) == sizeof figures;
    close(ends[0]);
    waitpid(process, NULL, 0);
    if (!got) {
        bench_die("libdnn did not read %s", file->path);
    }
    *seconds = figures[0];
    *arrays = figures[1];
}

void read_peer_once(struct peer *peer, const char *reader, const struct read_file *file, double *seconds,
                    double *arrays)
{
    char request[READ_PATH + 64], answer[PEER_LINE];
    double peak = 0, sum = 0;
    snprintf(request, sizeof request, "once %s:%s", reader, file->path);
    peer_ask(peer, request, answer, sizeof answer);
    if (sscanf(answer, "%lf %lf %lf", seconds, &peak, &sum) != 3) {
        bench_die("%s answered \"%s\"", reader, answer);
    }
    check_sum(reader, file, sum);
    *arrays = peak / array_bytes(file);
}
