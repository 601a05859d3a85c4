/*
 * data/element.c - see element.h.
 *
 * Each type is a row of one table: its name, its check and its two loops. The loops are plain, over aligned arrays of
 * the machine's own types, so that the compiler makes vectors of them.
 */
#include "data/element.h"

#include <string.h>

#define LARGEST_EXACT (INT64_C(1) << 53)

/* ---- checks ---- */

static bool check_any(const void *numbers, int64_t count)
{
    (void)numbers;
    (void)count;
    return true;
}

static bool check_b1(const void *numbers, int64_t count)
{
    const uint8_t *in = numbers;
    uint8_t all = 0;
    for (int64_t i = 0; i < count; i++) {
        all |= in[i];
    }
    return all <= 1;
}

static bool check_i8(const void *numbers, int64_t count)
{
    const int64_t *in = numbers;
    bool wrong = false;
    for (int64_t i = 0; i < count; i++) {
        wrong |= in[i] > LARGEST_EXACT || in[i] < -LARGEST_EXACT;
    }
    return !wrong;
}

static bool check_u8(const void *numbers, int64_t count)
{
    const uint64_t *in = numbers;
    bool wrong = false;
    for (int64_t i = 0; i < count; i++) {
        wrong |= in[i] > (uint64_t)LARGEST_EXACT;
    }
    return !wrong;
}

/* A number is not finite if all bits of its exponent are 1: then adding 1 to it reaches the sign's place. */
#define CHECK_FLOAT(name, bits, exponent, one)                                                                         \
    static bool name(const void *numbers, int64_t count)                                                               \
    {                                                                                                                  \
        const bits *in = numbers;                                                                                      \
        bits carry = 0;                                                                                                \
        for (int64_t i = 0; i < count; i++) {                                                                          \
            carry |= (bits)((in[i] & (exponent)) + (one));                                                             \
        }                                                                                                              \
        return (carry & (bits)((exponent) + (one))) == 0;                                                              \
    }

CHECK_FLOAT(check_f2, uint16_t, 0x7C00, 0x0400)
CHECK_FLOAT(check_f4, uint32_t, UINT32_C(0x7F800000), UINT32_C(0x00800000))
CHECK_FLOAT(check_f8, uint64_t, UINT64_C(0x7FF0000000000000), UINT64_C(0x0010000000000000))

/* ---- loops ---- */

#define CONVERT(name, from, to)                                                                                        \
    static void name(const void *numbers, int64_t count, void *out)                                                    \
    {                                                                                                                  \
        const from *in = numbers;                                                                                      \
        to *target = out;                                                                                              \
        for (int64_t i = 0; i < count; i++) {                                                                          \
            target[i] = (to)in[i];                                                                                     \
        }                                                                                                              \
    }

CONVERT(u1_to_f32, uint8_t, float)
CONVERT(i1_to_f32, int8_t, float)
CONVERT(u2_to_f32, uint16_t, float)
CONVERT(i2_to_f32, int16_t, float)
CONVERT(f4_to_f32, float, float)
CONVERT(u4_to_f64, uint32_t, double)
CONVERT(i4_to_f64, int32_t, double)
CONVERT(u8_to_f64, uint64_t, double)
CONVERT(i8_to_f64, int64_t, double)
CONVERT(f8_to_f64, double, double)

CONVERT(u1_to_i64, uint8_t, int64_t)
CONVERT(i1_to_i64, int8_t, int64_t)
CONVERT(u2_to_i64, uint16_t, int64_t)
CONVERT(i2_to_i64, int16_t, int64_t)
CONVERT(u4_to_i64, uint32_t, int64_t)
CONVERT(i4_to_i64, int32_t, int64_t)
CONVERT(u8_to_i64, uint64_t, int64_t)
CONVERT(i8_to_i64, int64_t, int64_t)

/* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction. An exponent of 0 means fraction · 2⁻²⁴, one of 31 infinite or NaN;
 * the others are 15 too large, and a float's 127. */
