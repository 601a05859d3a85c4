/*
 * data/csv_table.h - the rows of a CSV file into arrays.
 */
#ifndef DNN_DATA_CSV_TABLE_H
#define DNN_DATA_CSV_TABLE_H

#include "data/csv_classes.h"
#include "data/csv_plan.h"

struct csv_table {
    struct csv_scan *scan; /* borrowed, and so are the next three */
    const struct csv_options *options;
    const struct csv_layout *layout;
    struct csv_plan *plan;
    int64_t n, capacity; /* rows that there are, and that there is room for */
    double *x;           /* [capacity × n_in] */
    double *y;           /* [capacity × n_targets], unless the target is a label */
    int32_t *labels;     /* [capacity], if it is: the number of its text in `classes` */
    struct csv_classes classes;
    int64_t dropped; /* rows in which something was missing */
    bool has_gaps;   /* x has NaN where an input is missing */
};

/* Reads all rows, with the window at the first record. DNN_STOPPED: the target turned out to be text when some rows had been
 * read as numbers; the plan has changed, and the file must be read again from its start. The arrays are released by
 * csv_table_release, also after a failure. */
int32_t csv_table_read(struct csv_table *table);
void csv_table_release(struct csv_table *table);

/* Every gap becomes the mean of its column. DNN_ERROR_FORMAT for a column that has no number at all. */
int32_t csv_table_fill_gaps(struct csv_table *table);

/* Gives back the room that is left over. */
void csv_table_shrink(struct csv_table *table);

#endif
