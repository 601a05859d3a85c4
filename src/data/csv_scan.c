/*
 * data/csv_scan.c - see csv_scan.h. RFC 4180, and what is found in the wild beside it: LF or CR alone, spaces around quotes,
 * a last line without a break, empty lines.
 *
 * The end of the window is a byte 0, so that no loop over text compares with a pointer: a 0 is looked at twice, for it may
 * be one of the file's own.
 */
#include "data/csv_scan.h"

#include "base/memory.h"
#include "base/status.h"
#include "data/csv_number.h"
#include "data/gunzip.h"

#include <assert.h>
#include <string.h>

enum { FIRST_CAPACITY = 1 << 17 };

/* ------------------------------------------------- window ------------------------------------------------- */

static void close_window(struct csv_scan *scan)
{
    memset(scan->end, 0, CSV_PADDING);
}

/* Fills the window up. The last line gets a break if it has none. */
static int32_t fill(struct csv_scan *scan)
{
    const int64_t room = scan->capacity - (scan->end - scan->window) - 1; /* one for that break */
    int64_t count = 0;
    const int32_t status = gunzip_read_some(scan->source, scan->end, room, &count);
    if (status != DNN_OK) {
        close_window(scan);
        return status;
    }
    scan->end += count;
    scan->taken += count;
    if (count < room) {
        scan->is_last = true;
        if (scan->end > scan->next && scan->end[-1] != '\n' && scan->end[-1] != '\r') {
            *scan->end++ = '\n';
        }
    }
    close_window(scan);
    return DNN_OK;
}

/* The first window, behind the byte-order mark. */
static int32_t begin(struct csv_scan *scan)
{
    scan->next = scan->end = scan->window;
    scan->is_last = false;
    scan->line = 1;
    scan->taken = 0;
    const int32_t status = fill(scan);
    if (status != DNN_OK) {
        return status;
    }
    if (memcmp(scan->next, "\xFF\xFE", 2) == 0 || memcmp(scan->next, "\xFE\xFF", 2) == 0) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" is text in UTF-16, expected UTF-8", scan->path);
    }
    scan->next += memcmp(scan->next, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    return DNN_OK;
}

int32_t csv_scan_open(struct csv_scan *scan, struct gunzip *source, const char *path)
{
    *scan = (struct csv_scan){.source = source, .path = path, .separator = ',', .capacity = FIRST_CAPACITY};
    scan->window = memory_new(scan->capacity + CSV_PADDING, 1);
    return scan->window != NULL ? begin(scan) : status_out_of_memory("reading a CSV file");
}

void csv_scan_close(struct csv_scan *scan)
{
    memory_free(scan->window);
    memory_free(scan->scratch);
}

void csv_scan_set_separator(struct csv_scan *scan, char separator)
{
    scan->separator = separator;
    scan->is_blank = separator == ' ';
}

int32_t csv_scan_rewind(struct csv_scan *scan)
{
    const int32_t status = gunzip_rewind(scan->source);
    return status == DNN_OK ? begin(scan) : status;
}

/* Doubles a window that one record fills. */
static int32_t widen(struct csv_scan *scan)
{
    if (scan->capacity >= CSV_LONGEST_RECORD) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%s\", line %lld: the record is longer than %d MiB, expected less",
                            scan->path, (long long)scan->line, CSV_LONGEST_RECORD >> 20);
    }
    char *wider = memory_resize(scan->window, 2 * scan->capacity + CSV_PADDING, 1);
    if (wider == NULL) {
        return status_out_of_memory("a record of a CSV file");
    }
    scan->end = wider + (scan->end - scan->window);
    scan->next = wider + (scan->next - scan->window);
    scan->window = wider;
    scan->capacity *= 2;
    return DNN_OK;
}

int32_t csv_scan_more(struct csv_scan *scan)
{
    assert(!scan->is_last);
    const int64_t kept = scan->end - scan->next;
    if (scan->next > scan->window) {
        memmove(scan->window, scan->next, (size_t)kept);
        scan->next = scan->window;
        scan->end = scan->window + kept;
    }
    const int32_t status = kept + 1 >= scan->capacity ? widen(scan) : DNN_OK;
    return status == DNN_OK ? fill(scan) : status;
}

/* ------------------------------------------------- fields ------------------------------------------------- */

/* A byte 0: the end of the window, or one of the file's. */
static enum csv_end end_or_nul(const struct csv_scan *scan, const char *at)
{
    return at == scan->end ? CSV_NEEDS_MORE : CSV_NUL;
}

enum csv_end csv_scan_end(const struct csv_scan *scan, char **at)
{
    char *p = *at;
    while (scan->is_blank && (*p == ' ' || *p == '\t')) {
        p++;
    }
    switch (*p) {
    case '\n':
        *at = p + 1;
        return CSV_RECORD;
    case '\r':
        if (p + 1 == scan->end && !scan->is_last) {
            return CSV_NEEDS_MORE; /* a line feed may follow */
        }
        *at = p + (p[1] == '\n' ? 2 : 1);
        return CSV_RECORD;
    case '\0':
        return end_or_nul(scan, p);
    default:
        if (scan->is_blank && p > *at) {
            *at = p;
            return CSV_FIELD;
        }
        if (*p == scan->separator) {
            *at = p + 1;
            return CSV_FIELD;
        }
        return CSV_AFTER_QUOTE;
    }
}

