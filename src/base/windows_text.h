/*
 * base/windows_text.h - the calls of POSIX that text.c makes, by their names, as Windows has them.
 *
 * What there is of locales of one's own in Windows depends on its C libraries, and so does how their numbers are rounded and
 * written. So no locale is asked for here: MinGW-w64's own functions convert numbers, exactly, and only the decimal point is
 * the locale's. It is made a point again where a number is written, and taken out of a number before it is read.
 */
#ifndef DNN_BASE_WINDOWS_TEXT_H
#define DNN_BASE_WINDOWS_TEXT_H

#include <stddef.h>

typedef int locale_t; /* 1: "C"; 0: none */

enum { LC_ALL_MASK = 0 };

static inline locale_t newlocale(int mask, const char *name, locale_t base)
{
    (void)mask;
    (void)name;
    (void)base;
    return 1;
}

static inline locale_t uselocale(locale_t locale)
{
    return locale;
}

static inline void freelocale(locale_t locale)
{
    (void)locale;
}

/* As strtod and strtof, of decimal numbers alone. */
double windows_strtod(const char *text, char **end, locale_t locale);
float windows_strtof(const char *text, char **end, locale_t locale);

const char *windows_strerror(int error, locale_t locale);

/* snprintf of a text that is one number, or that begins with none. */
#if defined(__MINGW_PRINTF_FORMAT)
__attribute__((format(__MINGW_PRINTF_FORMAT, 3, 4)))
#endif
int windows_format(char *text, size_t size, const char *format, ...);

#define strtod_l windows_strtod
#define strtof_l windows_strtof
#define strerror_l windows_strerror
#define snprintf windows_format

#endif
