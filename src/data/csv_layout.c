/*
 * data/csv_layout.c - see csv_layout.h.
 *
 * The separator is the candidate that divides the first rows into equally many fields, and into the most; the first row is a
 * header if a column of numbers begins with something else in it, or if the options name a column by a word of it. Python's
 * csv.Sniffer guesses from how often each character occurs in a line; a semicolon in a comment deceives it.
 */
#include "data/csv_layout.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/utf8.h"
#include "data/csv_value.h"

#include <string.h>

enum { SAMPLE_ROWS = 64 };

enum csv_end csv_layout_count(struct csv_scan *scan, char **at, int64_t *fields, int64_t *lines)
{
    struct csv_field field;
    enum csv_end end;
    int64_t before;
    *fields = 0;
    do {
        before = *lines;
        end = csv_scan_field(scan, at, &field, lines);
        (*fields)++;
    } while (end == CSV_FIELD);
    *lines = end == CSV_RECORD ? *lines : before; /* an error is where its field begins */
    return end;
}

/* ------------------------------------------------- separator ---------------------------------------------- */

/* What the first rows look like with a separator. */
struct sample {
    int64_t rows;   /* whole ones, at most SAMPLE_ROWS */
    int64_t fields; /* of the first, if rows > 0 */
    bool is_even;   /* all have as many */
    enum csv_end end;
};

static struct sample take_sample(struct csv_scan *scan, char separator)
{
    struct sample sample = {.is_even = true, .end = CSV_RECORD};
    const struct csv_scan before = *scan;
    csv_scan_set_separator(scan, separator);
    char *at;
    while (sample.rows < SAMPLE_ROWS && sample.end == CSV_RECORD && (at = csv_scan_record(scan)) != NULL) {
        int64_t fields, lines = 0;
        sample.end = csv_layout_count(scan, &at, &fields, &lines);
        if (sample.end == CSV_RECORD) {
            sample.fields = sample.rows == 0 ? fields : sample.fields;
            sample.is_even = sample.is_even && fields == sample.fields;
            sample.rows++;
            scan->next = at;
        }
    }
    scan->next = before.next;
    scan->line = before.line;
    return sample;
}

/* Whether a is a better guess than b. */
static bool is_better(const struct sample *a, const struct sample *b)
{
    const bool a_fits = a->is_even && a->fields > 1, b_fits = b->is_even && b->fields > 1;
    return a_fits != b_fits ? a_fits : a->fields > b->fields;
}

/* The separator, told or found, and what the first rows look like with it. */
static char find_separator(struct csv_scan *scan, const struct csv_options *options, struct sample *best)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    char separator = options->separator;
    if (separator != 0) {
        *best = take_sample(scan, separator);
        return separator;
    }
    for (int i = 0; i < 4; i++) {
        if (candidates[i] != options->point) {
            const struct sample sample = take_sample(scan, candidates[i]);
            if (sample.end == CSV_NO_MEMORY) {
                *best = sample;
                return candidates[i];
            }
            if (separator == 0 || is_better(&sample, best)) {
                separator = candidates[i];
                *best = sample;
            }
        }
    }
    return separator;
}

/* Sets the separator, and moves the window on until two rows are in it, or all there are, or it can hold no more. */
static int32_t sample_file(struct csv_scan *scan, const struct csv_options *options, struct sample *sample)
{
    char separator = find_separator(scan, options, sample);
    while (sample->rows < 2 && sample->end <= CSV_NEEDS_MORE && !scan->is_last &&
           (sample->rows == 0 || scan->capacity < CSV_LONGEST_RECORD)) {
        const int32_t status = csv_scan_more(scan);
        if (status != DNN_OK) {
            return status;
        }
        separator = find_separator(scan, options, sample);
    }
    csv_scan_set_separator(scan, separator);
    return sample->end == CSV_NO_MEMORY ? csv_scan_error(scan, CSV_NO_MEMORY, scan->line, 0) : DNN_OK;
}

/* --------------------------------------------------- header ----------------------------------------------- */

/* What is seen of a column, as bits. */
enum { BEGINS_WITH_TEXT = 1, GOES_ON_WITH_NUMBERS = 2, GOES_ON_WITH_TEXT = 4 };

static uint8_t look_at(const struct csv_field *field, char point, bool is_first)
{
    double value;
    const enum csv_kind kind = csv_value(field, point, &value);
    if (is_first) {
        return kind == CSV_TEXT ? BEGINS_WITH_TEXT : 0;
    }
    return kind == CSV_TEXT ? GOES_ON_WITH_TEXT : kind == CSV_NUMBER ? GOES_ON_WITH_NUMBERS : 0;
}

/* Looks at every field of some rows, which are known to be whole. seen: [columns], zeros. */
static enum csv_end look_at_rows(struct csv_scan *scan, char point, int64_t rows, int64_t columns, uint8_t *seen)
{
    const struct csv_scan before = *scan;
    enum csv_end end = CSV_RECORD;
    char *at;
    for (int64_t row = 0; row < rows && end == CSV_RECORD && (at = csv_scan_record(scan)) != NULL; row++) {
        struct csv_field field;
        int64_t lines = 0;
        end = CSV_FIELD;
        for (int64_t c = 0; end == CSV_FIELD; c++) {
            end = csv_scan_field(scan, &at, &field, &lines);
            if (end <= CSV_RECORD && c < columns) {
                seen[c] |= look_at(&field, point, row == 0);
            }
        }
        scan->next = at;
    }
    scan->next = before.next;
    scan->line = before.line;
    return end;
}

