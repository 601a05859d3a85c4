/*
 * data/csv.c - see csv.h. From the options, the first rows and the roles of the columns to the arrays. What is found out too
 * late (a target that is text after a thousand numbers) is found out once: the file is then read a second time.
 */
#include "data/csv.h"

#include "base/memory.h"
#include "base/status.h"
#include "data/csv_table.h"
#include "data/gunzip.h"

#include <string.h>

/* All rows, in a second pass if need be. */
static int32_t read_rows(struct csv_table *table)
{
    int32_t status = csv_table_read(table);
    if (status == DNN_STOPPED) {
        csv_table_release(table);
        *table = (struct csv_table){
            .scan = table->scan, .options = table->options, .layout = table->layout, .plan = table->plan};
        status = csv_scan_rewind(table->scan);
        if (status == DNN_OK) {
            status = csv_table_read(table);
        }
    }
    if (status == DNN_OK && table->n == 0) {
        status = table->dropped > 0
                     ? status_error(DNN_ERROR_FORMAT, "\"%s\": every row misses a value, so missing=drop leaves none",
                                    table->scan->path)
                     : status_error(DNN_ERROR_FORMAT, "\"%s\" has a header, and no rows", table->scan->path);
    }
    return status;
}

/* The number of a row's text becomes its class. */
static int32_t make_classes(struct csv_table *table, struct csv *csv)
{
    int32_t *class_of = memory_new(table->classes.count, sizeof *class_of);
    if (class_of == NULL) {
        return status_out_of_memory("the classes of a CSV file");
    }
    const int32_t status =
        csv_classes_sort(&table->classes, table->options->point, &csv->class_names, &csv->n_out, class_of);
    for (int64_t i = 0; status == DNN_OK && i < table->n; i++) {
        table->labels[i] = class_of[table->labels[i]];
    }
    memory_free(class_of);
    return status;
}

/* What was read, handed over. */
static int32_t finish(struct csv_table *table, struct csv *out)
{
    struct csv csv = {.n = table->n, .n_in = table->plan->n_in, .n_out = table->plan->n_targets};
    int32_t status = csv_table_fill_gaps(table);
    if (status == DNN_OK && table->plan->has_label) {
        status = make_classes(table, &csv);
    }
    if (status != DNN_OK) {
        return status;
    }
    csv_table_shrink(table);
    csv.x = table->x;
    csv.y = table->y;
    csv.labels = table->labels;
    table->x = table->y = NULL;
    table->labels = NULL;
    *out = csv;
    return DNN_OK;
}

static int32_t read_table(struct csv_scan *scan, const struct csv_options *options, struct csv *out)
{
    struct csv_layout layout = {0};
    struct csv_plan plan = {0};
    struct csv_table table = {.scan = scan, .options = options, .layout = &layout, .plan = &plan};
    int32_t status = csv_layout_find(scan, options, &layout);
    if (status == DNN_OK) {
        status = csv_plan_make(scan, options, &layout, &plan);
    }
    if (status == DNN_OK) {
        status = read_rows(&table);
    }
    if (status == DNN_OK) {
        status = finish(&table, out);
    }
    csv_table_release(&table);
    csv_plan_release(&plan);
    csv_layout_release(&layout);
    return status;
}

/* source: closed here. */
static int32_t read_source(struct gunzip *source, const char *path, const struct csv_options *options, struct csv *out)
{
    struct csv_scan scan;
    int32_t status = csv_scan_open(&scan, source, path);
    if (status == DNN_OK) {
        status = read_table(&scan, options, out);
    }
    csv_scan_close(&scan);
    gunzip_close(source);
    return status;
}

int32_t csv_read(const char *path, const char *options_or_null, struct csv *out)
{
    struct csv_options options;
    struct gunzip *source = NULL;
    int32_t status = csv_options_read(options_or_null, &options);
    if (status == DNN_OK) {
        status = gunzip_open_file(path, &source);
    }
    if (status == DNN_OK) {
        status = read_source(source, path, &options, out);
    }
    csv_options_release(&options);
    return status;
}

int32_t csv_read_memory(const uint8_t *bytes, int64_t size, const char *name, const char *options_or_null,
                        struct csv *out)
{
    struct csv_options options;
    struct gunzip *source = NULL;
    int32_t status = csv_options_read(options_or_null, &options);
    if (status == DNN_OK) {
        status = gunzip_open(bytes, size, name, &source);
    }
    if (status == DNN_OK) {
        status = read_source(source, name, &options, out);
    }
    csv_options_release(&options);
    return status;
}
