/*
 * data/csv_complain.h - what is wrong with a field, and what to do: "data.csv", line 17, column 3 ("age"): expected ...
 */
#ifndef DNN_DATA_CSV_COMPLAIN_H
#define DNN_DATA_CSV_COMPLAIN_H

#include "data/csv_layout.h"
#include "data/csv_plan.h"

struct csv_place {
    const char *path;
    const struct csv_layout *layout;
    int64_t line, column; /* from 1, from 0 */
};

/* Text where a number should be. role: of the column. */
int32_t csv_complain_text(const struct csv_place *place, const struct csv_options *options, enum csv_role role,
                          const struct csv_field *field);

/* No value, where one is needed. */
int32_t csv_complain_missing(const struct csv_place *place, const struct csv_field *field);

/* DNN_ERROR_NOT_FINITE */
int32_t csv_complain_infinite(const struct csv_place *place, const struct csv_field *field);

/* A label that is not UTF-8. */
int32_t csv_complain_encoding(const struct csv_place *place);

/* A record of too many fields, or too few. */
int32_t csv_complain_width(const struct csv_place *place, int64_t found);

#endif
