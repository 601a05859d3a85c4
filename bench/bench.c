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

static const struct suite *const suites[] = {&suite_step,  &suite_epoch, &suite_read,
                                             &suite_sweep, &suite_tiny,  &suite_bulk};
enum { SUITE_COUNT = sizeof suites / sizeof suites[0], MOST_PARTS = 64 };

struct arguments {
    const struct suite *suite;
    int32_t threads; /* 0: all cores */
    double seconds;
    bool quick;
    const char *json, *python, *only;
};

static _Noreturn void print_usage(FILE *to, int status)
{
    fputs("usage: bench [--suite NAME] [--threads N|all] [--seconds S] [--only TEXT] [--quick] [--json FILE]\n"
          "             [--python PROGRAM]\n"
          "       bench --list   the names of the suites, and the settings of --threads that each is for\n"
          "  --threads   how many everyone uses; the BLAS's own count comes from the environment (default all)\n"
          "  --seconds   about how long the rounds take together (default 30, of a sweep 100), but 5 rounds at least,\n"
          "              30 from 30 seconds on, and 3 of each part of a sweep\n"
          "  --only      of a sweep, the parts with TEXT in their names, such as \"width 64, double\"\n"
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
        const char *settings = suites[i]->one_thread ? "1" : suites[i]->part_name == NULL ? "1 all" : "all";
        printf("%s %s\n", suites[i]->name, settings);
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
    struct arguments arguments = {.suite = suites[0], .python = "python3", .only = ""};
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
        } else if (strcmp(option, "--only") == 0) {
            arguments.only = value;
        } else if (strcmp(option, "--json") == 0) {
            arguments.json = value;
        } else if (strcmp(option, "--python") == 0) {
            arguments.python = value;
        } else {
            print_usage(stderr, 2);
        }
    }
    if (arguments.seconds == 0) {
        arguments.seconds = arguments.suite->seconds > 0 ? arguments.suite->seconds : 30;
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
                     "BUSY MACHINE: the load was %.2f before the run. If many turns were disturbed,"
                     " medians are too long, above all the bound's on several threads, which wait for each other",
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

/* The parts that are to be run: their indices in the suite. A suite that is no series has one. */
static int32_t choose_parts(const struct arguments *arguments, struct suite_options options, int32_t chosen[MOST_PARTS])
{
    const struct suite *suite = arguments->suite;
    if (suite->part_name == NULL) {
        chosen[0] = 0;
        return 1;
    }
    int32_t count = 0;
    const char *name;
    for (options.part = 0; (name = suite->part_name(&options)) != NULL && count < MOST_PARTS; options.part++) {
        if (strstr(name, arguments->only) != NULL) {
            chosen[count++] = options.part;
        }
    }
    if (count == 0) {
        bench_die("no part of the suite %s has \"%s\" in its name", suite->name, arguments->only);
    }
    return count;
}

static void run_part(const struct suite *suite, const struct suite_options *options, const struct harness_plan *plan,
                     struct harness *harness)
{
    suite->open(harness, options);
    harness_run(harness, plan);
    if (suite->conclude != NULL) {
        suite->conclude(harness);
    }
    harness_close(harness);
    if (suite->close != NULL) {
        suite->close();
    }
}

static int64_t least_rounds(const struct arguments *arguments)
{
    const bool few = arguments->quick || arguments->suite->part_name != NULL;
    return few ? 3 : (int64_t)fmax(5, fmin(30, arguments->seconds));
}

int main(int count, char **words)
{
    const struct arguments arguments = parse(count, words);
    const struct suite *suite = arguments.suite;
    const struct machine machine = machine_read();
    const int32_t threads = arguments.threads > 0 ? arguments.threads : machine.cores;
    struct suite_options options = {
        .threads = threads, .quick = arguments.quick, .python = arguments.python, .machine = &machine};
    static struct harness harnesses[MOST_PARTS]; /* too large for a stack */
    int32_t chosen[MOST_PARTS];
    struct report report = {.suite = suite->name, .threads = threads, .machine = &machine, .parts = harnesses};
    const int32_t parts = choose_parts(&arguments, options, chosen);
    const double seconds = arguments.seconds / parts;
    const struct harness_plan plan = {.seconds = arguments.quick ? 0 : seconds,
                                      .turn_seconds = arguments.quick ? 0.002 : 0.010,
                                      .least_rounds = least_rounds(&arguments),
                                      .settles = !arguments.quick};
    note_conditions(&harnesses[0], &machine, threads);
    for (int32_t i = 0; i < parts; i++) {
        options.part = chosen[i];
        run_part(suite, &options, &plan, &harnesses[i]);
        report.part_count = i + 1;
        (suite->part_name == NULL ? report_print_tables : report_print_point)(&report, i);
    }
    if (suite->part_name != NULL) {
        report_print_targets(&report);
    }
    if (arguments.json != NULL && report_write_json(&report, arguments.json) != 0) {
        fprintf(stderr, "bench: cannot write %s: %s\n", arguments.json, strerror(errno));
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
