/*
 * base/text.c - see text.h. The "C" locale object of POSIX 2008 costs no allocation in glibc and musl.
 */
#define _GNU_SOURCE /* newlocale, uselocale; strtod_l and strtof_l, which are not POSIX yet */
#include "base/text.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__APPLE__)
#include <xlocale.h>
#elif defined(_WIN32)
#include "base/windows_text.h"
#endif

#define NO_LOCALE ((locale_t)0)

/* A float is not read by way of a double, which would round twice. */
static bool reads_back(const char *text, double number, bool is_float, locale_t c_locale)
{
    return number == (is_float ? (double)strtof_l(text, NULL, c_locale) : strtod_l(text, NULL, c_locale));
}

static void write_shortest(double number, bool is_float, char *text)
{
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", NO_LOCALE);
    if (c_locale == NO_LOCALE) {
        memcpy(text, "?", 2);
        return;
    }
    const locale_t before = uselocale(c_locale);
    for (int digits = is_float ? 6 : 15; digits <= 17; digits++) { /* a float needs no more than 9 */
        const int length = snprintf(text, TEXT_NUMBER_CAPACITY, "%.*g", digits, number);
        if (length > 0 && reads_back(text, number, is_float, c_locale)) {
            break;
        }
    }
    uselocale(before);
    freelocale(c_locale);
}

void text_from_number(double number, char *text)
{
    write_shortest(number, false, text);
}

void text_from_float(float number, char *text)
{
    write_shortest((double)number, true, text);
}

/* True if the text starts as a number does, and is not one in hexadecimal: strtod takes those, and skips white
 * space. */
static bool starts_as_number(const char *text)
{
    return *text != '\0' && strchr("+-.0123456789", *text) != NULL && strpbrk(text, "xX") == NULL;
}

double text_round(double number)
{
    const locale_t c_locale = isfinite(number) ? newlocale(LC_ALL_MASK, "C", NO_LOCALE) : NO_LOCALE;
    if (c_locale == NO_LOCALE) {
        return number;
    }
    char text[TEXT_NUMBER_CAPACITY];
    const locale_t before = uselocale(c_locale);
    snprintf(text, sizeof text, "%.2e", number);
    uselocale(before);
    /* Read back, and not multiplied by a power of ten, which is no exact one beyond 10²². */
    const double rounded = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return isfinite(rounded) ? rounded : number;
}

bool text_to_number(const char *text, double *number)
{
    const locale_t c_locale = starts_as_number(text) ? newlocale(LC_ALL_MASK, "C", NO_LOCALE) : NO_LOCALE;
    if (c_locale == NO_LOCALE) {
        return false;
    }
    const int error_before = errno;
    char *end;
    const double value = strtod_l(text, &end, c_locale);
    errno = error_before;
    freelocale(c_locale);
    if (*end != '\0' || end == text || !isfinite(value)) {
        return false;
    }
    *number = value;
    return true;
}

bool text_to_integer(const char *text, int64_t *integer)
{
    if (!starts_as_number(text)) {
        return false;
    }
    char *end;
    const int before = errno;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    const bool in_range = errno == 0;
    errno = before;
    if (*end != '\0' || end == text || !in_range) {
        return false;
    }
    *integer = value;
    return true;
}

void text_from_errno(int error, char *text)
{
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", NO_LOCALE);
    if (c_locale == NO_LOCALE) {
        snprintf(text, TEXT_REASON_CAPACITY, "error %d", error);
        return;
    }
    snprintf(text, TEXT_REASON_CAPACITY, "%s", strerror_l(error, c_locale));
    freelocale(c_locale);
}

void text_append(struct text *text, const char *format, ...)
{
    const int64_t left = text->capacity > text->length ? text->capacity - text->length : 0;
    va_list arguments;
    va_start(arguments, format);
    const int written = vsnprintf(left > 0 ? text->buffer + text->length : NULL, (size_t)left, format, arguments);
    va_end(arguments);
    text->length += written > 0 ? written : 0;
}

void text_append_bytes(struct text *text, const char *bytes, int64_t count)
{
    const int64_t left = text->capacity - text->length - 1; /* but for the closing NUL */
    const int64_t written = left < 0 ? 0 : count < left ? count : left;
    if (written > 0) {
        memcpy(text->buffer + text->length, bytes, (size_t)written);
    }
    if (left >= 0) {
        text->buffer[text->length + written] = '\0';
    }
    text->length += count;
}
