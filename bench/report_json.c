/*
 * report_json.c - everything that was measured, as one JSON object.
 */
#include "report.h"

#include <dnn.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

enum { SCHEMA = 1 };

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

/* Calls write for each part, between brackets; it puts *separator before each of its objects. */
static void write_list(FILE *file, const struct report *report, const char *key,
                       void (*write)(FILE *file, const struct harness *harness, const char **separator))
{
    const char *separator = "\n";
    fprintf(file, ",\n \"%s\": [", key);
    for (int32_t part = 0; part < report->part_count; part++) {
        write(file, &report->parts[part], &separator);
    }
    fputs("]", file);
}

static void begin_object(FILE *file, const char **separator)
{
    fprintf(file, "%s  {", *separator);
    *separator = ",\n";
}

static void write_notes(FILE *file, const struct harness *harness, const char **separator)
{
    for (int32_t i = 0; i < harness->note_count; i++) {
        begin_object(file, separator);
        write_text(file, "text", harness->notes[i]);
        fprintf(file, "\"number\": %d}", (int)i + 1);
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
    fprintf(file, "\"threads\": %d}", (int)machine->blas_threads);
}

static void write_group(FILE *file, const struct group *group)
{
    write_text(file, "operation", group->operation);
    write_text(file, "precision", group->precision);
    write_number(file, "samples", group->samples);
    write_number(file, "flops", group->flops);
    if (group->series != NULL) {
        write_text(file, "series", group->series);
        write_text(file, "axis", group->axis);
        write_number(file, "size", group->size);
        write_number(file, "parameters", group->parameters);
    }
}

static void write_times(FILE *file, const struct harness *harness, const struct entry *entry)
{
    write_number(file, "min_s", entry->minimum);
    write_number(file, "median_s", entry->median);
    write_number(file, "rounds", (double)harness->rounds);
    write_number(file, "disturbed", (double)harness->disturbed);
    fprintf(file, "\"repetitions\": %lld}", (long long)entry->repetitions);
}

static void write_bounds(FILE *file, const struct harness *harness, const char **separator)
{
    for (int32_t i = 0; i < harness->entry_count; i++) {
        const struct entry *entry = &harness->entries[i];
        if (entry->group < 0) {
            begin_object(file, separator);
            write_text(file, "name", entry->who.name);
            write_times(file, harness, entry);
        }
    }
}

static void write_result(FILE *file, const struct harness *harness, const struct entry *entry)
{
    const struct entry *first = harness_first(harness, entry->group);
    const struct entry least = harness_least(harness, entry->group);
    write_text(file, "name", entry->who.name);
    write_group(file, &harness->groups[entry->group]);
    write_text(file, "bound", harness->groups[entry->group].bound_name);
    write_number(file, "bound_min_s", least.minimum);
    write_number(file, "bound_median_s", least.median);
    write_number(file, "min_ratio_to_bound", entry->minimum / least.minimum);
    write_number(file, "median_ratio_to_bound", entry->median / least.median);
    write_text(file, "first", first->who.name);
    write_number(file, "min_ratio_to_first", entry->minimum / first->minimum);
    write_number(file, "median_ratio_to_first", entry->median / first->median);
    write_number(file, "error_before", entry->error_before);
    write_number(file, "error_after", entry->error_after);
    write_times(file, harness, entry);
}

static void write_results(FILE *file, const struct harness *harness, const char **separator)
{
    for (int32_t i = 0; i < harness->entry_count; i++) {
        if (harness->entries[i].group >= 0) {
            begin_object(file, separator);
            write_result(file, harness, &harness->entries[i]);
        }
    }
}

static void write_targets(FILE *file, const struct harness *harness, const char **separator)
{
    for (int32_t i = 0; i < harness->target_count; i++) {
        const struct target *target = &harness->targets[i];
        const struct entry *over = &harness->entries[target->over];
        const struct ratio ratio = harness_ratio(harness, target);
        begin_object(file, separator);
        write_group(file, &harness->groups[over->group]);
        write_text(file, "over", over->who.name);
        write_text(file, "under",
                   target->under == HARNESS_BOUND         ? harness->groups[over->group].bound_name
                   : target->under == HARNESS_MICROSECOND ? "1 us"
                                                          : harness->entries[target->under].who.name);
        write_number(file, "min_ratio", ratio.minimum);
        write_number(file, "median_ratio", ratio.median);
        write_number(file, target->sense == AT_MOST ? "at_most" : "at_least", target->limit);
        fprintf(file, "\"reached\": %s}", harness_reached(harness, target) ? "true" : "false");
    }
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
    write_list(file, report, "notes", write_notes);
    write_list(file, report, "bounds", write_bounds);
    write_list(file, report, "results", write_results);
    write_list(file, report, "targets", write_targets);
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
