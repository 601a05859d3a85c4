/*
 * data/csv_table.c - see csv_table.h.
 *
 * A number is read where it lies, and what stands behind it looked at: if that is a separator, it was a plain field. Only
 * what is not as plain as that is taken apart by the grammar. The arrays grow to what the share of the file that has been
 * read foretells, so they are moved a few times and have a few percent too many rows at the end, which are given back. A
 * first pass that counts rows would inflate a gzip file twice.
 */
#include "data/csv_table.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/utf8.h"
#include "data/csv_complain.h"
#include "data/csv_number.h"
#include "data/csv_value.h"
#include "data/gunzip.h"

#include <math.h>
#include <stddef.h>

enum { MOST_MORE_ROWS = 64, MORE_BYTES = 1 << 16, MOST_GROWTH = 4 };

#define MOST_ROWS INT64_C(2147483647) /* of a dataset */

/* ------------------------------------------------- room --------------------------------------------------- */

/* Resizes an array, which may be NULL. False, and the array as it was, if that cannot be. */
static bool resize(void **array, int64_t rows, int64_t row_bytes)
{
    void *resized = memory_resize(*array, rows, row_bytes);
    if (resized != NULL) {
        *array = resized;
    }
    return resized != NULL;
}

static bool resize_all(struct csv_table *table, int64_t rows)
{
    const struct csv_plan *plan = table->plan;
    void *x = table->x, *y = table->y, *labels = table->labels;
    bool fits = resize(&x, rows, plan->n_in * (int64_t)sizeof *table->x);
    if (plan->has_label) {
        fits = fits && resize(&labels, rows, sizeof *table->labels);
    } else if (plan->n_targets > 0) {
        fits = fits && resize(&y, rows, plan->n_targets * (int64_t)sizeof *table->y);
    }
    table->x = x;
    table->y = y;
    table->labels = labels;
    table->capacity = fits ? rows : table->capacity;
    return fits;
}

/* How many rows the file has, by those that were read. */
static double foretell_rows(const struct csv_table *table)
{
    const struct csv_scan *scan = table->scan;
    const double unused = (double)(scan->end - scan->next) / (double)scan->taken;
    const double share = gunzip_share(scan->source) * (1 - unused);
    return share > 0 ? (double)table->n / share : 0;
}

/* The rows that are asked for beyond any foresight: of a million columns not 64, which would be half a gigabyte. */
static int64_t more_rows(const struct csv_plan *plan)
{
    const int64_t rows = MORE_BYTES / ((plan->n_in + plan->n_targets) * (int64_t)sizeof(double));
    return rows < 1 ? 1 : rows < MOST_MORE_ROWS ? rows : MOST_MORE_ROWS;
}

/* Makes room for one more row at least. */
static int32_t grow(struct csv_table *table)
{
    const int64_t more = more_rows(table->plan);
    const double foretold = 1.02 * foretell_rows(table) + (double)more;
    const int64_t least = table->n + table->n / 16 + more, most = MOST_GROWTH * table->n + more;
    int64_t rows = foretold < (double)most ? (int64_t)foretold : most;
    rows = rows < least ? least : rows;
    rows = rows < MOST_ROWS ? rows : MOST_ROWS;
    if (rows == table->n) { /* GCOVR_EXCL_START: a test of it would need 2³¹ rows in memory */
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%s\" has more than %lld rows", table->scan->path,
                            (long long)MOST_ROWS);
    } /* GCOVR_EXCL_STOP */
    return resize_all(table, rows) ? DNN_OK : status_out_of_memory("the numbers of a CSV file");
}

void csv_table_shrink(struct csv_table *table)
{
    if (table->n < table->capacity) {
        (void)resize_all(table, table->n); /* where it cannot be, there is a little more than needed */
    }
}

/* -------------------------------------------------- rows -------------------------------------------------- */

/* What came of a record or a field. A negative number is an error: that status. */
enum { ROW_KEPT, ROW_DROPPED, ROW_NEEDS_MORE, ROW_IS_TEXT };

struct row {
    char *begin, *at; /* the record, and how far it is read */
    int64_t lines;    /* line breaks within its quotes, so far */
    double *x;        /* [n_in] */
    double *y;        /* [n_targets], or NULL */
    bool is_dropped;
};

/* ROW_KEPT if the record has as many fields as it should. It is asked before any other complaint: a field too few puts every
 * field behind it in a wrong column. */
