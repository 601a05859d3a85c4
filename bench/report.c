/*
 * report.c - tables, series and targets, as text.
 *
 * Ratios compare like with like: minimum with minimum, median with median. The program never calls setlocale, so numbers have a
 * point everywhere.
 */
#include "report.h"

#include <dnn.h>
#include <stdio.h>
#include <string.h>

/* ---- the machine ---- */

static void print_notes(const struct harness *harness)
{
    for (int32_t i = 0; i < harness->note_count; i++) {
        printf("  note      %s\n", harness->notes[i]);
    }
}

static void print_machine(const struct report *report)
{
    const struct machine *machine = report->machine;
    printf("suite %s, %d thread(s)\n", report->suite, (int)report->threads);
    printf("  machine   %s, %d core(s), L2 %s, L3 %s, load %.2f before the run\n", machine->processor,
           (int)machine->cores, machine->l2_cache, machine->l3_cache, machine->load);
    printf("  BLAS      %s, %s\n", machine->blas_config, machine->blas_file);
    printf("  kernel    %s, %d BLAS thread(s)", machine->blas_kernel, (int)machine->blas_threads);
    if (machine->forced_kernel[0] != '\0' || machine->forced_l2[0] != '\0') {
        printf(", FORCED by OPENBLAS_CORETYPE=%s OPENBLAS_L2_SIZE=%s", machine->forced_kernel, machine->forced_l2);
    }
    printf("\n  libdnn    %s\n", dnn_build_info());
}

/* ---- tables ---- */

static void print_ratios(const struct entry *entry, const struct entry *to)
{
    printf(" | %8.2f %8.2f", entry->minimum / to->minimum, entry->median / to->median);
}

/* What a second brings, where it is counted: samples, and the floating-point operations of the bound. Ends the line. */
static void print_rates(const struct group *group, const struct entry *entry)
{
    if (group->samples > 0) {
        printf(" | %9.0f %9.0f", group->samples / entry->minimum, group->samples / entry->median);
    }
    if (group->flops > 0) {
        printf(" | %8.1f %8.1f", 1e-9 * group->flops / entry->minimum, 1e-9 * group->flops / entry->median);
    }
    putchar('\n');
}

static void print_head(const struct group *group, const char *than)
{
    printf("\n%s, %s\n", group->operation, group->precision);
    printf("  %-28s   %10s %10s | %-17s | %-17s", "", "", "us", "x the bound", than);
    printf("%s", group->samples > 0 ? " | samples a second   " : "");
    printf("%s\n", group->flops > 0 ? " | GFLOP/s of the GEMMs" : "");
    printf("  %-28s   %10s %10s | %8s %8s | %8s %8s", "", "minimum", "median", "minimum", "median", "minimum",
           "median");
    printf("%s", group->samples > 0 ? " |   minimum    median" : "");
    printf("%s\n", group->flops > 0 ? " |  minimum   median" : "");
}

static void print_group(const struct harness *harness, int32_t index)
{
    const struct group *group = &harness->groups[index];
    const struct entry *bound = &harness->entries[group->bound];
    const struct entry *first = harness_first(harness, index);
    const struct entry least = harness_least(harness, index);
    char than[64];
    snprintf(than, sizeof than, "x %s", first->who.name);
    print_head(group, than);
    printf("  %-28s   %10.1f %10.1f", group->bound_name, 1e6 * least.minimum, 1e6 * least.median);
    if (group->bytes > 0) {
        printf(" |      one read: %.1f GB/s (minimum), %.1f (median)", 1e-9 * group->bytes / bound->minimum,
               1e-9 * group->bytes / bound->median);
    } else {
        print_ratios(&least, &least);
        print_ratios(&least, first);
    }
    print_rates(group, &least);
    for (int32_t i = 0; i < harness->entry_count; i++) {
        const struct entry *entry = &harness->entries[i];
        if (entry->group == index) {
            printf("  %-28s   %10.1f %10.1f", entry->who.name, 1e6 * entry->minimum, 1e6 * entry->median);
            print_ratios(entry, &least);
            print_ratios(entry, first);
            print_rates(group, entry);
        }
    }
}

/* ---- targets ---- */

static const char *name_of(const struct harness *harness, int32_t entry)
{
    return entry == HARNESS_BOUND         ? "the bound"
           : entry == HARNESS_MICROSECOND ? "1 us"
                                          : harness->entries[entry].who.name;
}

static void print_ratio(const char *operation, const struct harness *harness, const struct target *target)
{
    const struct ratio ratio = harness_ratio(harness, target);
    char what[128];
    snprintf(what, sizeof what, "%s / %s", name_of(harness, target->over), name_of(harness, target->under));
    printf("  %-58s %-42s %8.2f %8.2f   %s %-5g", operation, what, ratio.minimum, ratio.median,
           target->sense == AT_MOST ? "at most " : "at least", target->limit);
}

static const char *verdict(bool is_reached)
{
    return is_reached ? "reached" : "MISSED";
}

static void print_targets_head(void)
{
    printf("\n%-60s %-42s %8s %8s\n", "targets, judged by the minima", "", "minimum", "median");
}

