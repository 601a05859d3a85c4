/*
 * data/csv_layout.h - what the first rows of a CSV file tell of it: separator, header, number and names of its columns.
 */
#ifndef DNN_DATA_CSV_LAYOUT_H
#define DNN_DATA_CSV_LAYOUT_H

#include "data/csv_options.h"
#include "data/csv_scan.h"

/* More columns than this are refused: a record of 64 MiB could claim 2^26. */
enum { CSV_MOST_COLUMNS = 1 << 20 };

struct csv_layout {
    int64_t columns;
    bool has_header;
    char **names; /* [columns] in one block, or NULL without a header */
};

/* Finds it, with the window at the first record; sets the scan's separator. DNN_ERROR_FORMAT if there is no row. Released with
 * csv_layout_release, also after a failure. */
int32_t csv_layout_find(struct csv_scan *scan, const struct csv_options *options, struct csv_layout *layout);
void csv_layout_release(struct csv_layout *layout);

/* The fields of the record at *at, which moves behind it. *lines: grows by the line breaks within quotes. CSV_RECORD, or what
 * kept it from being counted. */
enum csv_end csv_layout_count(struct csv_scan *scan, char **at, int64_t *fields, int64_t *lines);

#endif
