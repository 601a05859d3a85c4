/*
 * data/csv_options.h - how a CSV file is to be read, from text such as "header=true targets=age,height".
 *
 * Pairs key=value with white space between them. A value, or a name in a list, that holds white space or a comma is put in
 * double quotes, and a quote within them is written twice. The keys and values are described in dnn.h.
 */
#ifndef DNN_DATA_CSV_OPTIONS_H
#define DNN_DATA_CSV_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum csv_choice { CSV_AUTO, CSV_YES, CSV_NO };
enum csv_missing { CSV_MISSING_ERROR, CSV_MISSING_DROP, CSV_MISSING_MEAN };
enum csv_targets { CSV_TARGETS_LAST, CSV_TARGETS_FIRST, CSV_TARGETS_NONE, CSV_TARGETS_LISTED };

/* Words of an option, one after the other, each closed by NUL. */
struct csv_list {
    const char *words;
    int64_t count;
};

struct csv_options {
    enum csv_choice header;
    char separator; /* 0: to be found; ' ': any run of spaces and tabs */
    char point;     /* decimal: '.' or ',' */
    enum csv_missing missing;
    enum csv_choice classes; /* whether the target is a class; CSV_AUTO: if it is text */
    enum csv_targets targets;
    struct csv_list target_columns; /* names or indices, of CSV_TARGETS_LISTED */
    struct csv_list ignore;         /* names or indices */
    char *words;                    /* what the lists point into; owned */
};

/* Reads options; NULL means the defaults. DNN_ERROR_INVALID_ARGUMENT lists what is known. Released with
 * csv_options_release, also after a failure. */
int32_t csv_options_read(const char *text, struct csv_options *options);
void csv_options_release(struct csv_options *options);

/* The word after this one in a list. */
const char *csv_list_next(const char *word);

#endif