/* Whether the first of some rows is a header by what they hold: it names a column of numbers, or is all there is. */
static bool is_header(const uint8_t *seen, int64_t columns, int64_t rows)
{
    bool is_all_text = columns > 1;
    for (int64_t c = 0; c < columns; c++) {
        if (seen[c] == (BEGINS_WITH_TEXT | GOES_ON_WITH_NUMBERS)) {
            return true;
        }
        is_all_text = is_all_text && seen[c] == BEGINS_WITH_TEXT;
    }
    return rows == 1 && is_all_text;
}

static int32_t guess_header(struct csv_scan *scan, char point, int64_t rows, struct csv_layout *layout)
{
    uint8_t *seen = memory_new(layout->columns, 1);
    if (seen == NULL) {
        return status_out_of_memory("the columns of a CSV file");
    }
    const enum csv_end end = look_at_rows(scan, point, rows, layout->columns, seen);
    layout->has_header = is_header(seen, layout->columns, rows);
    memory_free(seen);
    return end == CSV_NO_MEMORY ? csv_scan_error(scan, end, scan->line, 0) : DNN_OK;
}

static int32_t bad_name(const struct csv_scan *scan, int64_t line, int64_t column)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\", line %lld, column %lld: the name is not UTF-8", scan->path,
                        (long long)line, (long long)column + 1);
}

/* The first record's fields as names. It is known to be whole. */
static int32_t read_names(struct csv_scan *scan, struct csv_layout *layout)
{
    char *at = csv_scan_record(scan);
    const int64_t length = scan->end - at;
    layout->names = memory_new(layout->columns * (int64_t)(sizeof *layout->names + 1) + length, 1);
    if (layout->names == NULL) {
        return status_out_of_memory("the names of columns");
    }
    char *bytes = (char *)(layout->names + layout->columns);
    int64_t lines = 0;
    for (int64_t c = 0; c < layout->columns; c++) {
        struct csv_field field;
        const int64_t line = scan->line + lines;
        const enum csv_end end = csv_scan_field(scan, &at, &field, &lines);
        if (end > CSV_RECORD) {
            return csv_scan_error(scan, end, line, c);
        }
        csv_value_trim(&field);
        if (!utf8_is_valid(field.text, field.length)) {
            return bad_name(scan, line, c);
        }
        layout->names[c] = memcpy(bytes, field.text, (size_t)field.length);
        bytes += field.length + 1; /* zeroed by memory_new */
    }
    return DNN_OK;
}

/* Whether a word is meant for a column's index. A row of samples may hold such a number, or nothing, by chance, and a wrong index is not
 * rare: neither makes a header of it. */
static bool is_index(const char *word)
{
    return strspn(word, "0123456789") == strlen(word);
}

static bool is_name(const struct csv_layout *layout, const char *word)
{
    for (int64_t c = 0; c < layout->columns; c++) {
        if (strcmp(word, layout->names[c]) == 0) {
            return true;
        }
    }
    return false;
}

/* How many words of a list are no index; or, if the names of the first row are known, which of those are among them. */
static int64_t count_names(const struct csv_layout *layout, const struct csv_list *list)
{
    int64_t count = 0;
    const char *word = list->words;
    for (int64_t i = 0; i < list->count; i++, word = csv_list_next(word)) {
        count += !is_index(word) && (layout->names == NULL || is_name(layout, word));
    }
    return count;
}

static int64_t count_all_names(const struct csv_layout *layout, const struct csv_options *options)
{
    return count_names(layout, &options->ignore) +
           (options->targets == CSV_TARGETS_LISTED ? count_names(layout, &options->target_columns) : 0);
}

/* Decides whether there is a header, and keeps its names if so. */
static int32_t find_header(struct csv_scan *scan, const struct csv_options *options, int64_t rows,
                           struct csv_layout *layout)
{
    int32_t status = DNN_OK;
    layout->has_header = options->header == CSV_YES;
    if (options->header == CSV_AUTO) {
        status = guess_header(scan, options->point, rows, layout);
    }
    const bool is_doubtful = options->header == CSV_AUTO && !layout->has_header;
    if (status != DNN_OK || (!layout->has_header && !(is_doubtful && count_all_names(layout, options) > 0))) {
        return status;
    }
    status = read_names(scan, layout);
    if (status == DNN_OK && is_doubtful && count_all_names(layout, options) == 0) {
        csv_layout_release(layout);
        layout->names = NULL;
    } else {
        layout->has_header = true;
    }
    return status;
}

void csv_layout_release(struct csv_layout *layout)
{
    memory_free(layout->names);
}

int32_t csv_layout_find(struct csv_scan *scan, const struct csv_options *options, struct csv_layout *layout)
{
    struct sample sample;
    *layout = (struct csv_layout){0};
    const int32_t status = sample_file(scan, options, &sample);
    if (status != DNN_OK) {
        return status;
    }
    char *at = csv_scan_record(scan);
    if (at == NULL) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" is empty: it has no rows", scan->path);
    }
    int64_t lines = 0;
    const enum csv_end end = csv_layout_count(scan, &at, &layout->columns, &lines);
    if (end != CSV_RECORD) {
        return csv_scan_error(scan, end, scan->line + lines, layout->columns - 1);
    }
    if (layout->columns > CSV_MOST_COLUMNS) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%s\" has %lld columns, expected at most %d", scan->path,
                            (long long)layout->columns, CSV_MOST_COLUMNS);
    }
    return find_header(scan, options, sample.rows, layout);
}
