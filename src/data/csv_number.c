/*
 * data/csv_number.c - see csv_number.h.
 *
 * The digits are read as one whole number m, so that the value is m · 10^e; three ways lead from there, the first that can
 * be sure of its last bit:
 *
 *     m and 10^|e| are both doubles without an error: one product or quotient rounds rightly (Clinger, "How to read floating
 *         point numbers accurately", 1990)
 *     m times the first 128 bits of 10^e: right unless the bits that are missing could change the rounding (Eisel and
 *         Lemire, "Number parsing at a gigabyte per second", 2021)
 *     strtod of the "C" locale: for subnormal numbers, halves of a unit, powers beyond the table
 *
 * The first alone would send what Python writes, 17 digits, to strtod.
 */
#include "data/csv_number.h"

#include "base/text.h"
#include "data/csv_powers.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { MOST_DIGITS = 19, LARGEST_EXACT_POWER = 22, MANTISSA_BITS = 52 };

#define LARGEST_EXPONENT 100000 /* beyond: 0 or infinity, whatever the digits of a field are */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Eight digits at once, as bytes of a word: pairs, then fours, then eight of them are joined by one product each. */
static bool eight_digits(const char *text, uint64_t *number)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    const uint64_t high = word & 0xF0F0F0F0F0F0F0F0u;
    const uint64_t carried = (word + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u; /* ':' … '?' leave the row of digits */
    if (high != 0x3030303030303030u || carried != 0x3030303030303030u) {
        return false;
    }
    word = (word & 0x0F0F0F0F0F0F0F0Fu) * 2561 >> 8;
    word = (word & 0x00FF00FF00FF00FFu) * 6553601 >> 16;
    *number = *number * 100000000 + ((word & 0x0000FFFF0000FFFFu) * 42949672960001u >> 32);
    return true;
}
#else
static bool eight_digits(const char *text, uint64_t *number)
{
    (void)text;
    (void)number;
    return false;
}
#endif

/* Appends digits to a number, modulo 2^64. Returns what follows them. */
static char *read_digits(char *text, uint64_t *number)
{
    uint64_t sum = *number;
    while (eight_digits(text, &sum)) {
        text += 8;
    }
    for (; is_digit(*text); text++) {
        sum = sum * 10 + (uint64_t)(*text - '0');
    }
    *number = sum;
    return text;
}

/* e [+-] digits is added to *exponent; else nothing is read. */
static char *read_exponent(char *text, int64_t *exponent)
{
    char *at = text + 1;
    const bool negative = *at == '-';
    at += negative || *at == '+';
    if (!is_digit(*at)) {
        return text;
    }
    int64_t value = 0;
    for (; is_digit(*at); at++) {
        value = value < LARGEST_EXPONENT * INT64_C(1000000) ? value * 10 + (*at - '0') : value;
    }
    *exponent += negative ? -value : value;
    return at;
}

/* m · 10^e by one operation, if that is exact but for its rounding. */
static bool clinger(uint64_t m, int64_t e, double *value)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (FLT_EVAL_METHOD != 0 || m >> (MANTISSA_BITS + 1) != 0 || e < -LARGEST_EXACT_POWER || e > LARGEST_EXACT_POWER) {
        return false;
    }
    *value = e < 0 ? (double)m / powers[-e] : (double)m * powers[e];
    return true;
}

/* a × b, the upper 64 bits returned. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *low)
{
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 wide;
    const wide product = (wide)a * b;
    *low = (uint64_t)product;
    return (uint64_t)(product >> 64);
#else
    const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    const uint64_t other = a0 * b1 + (uint32_t)middle;
    *low = other << 32 | (uint32_t)(a0 * b0);
    return a1 * b1 + (middle >> 32) + (other >> 32);
#endif
}

static int leading_zeros(uint64_t number)
{
#if defined(__GNUC__)
    return __builtin_clzll(number);
#else
    int zeros = 0;
    for (; number >> 63 == 0; number <<= 1) {
        zeros++;
    }
    return zeros;
#endif
}

/* m · 10^e from the first 128 bits of 10^e, m not 0. False if the bits that are cut off might matter, or the number is not
 * a normal one. The names of the steps are those of the paper. */