static void print_targets(const struct harness *harness)
{
    if (harness->target_count > 0) {
        print_targets_head();
    }
    for (int32_t i = 0; i < harness->target_count; i++) {
        const struct target *target = &harness->targets[i];
        const struct group *group = &harness->groups[harness->entries[target->over].group];
        char operation[128];
        snprintf(operation, sizeof operation, "%s, %s", group->operation, group->precision);
        print_ratio(operation, harness, target);
        printf(" %s\n", verdict(harness_reached(harness, target)));
    }
}

void report_print_tables(const struct report *report, int32_t part)
{
    const struct harness *harness = &report->parts[part];
    if (part == 0) {
        print_machine(report);
    }
    print_notes(harness);
    printf("  rounds    %lld; everyone takes one turn a round; %lld of %lld turns were disturbed by others\n",
           (long long)harness->rounds, (long long)harness->disturbed,
           (long long)(harness->rounds * harness->entry_count));
    for (int32_t i = 0; i < harness->group_count; i++) {
        print_group(harness, i);
    }
    print_targets(harness);
    fflush(stdout);
}

/* ---- series ---- */

/* Of one column: as wide as its name, and its numbers. */
static int width_of(const char *name)
{
    const int length = (int)strlen(name);
    return length < 9 ? 9 : length;
}

static bool is_of_series(const struct harness *harness, const struct group *group)
{
    return strcmp(harness->groups[0].series, group->series) == 0 &&
           strcmp(harness->groups[0].precision, group->precision) == 0;
}

static void print_name(const char *name, double ns)
{
    (void)ns;
    printf(" %*s", width_of(name), name);
}

static void print_ns(const char *name, double ns)
{
    printf(" %*.4f", width_of(name), ns);
}

/* Each group's bound and contestants: names and the nanoseconds of their minima, a parameter and sample. */
static void print_columns(const struct harness *harness, void (*print)(const char *name, double ns))
{
    for (int32_t g = 0; g < harness->group_count; g++) {
        const struct group *group = &harness->groups[g];
        const double scale = 1e9 / (group->parameters * (group->samples > 0 ? group->samples : 1));
        printf(" |");
        print(group->bound_name, scale * harness_least(harness, g).minimum);
        for (int32_t i = 0; i < harness->entry_count; i++) {
            const struct entry *entry = &harness->entries[i];
            if (entry->group == g) {
                print(entry->who.name, scale * entry->minimum);
            }
        }
    }
}

void report_print_point(const struct report *report, int32_t part)
{
    const struct harness *harness = &report->parts[part];
    const struct group *group = &harness->groups[0];
    if (part == 0) {
        print_machine(report);
    }
    print_notes(harness);
    if (part == 0 || !is_of_series(&harness[-1], group)) {
        printf("\n%s, %s: ns a parameter%s, minimum\n  %8s", group->series, group->precision,
               group->samples > 0 ? " and sample" : "", group->axis);
        print_columns(harness, print_name);
        putchar('\n');
    }
    printf("  %8.0f", group->size);
    print_columns(harness, print_ns);
    if (harness->disturbed > 0) {
        printf("  DISTURBED: %lld of %lld turns", (long long)harness->disturbed,
               (long long)(harness->rounds * harness->entry_count));
    }
    putchar('\n');
    fflush(stdout);
}

/* The n-th target of the parts from `first` on that are of one series: the point where it is worst, and how often it was reached. */
static void print_worst(const struct report *report, int32_t first, int32_t n)
{
    const struct target *worst = NULL;
    const struct harness *where = NULL;
    int32_t points = 0, reached = 0;
    for (int32_t part = first; part < report->part_count; part++) {
        const struct harness *harness = &report->parts[part];
        if (!is_of_series(harness, &report->parts[first].groups[0]) || n >= harness->target_count) {
            continue;
        }
        const struct target *target = &harness->targets[n];
        const double ratio = harness_ratio(harness, target).minimum;
        const double so_far = worst == NULL ? ratio : harness_ratio(where, worst).minimum;
        if (worst == NULL || (target->sense == AT_MOST ? ratio > so_far : ratio < so_far)) {
            worst = target;
            where = harness;
        }
        points++;
        reached += harness_reached(harness, target);
    }
    char operation[128];
    snprintf(operation, sizeof operation, "%s, %s", where->groups[0].series, where->groups[0].precision);
    print_ratio(operation, where, worst);
    printf(" %s at %d of %d, the worst at %s %.0f\n", verdict(reached == points), (int)reached, (int)points,
           where->groups[0].axis, where->groups[0].size);
}

void report_print_targets(const struct report *report)
{
    bool is_headed = false;
    for (int32_t part = 0; part < report->part_count; part++) {
        const struct harness *harness = &report->parts[part];
        const bool is_new = part == 0 || !is_of_series(&harness[-1], &harness->groups[0]);
        for (int32_t n = 0; is_new && n < harness->target_count; n++) {
            if (!is_headed) {
                print_targets_head();
                is_headed = true;
            }
            print_worst(report, part, n);
        }
    }
    fflush(stdout);
}
