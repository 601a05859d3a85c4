/*
 * data/csv_scan.h - the grammar of CSV: records made of fields, in a window of the file that moves on.
 *
 * The window holds whole records as far as it can: whoever reads a record and comes to the end of the window gets
 * CSV_NEEDS_MORE, leaves what it has read of that record, lets csv_scan_more move the window, and reads it again from its
 * start. So no state of a half-read record is ever kept, and what is read once in 128 KiB is read twice.
 */
#ifndef DNN_DATA_CSV_SCAN_H
#define DNN_DATA_CSV_SCAN_H

#include <stdbool.h>
#include <stdint.h>

struct gunzip;

/* Bounds of what a stranger may ask for. */
enum { CSV_LONGEST_FIELD = 1 << 20, CSV_LONGEST_RECORD = 1 << 26 };

struct csv_scan {
    struct gunzip *source; /* borrowed */
    const char *path;      /* borrowed, for messages */
    char separator;
    bool is_blank; /* the separator is any run of spaces and tabs */
    char *window;  /* [capacity + CSV_PADDING] */
    int64_t capacity;
    char *next, *end; /* the unread part of the window; *end is 0 */
    bool is_last;     /* the window holds all that is left of the file, closed by a line break */
    int64_t line;     /* of next, from 1 */
    int64_t taken;    /* bytes of text that have come into the window so far */
    char *scratch;    /* [scratch_capacity] a quoted field without its quotes */
    int64_t scratch_capacity;
};

struct csv_field {
    char
        *text; /* [length], in the window or the scratch; followed by a byte that no number has, and CSV_PADDING more */
    int64_t length;
    bool is_quoted;
};

enum csv_end {
    CSV_FIELD,          /* a separator ended the field */
    CSV_RECORD,         /* a line break did, or the end of the file */
    CSV_NEEDS_MORE,     /* the window ended: csv_scan_more */
    CSV_NUL,            /* a byte 0 */
    CSV_AFTER_QUOTE,    /* something else than a separator behind a closing quote */
    CSV_UNCLOSED_QUOTE, /* the file ended within quotes */
    CSV_TOO_LONG,       /* a field of more than CSV_LONGEST_FIELD bytes */
    CSV_NO_MEMORY
};

/* Opens a window on a source, whose byte-order mark is skipped. DNN_ERROR_FORMAT for UTF-16. csv_scan_close releases what
 * there is, also after a failure. */
int32_t csv_scan_open(struct csv_scan *scan, struct gunzip *source, const char *path);
void csv_scan_close(struct csv_scan *scan);

/* Sets the separator; ' ' is any run of spaces and tabs. */
void csv_scan_set_separator(struct csv_scan *scan, char separator);

/* Moves the window: what is before scan->next is dropped, and at least one byte is added, or is_last becomes true. */
int32_t csv_scan_more(struct csv_scan *scan);

/* Starts again at the first byte of the file. */
int32_t csv_scan_rewind(struct csv_scan *scan);

/* Skips line breaks, and spaces that stand alone in a line or before a record whose separator is a space. Returns where the
 * next record begins, or NULL if the window ends before that is known, or, with is_last, there is no more. scan->next and
 * scan->line follow. */
char *csv_scan_record(struct csv_scan *scan);

/* Reads the field at *at, unless the result is an error, and moves *at to the next field or record. *lines: grows by the line
 * breaks inside quotes. */
enum csv_end csv_scan_field(struct csv_scan *scan, char **at, struct csv_field *field, int64_t *lines);

/* What ends a field that ends at *at, which then moves on. */
enum csv_end csv_scan_end(const struct csv_scan *scan, char **at);

/* A record that ends at `next`, of `lines` line breaks within quotes, is done. */
void csv_scan_next(struct csv_scan *scan, char *next, int64_t lines);

/* Words an error of csv_scan_field. line, column: where the field is, the column from 0. */
int32_t csv_scan_error(const struct csv_scan *scan, enum csv_end error, int64_t line, int64_t column);

#endif
