/*
 * base/windows_text.c - see windows_text.h.
 *
 * A number is read without its point: 12.5e3 as 125e2, which no locale reads otherwise. Digits beyond those that can decide how a
 * double is rounded (767) count by whether they are all 0.
 */
#include "base/windows_text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef snprintf

enum { DIGITS = 800, EXPONENT_CAPACITY = 32 };

/* Beyond it every number is 0 or infinite, unless it has as many digits: a text that fills the memory has fewer. */
static const int64_t largest_exponent = INT64_MAX / 4;

/* ±digits × 10^exponent */
struct decimal {
    char
        text[1 + DIGITS + 1 + EXPONENT_CAPACITY]; /* the sign and digits, a last one for those left out, the exponent */
    int length;
    int kept;
    bool is_cut; /* of the digits that were left out one is not 0 */
    int64_t exponent;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits from here on, each a power of ten more (before the point) or none (behind it). Returns what follows. */
static const char *take_digits(struct decimal *number, const char *text, bool is_fraction)
{
    for (; is_digit(*text); text++) {
        const bool is_kept = number->kept < DIGITS && (number->kept > 0 || *text != '0');
        if (is_kept) {
            number->text[number->length++] = *text;
            number->kept++;
        }
        number->is_cut = number->is_cut || (!is_kept && *text != '0');
        number->exponent += (number->kept > 0 && !is_kept) - is_fraction;
    }
    return text;
}

/* What follows "e" or "E", if it is an exponent. Returns what follows that. */
static const char *take_exponent(struct decimal *number, const char *text)
{
    const char *at = text + 1;
    const bool is_negative = *at == '-';
    int64_t exponent = 0;
    at += *at == '-' || *at == '+';
    if ((*text != 'e' && *text != 'E') || !is_digit(*at)) {
        return text;
    }
    for (; is_digit(*at); at++) {
        exponent = exponent < largest_exponent / 10 ? 10 * exponent + (*at - '0') : exponent;
    }
    number->exponent += is_negative ? -exponent : exponent;
    return at;
}

/* Returns the number's end; the text itself if it is none. */
static const char *take_number(struct decimal *number, const char *text)
{
    const char *at = text;
    *number = (struct decimal){.length = 0};
    if (*at == '-' || *at == '+') {
        number->text[number->length++] = *at++;
    }
    const char *const begin = at;
    at = take_digits(number, at, false);
    const bool has_point = *at == '.' && (at > begin || is_digit(at[1]));
    if (has_point) {
        at = take_digits(number, at + 1, true);
    }
    if (at == begin) {
        return text;
    }
    at = take_exponent(number, at);
    if (number->kept == 0) {
        number->text[number->length++] = '0';
        number->exponent = 0;
    } else if (number->is_cut) {
        number->text[number->length++] = '1';
        number->exponent--;
    }
    const int64_t bound = 100000; /* of either side the result is the same from here on */
    const int64_t exponent = number->exponent > bound ? bound : number->exponent < -bound ? -bound : number->exponent;
    snprintf(number->text + number->length, EXPONENT_CAPACITY, "e%d", (int)exponent);
    return at;
}

double windows_strtod(const char *text, char **end, locale_t locale)
{
    struct decimal number;
    const char *after = take_number(&number, text);
    (void)locale;
    if (end != NULL) {
        *end = (char *)(uintptr_t)after;
    }
    return after == text ? 0 : strtod(number.text, NULL);
}

float windows_strtof(const char *text, char **end, locale_t locale)
{
    struct decimal number;
    const char *after = take_number(&number, text);
    (void)locale;
    if (end != NULL) {
        *end = (char *)(uintptr_t)after;
    }
    return after == text ? 0 : strtof(number.text, NULL);
}

const char *windows_strerror(int error, locale_t locale)
{
    (void)locale;
    return strerror(error); /* English, whatever the locale; each thread has its own */
}

/* Makes a point of what stands between the first two digits of a number, if it is not a digit or an exponent. */
static void put_point(char *text)
{
    char *at = text + (*text == '-');
    if (!is_digit(*at)) {
        return;
    }
    at += strspn(at, "0123456789");
    const size_t length = strcspn(at, "0123456789e");
    if (length > 0) {
        memmove(at + 1, at + length, strlen(at + length) + 1);
        *at = '.';
    }
}

int windows_format(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    if (length > 0 && size > 0) {
        put_point(text);
    }
    return length;
}