static int32_t check_width(const struct csv_table *table, const struct row *row)
{
    char *at = row->begin;
    int64_t fields, lines = 0;
    const enum csv_end end = csv_layout_count(table->scan, &at, &fields, &lines);
    if (end == CSV_NEEDS_MORE) {
        return ROW_NEEDS_MORE;
    }
    if (end != CSV_RECORD) {
        return csv_scan_error(table->scan, end, table->scan->line + lines, fields - 1);
    }
    const struct csv_place place = {table->scan->path, table->layout, table->scan->line, 0};
    return fields == table->layout->columns ? ROW_KEPT : csv_complain_width(&place, fields);
}

/* Whether text may make the target a label. */
static bool may_be_label(const struct csv_table *table, enum csv_role role)
{
    return role == CSV_TARGET && table->plan->n_targets == 1 && table->options->classes == CSV_AUTO;
}

/* A field that a number was expected in, and is none. */
static int32_t refuse(const struct csv_table *table, const struct row *row, const struct csv_place *place,
                      enum csv_kind kind, const struct csv_field *field)
{
    const enum csv_role role = table->plan->roles[place->column];
    const int32_t width = check_width(table, row);
    if (width != ROW_KEPT) {
        return width;
    }
    switch (kind) {
    case CSV_MISSING:
        return csv_complain_missing(place, field);
    case CSV_INFINITE:
        return csv_complain_infinite(place, field);
    default:
        return may_be_label(table, role) ? ROW_IS_TEXT : csv_complain_text(place, table->options, role, field);
    }
}

static void store(const struct csv_table *table, struct row *row, int64_t column, double value)
{
    double *const numbers = table->plan->roles[column] == CSV_INPUT ? row->x : row->y;
    numbers[table->plan->places[column]] = value;
}

static int32_t take_number(struct csv_table *table, struct row *row, const struct csv_place *place,
                           struct csv_field *field)
{
    const enum csv_missing missing = table->options->missing;
    const bool is_input = table->plan->roles[place->column] == CSV_INPUT;
    double value;
    const enum csv_kind kind = csv_value(field, table->options->point, &value);
    if (kind == CSV_NUMBER) {
        store(table, row, place->column, value);
    } else if (kind == CSV_MISSING && missing == CSV_MISSING_MEAN && is_input) {
        store(table, row, place->column, (double)NAN);
        table->has_gaps = true;
    } else if (kind == CSV_MISSING && missing != CSV_MISSING_ERROR) {
        row->is_dropped = true;
    } else {
        csv_value_trim(field);
        return refuse(table, row, place, kind, field);
    }
    return ROW_KEPT;
}

static int32_t take_label(struct csv_table *table, struct row *row, const struct csv_place *place,
                          struct csv_field *field)
{
    csv_value_trim(field);
    if (csv_value_is_missing(field)) {
        row->is_dropped = table->options->missing != CSV_MISSING_ERROR;
        return row->is_dropped ? ROW_KEPT : refuse(table, row, place, CSV_MISSING, field);
    }
    if (!utf8_is_valid(field->text, field->length)) {
        return csv_complain_encoding(place);
    }
    return csv_classes_number(&table->classes, field->text, field->length, &table->labels[table->n]);
}

/* One field by the grammar. */
static int32_t read_field(struct csv_table *table, struct row *row, int64_t column)
{
    struct csv_scan *scan = table->scan;
    const struct csv_place place = {scan->path, table->layout, scan->line + row->lines, column};
    struct csv_field field;
    const enum csv_end end = csv_scan_field(scan, &row->at, &field, &row->lines);
    if (end == CSV_NEEDS_MORE) {
        return ROW_NEEDS_MORE;
    }
    if (end > CSV_RECORD) {
        return csv_scan_error(scan, end, place.line, column);
    }
    if ((end == CSV_RECORD) != (column == table->layout->columns - 1)) {
        return check_width(table, row);
    }
    switch ((enum csv_role)table->plan->roles[column]) {
    case CSV_IGNORED:
        return ROW_KEPT;
    case CSV_LABEL:
        return take_label(table, row, &place, &field);
    default:
        return take_number(table, row, &place, &field);
    }
}

/* One record into row n of the arrays. */
static int32_t read_row(struct csv_table *table, struct row *row)
{
    const struct csv_plan *plan = table->plan;
    const char point = table->options->point;
    const int64_t last = table->layout->columns - 1;
    /* Of spaces there may be several, which the grammar counts as one: a digit is what never follows a number. */
    const char separator = table->scan->is_blank ? '0' : table->scan->separator;
    for (int64_t c = 0; c <= last; c++) {
        if (plan->roles[c] <= CSV_TARGET) {
            double value;
            char *const end = csv_number(row->at, point, &value);
            if (end != NULL && *end == (c < last ? separator : '\n') && isfinite(value)) {
                store(table, row, c, value);
                row->at = end + 1;
                continue;
            }
        }
        const int32_t status = read_field(table, row, c);
        if (status != ROW_KEPT) {
            return status;
        }
    }
    return row->is_dropped ? ROW_DROPPED : ROW_KEPT;
}

