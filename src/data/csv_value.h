/*
 * data/csv_value.h - what a field means: a number, nothing, or text.
 */
#ifndef DNN_DATA_CSV_VALUE_H
#define DNN_DATA_CSV_VALUE_H

#include "data/csv_scan.h"

enum csv_kind { CSV_NUMBER, CSV_INFINITE, CSV_MISSING, CSV_TEXT };

/* What a field is, with the spaces around it not counted. *value: of a CSV_NUMBER. CSV_INFINITE: inf, infinity, or a number
 * too large for a double. CSV_MISSING: empty, NA, N/A, NaN, nan, NULL, null, or ?. */
enum csv_kind csv_value(const struct csv_field *field, char point, double *value);

/* Whether a field is CSV_MISSING. */
bool csv_value_is_missing(const struct csv_field *field);

/* Takes the spaces off both ends, unless they are in quotes. */
void csv_value_trim(struct csv_field *field);

#endif