static bool is_plain(const struct csv_scan *scan, char c)
{
    return c != '\n' && c != '\r' && c != '\0' && c != scan->separator && !(scan->is_blank && c == '\t');
}

/* From an opening quote to behind the closing one. *lines grows; *doubled: how many quotes are written as two. */
static enum csv_end skip_quotes(const struct csv_scan *scan, char **at, int64_t *lines, int64_t *doubled)
{
    const char *const begin_text = *at;
    char *p = *at + 1;
    for (;; p++) {
        switch (*p) {
        case '"':
            if (p + 1 == scan->end && !scan->is_last) {
                return CSV_NEEDS_MORE; /* another quote may follow */
            }
            if (p[1] != '"') {
                *at = p + 1;
                return p - begin_text > CSV_LONGEST_FIELD ? CSV_TOO_LONG : CSV_FIELD;
            }
            p++;
            (*doubled)++;
            break;
        case '\r':
            *lines += p[1] != '\n';
            break;
        case '\n':
            (*lines)++;
            break;
        case '\0':
            if (p != scan->end) {
                return CSV_NUL;
            }
            return p - begin_text > CSV_LONGEST_FIELD ? CSV_TOO_LONG
                   : scan->is_last                    ? CSV_UNCLOSED_QUOTE
                                                      : CSV_NEEDS_MORE;
        default:
            break;
        }
    }
}

/* Puts each doubled quote of a field as one into the scratch: the window must stay as it is, for it may be read again. */
static enum csv_end join_quotes(struct csv_scan *scan, struct csv_field *field)
{
    if (scan->scratch_capacity < field->length + CSV_PADDING) {
        const int64_t capacity = 2 * field->length + CSV_PADDING;
        char *larger = memory_resize(scan->scratch, capacity, 1);
        if (larger == NULL) {
            return CSV_NO_MEMORY;
        }
        scan->scratch = larger;
        scan->scratch_capacity = capacity;
    }
    int64_t length = 0;
    for (int64_t i = 0; i < field->length; i++) {
        scan->scratch[length++] = field->text[i];
        i += field->text[i] == '"';
    }
    memset(scan->scratch + length, 0, CSV_PADDING);
    field->text = scan->scratch;
    field->length = length;
    return CSV_FIELD;
}

static enum csv_end quoted_field(struct csv_scan *scan, char **at, char *quote, struct csv_field *field, int64_t *lines)
{
    int64_t doubled = 0;
    char *p = quote;
    enum csv_end end = skip_quotes(scan, &p, lines, &doubled);
    if (end != CSV_FIELD) {
        return end;
    }
    *field = (struct csv_field){quote + 1, p - quote - 2, true};
    if (doubled > 0) {
        end = join_quotes(scan, field);
    }
    while (*p == ' ' && !scan->is_blank) {
        p++;
    }
    if (end == CSV_FIELD) {
        end = csv_scan_end(scan, &p);
        *at = p;
    }
    return end;
}

enum csv_end csv_scan_field(struct csv_scan *scan, char **at, struct csv_field *field, int64_t *lines)
{
    char *p = *at;
    while (*p == ' ' && !scan->is_blank) {
        p++;
    }
    if (*p == '"') {
        return quoted_field(scan, at, p, field, lines);
    }
    p = *at;
    while (is_plain(scan, *p)) {
        p++;
    }
    if (p - *at > CSV_LONGEST_FIELD) {
        return CSV_TOO_LONG;
    }
    *field = (struct csv_field){*at, p - *at, false};
    *at = p;
    return csv_scan_end(scan, at);
}

/* ------------------------------------------------- records ------------------------------------------------ */

char *csv_scan_record(struct csv_scan *scan)
{
    for (;;) {
        char *p = scan->next;
        while (*p == ' ' || (scan->is_blank && *p == '\t')) {
            p++;
        }
        if (*p == '\0' && p == scan->end) {
            return NULL;
        }
        if (*p != '\n' && *p != '\r') {
            return scan->is_blank ? p : scan->next;
        }
        if (csv_scan_end(scan, &p) != CSV_RECORD) {
            return NULL;
        }
        scan->next = p;
        scan->line++;
    }
}

void csv_scan_next(struct csv_scan *scan, char *next, int64_t lines)
{
    scan->next = next;
    scan->line += 1 + lines;
}

int32_t csv_scan_error(const struct csv_scan *scan, enum csv_end error, int64_t line, int64_t column)
{
    const char *path = scan->path;
    const long long where = (long long)line, which = (long long)column + 1;
    switch (error) {
    case CSV_NUL:
        return status_error(DNN_ERROR_FORMAT,
                            "\"%s\", line %lld, column %lld: there is a byte 0; expected text in UTF-8", path, where,
                            which);
    case CSV_AFTER_QUOTE:
        return status_error(DNN_ERROR_FORMAT,
                            "\"%s\", line %lld, column %lld: expected a separator or the end of the line behind the "
                            "closing quote; a quote within quotes is written twice",
                            path, where, which);
    case CSV_UNCLOSED_QUOTE:
        return status_error(DNN_ERROR_FORMAT, "\"%s\", line %lld, column %lld: the quote is never closed", path, where,
                            which);
    case CSV_TOO_LONG:
        return status_error(
            DNN_ERROR_UNSUPPORTED,
            "\"%s\", line %lld, column %lld: the field has more than %d bytes; is a quote never closed?", path, where,
            which, CSV_LONGEST_FIELD);
    default:
        return status_out_of_memory("a field of a CSV file");
    }
}
