"""Writes src/data/csv_powers.h: the first 128 bits of 10^q, for the conversion of decimal text to double.

    python3 tests/powers_of_ten.py >src/data/csv_powers.h

10^q = c · 2^k with 2^127 <= c < 2^128; the table has the whole part of c, never rounded up. By whole numbers alone.
"""
LEAST, MOST = -64, 64


def leading_bits(q):
    if q >= 0:
        power = 10**q
        shift = 128 - power.bit_length()
        return power << shift if shift >= 0 else power >> -shift
    power = 10**-q
    bits = (1 << (127 + power.bit_length())) // power
    return bits if bits < 1 << 128 else bits >> 1


print("""/*
 * data/csv_powers.h - the first 128 bits of the powers of ten, cut off, not rounded: {upper 64, lower 64}, 10^q at
 * [q - CSV_LEAST_POWER]. Made by tests/powers_of_ten.py. 10^%d to 10^%d are what tables of numbers hold; the rest goes the
 * slow way, and the table stays short.
 */
#ifndef DNN_DATA_CSV_POWERS_H
#define DNN_DATA_CSV_POWERS_H

#include <stdint.h>

enum { CSV_LEAST_POWER = %d, CSV_LARGEST_POWER = %d };

static const uint64_t csv_powers[CSV_LARGEST_POWER - CSV_LEAST_POWER + 1][2] = {""" % (LEAST, MOST, LEAST, MOST))
for q in range(LEAST, MOST + 1):
    bits = leading_bits(q)
    assert 1 << 127 <= bits < 1 << 128
    print("    {0x%016x, 0x%016x}, /* 10^%d */" % (bits >> 64, bits & (1 << 64) - 1, q))
print("};\n\n#endif")
