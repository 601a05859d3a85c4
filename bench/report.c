/*
 * report.c - tables and JSON from one harness.
 *
 * Ratios compare like with like: minimum with minimum, median with median. The program never calls setlocale, so numbers have a
 * point everywhere.
 */
#include "report.h"

#include <dnn.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SCHEMA = 1 };

/* The contestant that the others of its group are compared with. */
static const struct entry *first_of(const struct harness *harness, int32_t group)
{
    int32_t i = 0;
    while (harness->entries[i].group != group) {
        i++;
    }
    return &harness->entries[i];
}

/* --------------------------------------------- tables --------------------------------------------- */

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
    for (int32_t i = 0; i < report->harness->note_count; i++) {
        printf("  note      %s\n", report->harness->notes[i]);
    }
    printf("  rounds    %lld; everyone takes one turn a round\n", (long long)report->harness->rounds);
}

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
    const struct entry *first = first_of(harness, index);
    const struct entry least = {.minimum = group->reads * bound->minimum, .median = group->reads * bound->median};
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

void report_print(const struct report *report)
{
    print_machine(report);
    for (int32_t i = 0; i < report->harness->group_count; i++) {
        print_group(report->harness, i);
    }
    fflush(stdout);
}

/* ---------------------------------------------- JSON ---------------------------------------------- */

static void write_text(FILE *file, const char *key, const char *text)
{
    fprintf(file, "\"%s\": \"", key);
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            fprintf(file, "\\%c", c);
        } else if (c < 0x20) {
            fprintf(file, "\\u%04x", c);
        } else {
            fputc(c, file);
        }
    }
    fputs("\", ", file);
}

/* JSON has no NaN; null stands for it. */
static void write_number(FILE *file, const char *key, double number)
{
    if (isfinite(number)) {
        fprintf(file, "\"%s\": %.9g, ", key, number);
    } else {
        fprintf(file, "\"%s\": null, ", key);
    }
}

static void write_machine(FILE *file, const struct report *report)
{
    const struct machine *machine = report->machine;
    char now[32] = "";
    const time_t seconds = time(NULL);
    const struct tm *utc = gmtime(&seconds);
    if (utc != NULL) {
        strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", utc);
    }
    write_text(file, "suite", report->suite);
    write_text(file, "time", now);
    write_number(file, "threads", report->threads);
    write_text(file, "libdnn", dnn_build_info());
    fputs("\n \"machine\": {", file);
    write_text(file, "processor", machine->processor);
    write_number(file, "cores", machine->cores);
    write_text(file, "l2_cache", machine->l2_cache);
    write_text(file, "l3_cache", machine->l3_cache);
    fprintf(file, "\"load\": %.2f},\n \"blas\": {", machine->load);
    write_text(file, "config", machine->blas_config);
    write_text(file, "file", machine->blas_file);
    write_text(file, "kernel", machine->blas_kernel);
    write_text(file, "forced_kernel", machine->forced_kernel);
    write_text(file, "forced_l2_size", machine->forced_l2);
    fprintf(file, "\"threads\": %d},\n \"notes\": [", (int)machine->blas_threads);
    for (int32_t i = 0; i < report->harness->note_count; i++) {
        fputs(i == 0 ? "{" : ", {", file);
        write_text(file, "text", report->harness->notes[i]);
        fprintf(file, "\"number\": %d}", (int)i + 1);
    }
    fputs("],\n", file);
}

static void write_entry(FILE *file, const struct harness *harness, const struct entry *entry, const struct entry *first)
{
    const bool is_bound = entry->group < 0;
    fputs("  {", file);
    write_text(file, "name", entry->who.name);
    if (!is_bound) {
        const struct group *group = &harness->groups[entry->group];
        const struct entry *bound = &harness->entries[group->bound];
        write_text(file, "operation", group->operation);
        write_text(file, "precision", group->precision);
        write_number(file, "bound_min_s", group->reads * bound->minimum);
        write_number(file, "bound_median_s", group->reads * bound->median);
        write_number(file, "min_ratio_to_bound", entry->minimum / (group->reads * bound->minimum));
        write_number(file, "median_ratio_to_bound", entry->median / (group->reads * bound->median));
        write_text(file, "first", first->who.name);
        write_number(file, "min_ratio_to_first", entry->minimum / first->minimum);
        write_number(file, "median_ratio_to_first", entry->median / first->median);
        write_number(file, "samples", group->samples);
        write_number(file, "flops", group->flops);
        write_number(file, "error_before", entry->error_before);
        write_number(file, "error_after", entry->error_after);
    }
    write_number(file, "min_s", entry->minimum);
    write_number(file, "median_s", entry->median);
    write_number(file, "rounds", (double)harness->rounds);
    fprintf(file, "\"repetitions\": %lld}", (long long)entry->repetitions);
}

static void write_entries(FILE *file, const struct harness *harness, const char *key, bool bounds)
{
    const char *separator = "\n";
    fprintf(file, " \"%s\": [", key);
    for (int32_t i = 0; i < harness->entry_count; i++) {
        const struct entry *entry = &harness->entries[i];
        if ((entry->group < 0) == bounds) {
            fputs(separator, file);
            write_entry(file, harness, entry, first_of(harness, entry->group));
            separator = ",\n";
        }
    }
    fputs("]", file);
}

int report_write_json(const struct report *report, const char *path)
{
    char temporary[4096];
    const int length = snprintf(temporary, sizeof temporary, "%s.tmp", path);
    if (length < 0 || (size_t)length >= sizeof temporary) {
        errno = ENAMETOOLONG;
        return -1;
    }
    FILE *file = fopen(temporary, "w");
    if (file == NULL) {
        return -1;
    }
    fprintf(file, "{\"schema\": %d, ", SCHEMA);
    write_machine(file, report);
    write_entries(file, report->harness, "bounds", true);
    fputs(",\n", file);
    write_entries(file, report->harness, "results", false);
    fputs("}\n", file);
    const bool written = !ferror(file);
    if (fclose(file) != 0 || !written || rename(temporary, path) != 0) {
        const int reason = errno;
        remove(temporary);
        errno = reason;
        return -1;
    }
    return 0;
}