/* Text in the target. If no row was kept so far, the next try is made with labels. */
static int32_t turn_to_labels(struct csv_table *table)
{
    csv_plan_label(table->layout, table->plan);
    memory_free(table->y);
    table->y = NULL;
    if (table->n > 0) {
        return DNN_STOPPED;
    }
    return resize_all(table, table->capacity) ? DNN_OK : status_out_of_memory("the labels of a CSV file");
}

/* The record that begins at `begin`, into the arrays. */
static int32_t take_record(struct csv_table *table, char *begin)
{
    struct csv_scan *scan = table->scan;
    const struct csv_plan *plan = table->plan;
    const int64_t texts = table->classes.count;
    struct row row = {.begin = begin, .at = begin, .x = table->x + table->n * plan->n_in};
    row.y = table->y != NULL ? table->y + table->n * plan->n_targets : NULL;
    const int32_t result = read_row(table, &row);
    if (result < 0) {
        return result;
    }
    if (result != ROW_KEPT) {
        csv_classes_forget(&table->classes, texts); /* a class must have a row */
    }
    if (result == ROW_NEEDS_MORE) {
        return csv_scan_more(scan);
    }
    if (result == ROW_IS_TEXT) {
        return turn_to_labels(table);
    }
    csv_scan_next(scan, row.at, row.lines);
    table->n += result == ROW_KEPT;
    table->dropped += result == ROW_DROPPED;
    return DNN_OK;
}

static int32_t skip_header(struct csv_scan *scan)
{
    char *at = csv_scan_record(scan);
    int64_t fields, lines = 0;
    const enum csv_end end = at != NULL ? csv_layout_count(scan, &at, &fields, &lines) : CSV_NEEDS_MORE;
    if (end != CSV_RECORD) { /* it was read before: the file has changed */
        return status_error(DNN_ERROR_IO, "\"%s\" changed while it was read", scan->path);
    }
    csv_scan_next(scan, at, lines);
    return DNN_OK;
}

int32_t csv_table_read(struct csv_table *table)
{
    struct csv_scan *scan = table->scan;
    int32_t status = table->layout->has_header ? skip_header(scan) : DNN_OK;
    while (status == DNN_OK) {
        char *const begin = csv_scan_record(scan);
        if (begin == NULL && scan->is_last) {
            return DNN_OK;
        }
        if (begin == NULL) {
            status = csv_scan_more(scan);
        } else if (table->n == table->capacity) {
            status = grow(table);
        } else {
            status = take_record(table, begin);
        }
    }
    return status;
}

/* --------------------------------------------------- gaps ------------------------------------------------- */

/* The mean of the numbers in a column that has `stride` between its rows; NaN if there are none. */
static double mean_of(const double *x, int64_t n, int64_t stride)
{
    double sum = 0, small_sum = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        count += !isnan(x[i * stride]);
    }
    for (int64_t i = 0; i < n; i++) {
        if (!isnan(x[i * stride])) {
            sum += x[i * stride];
            small_sum += x[i * stride] / (double)count; /* where the sum overflows */
        }
    }
    return isfinite(sum) ? sum / (double)count : small_sum;
}

static int32_t no_mean(const struct csv_table *table, int64_t input)
{
    int64_t column = 0;
    while (table->plan->roles[column] != CSV_INPUT || table->plan->places[column] != input) {
        column++;
    }
    return status_error(DNN_ERROR_FORMAT, "\"%s\", column %lld: no row has a value, so there is no mean",
                        table->scan->path, (long long)column + 1);
}

int32_t csv_table_fill_gaps(struct csv_table *table)
{
    const int64_t n_in = table->plan->n_in;
    for (int64_t j = 0; table->has_gaps && j < n_in; j++) {
        const double mean = mean_of(table->x + j, table->n, n_in);
        if (isnan(mean)) {
            return no_mean(table, j);
        }
        for (int64_t i = 0; i < table->n; i++) {
            table->x[i * n_in + j] = isnan(table->x[i * n_in + j]) ? mean : table->x[i * n_in + j];
        }
    }
    return DNN_OK;
}

void csv_table_release(struct csv_table *table)
{
    memory_free(table->x);
    memory_free(table->y);
    memory_free(table->labels);
    csv_classes_release(&table->classes);
}
