/*
 * bench.c - runs one suite at one thread count, and reports it. run.sh calls it once a setting.
 *
 * The thread count of a BLAS is read when it is loaded, so it is set by the environment (OPENBLAS_NUM_THREADS and its like) before
 * this program starts; --threads says what it was set to.
 */
#include "harness.h"
#include "machine.h"
#include "report.h"
#include "suites.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct suite *const suites[] = {&suite_step, &suite_epoch, &suite_read};
enum { SUITE_COUNT = sizeof suites / sizeof suites[0] };

struct arguments {
    const struct suite *suite;
    int32_t threads; /* 0: all cores */
    double seconds;
    bool quick;
    const char *json, *python;
};

static _Noreturn void print_usage(FILE *to, int status)
{
    fputs("usage: bench [--suite NAME] [--threads N|all] [--seconds S] [--quick] [--json FILE] [--python PROGRAM]\n"
          "       bench --list   the names of the suites\n"
          "  --threads   how many everyone uses; the BLAS's own count comes from the environment (default all)\n"
          "  --seconds   about how long the rounds take together, but 5 at least, and 30 from 30 seconds on (default "
          "30)\n"
          "  --quick     three rounds, to see that it works; the figures mean little\n"
          "suites:\n",
          to);
    for (int i = 0; i < SUITE_COUNT; i++) {
        fprintf(to, "  %-10s %s\n", suites[i]->name, suites[i]->what);
    }
    exit(status);
}

static _Noreturn void print_list(void)
{
    for (int i = 0; i < SUITE_COUNT; i++) {
        puts(suites[i]->name);
    }
    exit(EXIT_SUCCESS);
}

static const struct suite *find_suite(const char *name)
{
    for (int i = 0; i < SUITE_COUNT; i++) {
        if (strcmp(suites[i]->name, name) == 0) {
            return suites[i];
        }
    }
    bench_die("no suite \"%s\"; see --help", name);
}

/* A positive number, or the end of the program. */
static double parse_number(const char *option, const char *text)
{
    char *end;
    const double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number > 0 && number < 1e6)) {
        bench_die("%s wants a positive number, not \"%s\"", option, text);
    }
    return number;
}

static struct arguments parse(int count, char **words)
{
    struct arguments arguments = {.suite = suites[0], .seconds = 30, .python = "python3"};
    for (int i = 1; i < count; i++) {
        const char *option = words[i];
        if (strcmp(option, "--help") == 0) {
            print_usage(stdout, EXIT_SUCCESS);
        } else if (strcmp(option, "--list") == 0) {
            print_list();
        } else if (strcmp(option, "--quick") == 0) {
            arguments.quick = true;
            continue;
        } else if (i + 1 == count) {
            print_usage(stderr, 2);
        }
        const char *value = words[++i];
        if (strcmp(option, "--suite") == 0) {
            arguments.suite = find_suite(value);
        } else if (strcmp(option, "--threads") == 0) {
            arguments.threads = strcmp(value, "all") == 0 ? 0 : (int32_t)parse_number(option, value);
        } else if (strcmp(option, "--seconds") == 0) {
            arguments.seconds = parse_number(option, value);
        } else if (strcmp(option, "--json") == 0) {
            arguments.json = value;
        } else if (strcmp(option, "--python") == 0) {
            arguments.python = value;
        } else {
            print_usage(stderr, 2);
        }
    }
    return arguments;
}

/* What makes the figures of this run mean less than they seem to. */
static void note_conditions(struct harness *harness, const struct machine *machine, int32_t threads)
{
    if (machine->blas_threads != 0 && machine->blas_threads != threads) {
        harness_note(harness, "THREADS DIFFER: the BLAS uses %d, the bound and the table's title %d",
                     (int)machine->blas_threads, (int)threads);
    }
    if (machine->load > 0.5) {
        harness_note(harness,
                     "BUSY MACHINE: the load was %.2f before the run. Medians are too long, above all the bound's on "
                     "several threads,"
                     " which wait for each other",
                     machine->load);
    }
    if (machine_kernel_is_dated(machine)) {
        harness_note(
            harness,
            "OLD KERNEL: OpenBLAS took %s for this processor, which has AVX2; it may not know it. OPENBLAS_CORETYPE"
            " (such as Haswell or SkylakeX) chooses another for every contestant",
            machine->blas_kernel);
    }
}

int main(int count, char **words)
{
    const struct arguments arguments = parse(count, words);
    const struct machine machine = machine_read();
    const int32_t threads = arguments.threads > 0 ? arguments.threads : machine.cores;
    const struct suite_options options = {
        .threads = threads, .quick = arguments.quick, .python = arguments.python, .machine = &machine};
    const struct harness_plan plan = {.seconds = arguments.quick ? 0 : arguments.seconds,
                                      .turn_seconds = arguments.quick ? 0.002 : 0.010,
                                      .least_rounds =
                                          arguments.quick ? 3 : (int64_t)fmax(5, fmin(30, arguments.seconds))};
    static struct harness harness; /* too large for a stack */
    note_conditions(&harness, &machine, threads);
    arguments.suite->open(&harness, &options);
    harness_run(&harness, &plan);
    const struct report report = {arguments.suite->name, threads, &machine, &harness};
    report_print(&report);
    int status = EXIT_SUCCESS;
    if (arguments.json != NULL && report_write_json(&report, arguments.json) != 0) {
        fprintf(stderr, "bench: cannot write %s: %s\n", arguments.json, strerror(errno));
        status = EXIT_FAILURE;
    }
    harness_close(&harness);
    arguments.suite->close();
    return status;
}