static float float_of_half(uint16_t half)
{
    const uint32_t magnitude = half & 0x7FFFU;
    float value;
    if (magnitude < 0x0400) {
        value = (float)magnitude / 16777216.0F;
    } else {
        const uint32_t exponent = magnitude < 0x7C00 ? 127 - 15 : 255 - 31;
        const uint32_t bits = (magnitude << 13) + (exponent << 23);
        memcpy(&value, &bits, sizeof value);
    }
    return (half & 0x8000U) != 0 ? -value : value;
}

static void f2_to_f32(const void *numbers, int64_t count, void *out)
{
    const uint16_t *in = numbers;
    float *target = out;
    for (int64_t i = 0; i < count; i++) {
        target[i] = float_of_half(in[i]);
    }
}

/* ---- the table ---- */

struct row {
    const char *name;
    int64_t size;
    bool is_exact_in_float;
    bool (*check)(const void *numbers, int64_t count);
    void (*widen)(const void *numbers, int64_t count, void *out);
    void (*to_integers)(const void *numbers, int64_t count, void *out); /* NULL: floating */
};

static const struct row table[ELEMENT_COUNT] = {
    [ELEMENT_B1] = {"b1", 1, true, check_b1, u1_to_f32, u1_to_i64},
    [ELEMENT_U1] = {"u1", 1, true, check_any, u1_to_f32, u1_to_i64},
    [ELEMENT_I1] = {"i1", 1, true, check_any, i1_to_f32, i1_to_i64},
    [ELEMENT_U2] = {"u2", 2, true, check_any, u2_to_f32, u2_to_i64},
    [ELEMENT_I2] = {"i2", 2, true, check_any, i2_to_f32, i2_to_i64},
    [ELEMENT_F2] = {"f2", 2, true, check_f2, f2_to_f32, NULL},
    [ELEMENT_U4] = {"u4", 4, false, check_any, u4_to_f64, u4_to_i64},
    [ELEMENT_I4] = {"i4", 4, false, check_any, i4_to_f64, i4_to_i64},
    [ELEMENT_F4] = {"f4", 4, true, check_f4, f4_to_f32, NULL},
    [ELEMENT_U8] = {"u8", 8, false, check_u8, u8_to_f64, u8_to_i64},
    [ELEMENT_I8] = {"i8", 8, false, check_i8, i8_to_f64, i8_to_i64},
    [ELEMENT_F8] = {"f8", 8, false, check_f8, f8_to_f64, NULL},
};

int64_t element_size(enum element element)
{
    return table[element].size;
}

const char *element_name(enum element element)
{
    return table[element].name;
}

bool element_is_float(enum element element)
{
    return table[element].to_integers == NULL;
}

bool element_is_exact_in_float(enum element element)
{
    return table[element].is_exact_in_float;
}

bool element_check(enum element element, const void *numbers, int64_t count)
{
    return table[element].check(numbers, count);
}

void element_widen(enum element element, const void *numbers, int64_t count, void *out)
{
    table[element].widen(numbers, count, out);
}

void element_to_integers(enum element element, const void *numbers, int64_t count, int64_t *out)
{
    table[element].to_integers(numbers, count, out);
}

/* ---- byte order ---- */

bool element_is_swapped(bool is_big_endian)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return is_big_endian == (first == 1);
}

static void swap2(uint16_t *numbers, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        numbers[i] = (uint16_t)(numbers[i] << 8 | numbers[i] >> 8);
    }
}

static uint32_t swapped4(uint32_t x)
{
    return x << 24 | (x & 0xFF00) << 8 | (x >> 8 & 0xFF00) | x >> 24;
}

static void swap4(uint32_t *numbers, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        numbers[i] = swapped4(numbers[i]);
    }
}

static void swap8(uint64_t *numbers, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        numbers[i] = (uint64_t)swapped4((uint32_t)numbers[i]) << 32 | swapped4((uint32_t)(numbers[i] >> 32));
    }
}

void element_swap(enum element element, void *numbers, int64_t count)
{
    switch (table[element].size) {
    case 2:
        swap2(numbers, count);
        break;
    case 4:
        swap4(numbers, count);
        break;
    case 8:
        swap8(numbers, count);
        break;
    default: /* one byte has no order */
        break;
    }
}