static bool eisel_lemire(uint64_t m, int64_t e, double *value)
{
    if (e < CSV_LEAST_POWER || e > CSV_LARGEST_POWER) {
        return false;
    }
    const uint64_t *power = csv_powers[e - CSV_LEAST_POWER];
    const int zeros = leading_zeros(m);
    m <<= zeros;
    /* ⌊e log2 10⌋ + 64 + the bias of a double, less what the normalization shifted; 1024 keeps what is halved positive */
    int64_t exponent = ((217706 * e + 1024 * 65536) >> 16) - 1024 + 64 + 1023 - zeros;
    uint64_t low;
    uint64_t high = multiply(m, power[0], &low);
    if ((high & 0x1FF) == 0x1FF && low + m < m) { /* the lower half of the power may carry into the bits that count */
        uint64_t lower_low;
        const uint64_t lower_high = multiply(m, power[1], &lower_low);
        const uint64_t sum = low + lower_high;
        high += sum < low;
        low = sum;
        if ((high & 0x1FF) == 0x1FF && low + 1 == 0 && lower_low + m < m) {
            return false;
        }
    }
    const int top = (int)(high >> 63);
    uint64_t mantissa = high >> (top + 9);
    exponent -= 1 ^ top;
    if (low == 0 && (high & 0x1FF) == 0 && (mantissa & 3) == 1) { /* half of a unit, perhaps */
        return false;
    }
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    if (mantissa >> (MANTISSA_BITS + 1) != 0) {
        mantissa >>= 1;
        exponent++;
    }
    if (exponent < 1 || exponent >= 0x7FF) {
        return false;
    }
    const uint64_t bits = (uint64_t)exponent << MANTISSA_BITS | (mantissa & ((UINT64_C(1) << MANTISSA_BITS) - 1));
    memcpy(value, &bits, sizeof *value);
    return true;
}

/* More digits than m holds: the first 19 of them, and those plus one, must give the same double. from: past the sign. */
static bool many_digits(const char *from, const char *end, char point, int64_t e, double *value)
{
    uint64_t m = 0;
    int taken = 0;
    bool is_fraction = false;
    for (const char *at = from; at < end && (is_digit(*at) || *at == point); at++) {
        if (*at == point) {
            is_fraction = true;
        } else if (taken < MOST_DIGITS) {
            m = m * 10 + (uint64_t)(*at - '0');
            taken += m != 0;
            e -= is_fraction;
        } else {
            e += !is_fraction;
        }
    }
    double above;
    return m != 0 && eisel_lemire(m, e, value) && eisel_lemire(m + 1, e, &above) && *value == above;
}

/* By strtod, which wants a text of its own: the byte behind the number and the decimal comma are replaced meanwhile. */
static double by_strtod(char *text, char *end, char point)
{
    const char after = *end;
    *end = '\0';
    char *const comma = point == '.' ? NULL : strchr(text, point);
    if (comma != NULL) {
        *comma = '.';
    }
    double value;
    if (!text_to_number(text, &value)) {
        value = *text == '-' ? -HUGE_VAL : HUGE_VAL;
    }
    if (comma != NULL) {
        *comma = point;
    }
    *end = after;
    return value;
}

char *csv_number(char *text, char point, double *value)
{
    const bool negative = *text == '-';
    char *const first = text + (negative || *text == '+');
    uint64_t m = 0;
    char *at = read_digits(first, &m);
    int64_t count = at - first, exponent = 0, e = 0;
    if (*at == point) {
        char *const fraction = at + 1;
        at = read_digits(fraction, &m);
        e = fraction - at;
        count -= e;
    }
    if (count == 0) {
        return NULL;
    }
    char *const digits_end = at;
    if ((*at | 0x20) == 'e') {
        at = read_exponent(at, &exponent);
    }
    bool is_known = false;
    if (count <= MOST_DIGITS) {
        e += exponent;
        is_known = clinger(m, e, value) || (m != 0 && eisel_lemire(m, e, value));
    } else {
        is_known = many_digits(first, digits_end, point, exponent, value);
    }
    if (!is_known) {
        *value = by_strtod(text, at, point);
    } else if (negative) {
        *value = -*value;
    }
    return at;
}
