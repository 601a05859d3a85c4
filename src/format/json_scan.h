/*
 * format/json_scan.h - a pass over a text of JSON: its words, texts and numbers. For json_read.c alone.
 */
#ifndef DNN_FORMAT_JSON_SCAN_H
#define DNN_FORMAT_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>

struct json_source;
struct json_value;

/* A pass over a text. */
struct json_scan {
    const struct json_source *source;
    int64_t at;     /* the next byte */
    int64_t tokens; /* strings, commas, lists and objects so far */
    int64_t depth, deepest;
    int64_t most_members;      /* that an object has */
    int64_t value_count;       /* so far */
    int64_t byte_count;        /* of texts, each with its NUL, so far */
    struct json_value *values; /* NULL in the first pass */
    char *bytes;               /* NULL in the first pass */
};

/* DNN_ERROR_FORMAT: the text is `what`; or is no JSON, and `what` tells why, at the present byte. */
int32_t json_scan_wrong(const struct json_scan *scan, const char *what);
int32_t json_scan_error(const struct json_scan *scan, const char *what);

/* The next byte; 0 at the end, which nothing begins with. */
char json_scan_peek(const struct json_scan *scan);

/* Goes past the next byte if it is c; false if it is another. */
bool json_scan_take(struct json_scan *scan, char c);

/* Goes past white space. */
void json_scan_space(struct json_scan *scan);

/* Counts a string, comma, list or object. DNN_ERROR_FORMAT if there are too many for the text's length. */
int32_t json_scan_count(struct json_scan *scan);

/* A text behind its first quote. *out: what it says; NULL in the first pass. */
int32_t json_scan_text(struct json_scan *scan, const char **out);

/* A number: JSON_INTEGER, or JSON_OTHER with a point or an exponent. */
int32_t json_scan_number(struct json_scan *scan, struct json_value *value);

#endif
