/*
 * data/csv_number.h - decimal text to double: the nearest one, in every locale.
 */
#ifndef DNN_DATA_CSV_NUMBER_H
#define DNN_DATA_CSV_NUMBER_H

#include <stdint.h>

/* Bytes beyond a text that may be looked at, so that eight digits can be taken at once. */
enum { CSV_PADDING = 16 };

/* Reads the longest number that text starts with:  [+-] digits [point digits] [e [+-] digits], with at least one digit
 * before the e. Returns what follows it; NULL if there is none. *value: the double nearest to it, as strtod gives in the "C"
 * locale; infinite if it is too large for one. point: the decimal point, '.' or ','. text: closed by a byte that is no part
 * of a number and CSV_PADDING more; the bytes of the number are changed for the time of the call, if they are hard. */
char *csv_number(char *text, char point, double *value);

#endif
