/*
 * base/text.h - numbers to text and back, alike in every locale.
 *
 * printf's %f and strtod write and read the decimal point of the host's locale. Here the "C" locale is used for the one
 * conversion, on this thread alone; the process's locale is never read or changed.
 */
#ifndef DNN_BASE_TEXT_H
#define DNN_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

enum { TEXT_NUMBER_CAPACITY = 32, TEXT_REASON_CAPACITY = 128 };

/* The shortest of 15, 16 or 17 significant digits that reads back as the same number. text: [TEXT_NUMBER_CAPACITY]. */
void text_from_number(double number, char *text);

/* The shortest of 6 to 9 significant digits that reads back as the same float. text: [TEXT_NUMBER_CAPACITY]. */
void text_from_float(float number, char *text);

/* A number rounded to three digits, for people. */
double text_round(double number);

/* The whole text as a number, or as a decimal integer; false if it is anything else, or out of range. */
bool text_to_number(const char *text, double *number);
bool text_to_integer(const char *text, int64_t *integer);

/* What the system says of an errno, in English whatever the host's language. text: [TEXT_REASON_CAPACITY]. */
void text_from_errno(int error, char *text);

/* A growing line of text of fixed capacity: what does not fit is counted, and not written. */
struct text {
    char *buffer;     /* [capacity], may be NULL if capacity is 0 */
    int64_t capacity; /* bytes, the closing NUL included */
    int64_t length;   /* bytes that the whole text has, without the NUL */
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void text_append(struct text *text, const char *format, ...);

/* The same for bytes as they are. bytes: [count] */
void text_append_bytes(struct text *text, const char *bytes, int64_t count);

#endif
