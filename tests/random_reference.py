#!/usr/bin/env python3
"""Writes tests/random_expected.h: what libdnn's generator must give, by a second implementation of it.

    python3 tests/random_reference.py > tests/random_expected.h

Written from the papers, not from src/base/random.c: splitmix64 (Steele, Lea, Flood 2014) and xoshiro256++ (Blackman, Vigna
2021). It first holds itself against the authors' own published numbers, so that it cannot agree with the library
by sharing its mistake.
"""

from fractions import Fraction

MASK = 2**64 - 1

# The first outputs of xoshiro256++ from the state 1, 2, 3, 4, and of splitmix64 from 1234567, as published.
PUBLISHED_XOSHIRO = [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205,
                     9973669472204895162, 14011001112246962877, 12406186145184390807, 15849039046786891736,
                     10450023813501588000]
PUBLISHED_SPLITMIX = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
                      16408922859458223821]


def splitmix64(counter):
    while True:
        counter = (counter + 0x9E3779B97F4A7C15) & MASK
        bits = counter
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
        yield bits ^ (bits >> 31)


def rotate(bits, count):
    return ((bits << count) | (bits >> (64 - count))) & MASK


def xoshiro256pp(state):
    a, b, c, d = state
    while True:
        yield (rotate((a + d) & MASK, 23) + a) & MASK
        shifted = (b << 17) & MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = rotate(d, 45)


def take(stream, count):
    return [next(stream) for _ in range(count)]


def start(seed, stream):
    """Stream 0 is the authors' seeding; the others start at a counter moved by a hash of their number."""
    counter = seed & MASK
    if stream != 0:
        counter ^= next(splitmix64(stream))
    return take(splitmix64(counter), 4)


def shuffled(generator, n):
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        unfair = 2**64 % (i + 1)
        while (bits := next(generator)) < unfair:
            pass
        j = bits % (i + 1)
        order[i], order[j] = order[j], order[i]
    return order


def array(kind, name, values, suffix=""):
    print(f"static const {kind} {name}[] = {{")
    for value in values:
        print(f"    {value}{suffix},")
    print("};\n")


def main():
    assert take(xoshiro256pp([1, 2, 3, 4]), len(PUBLISHED_XOSHIRO)) == PUBLISHED_XOSHIRO
    assert take(splitmix64(1234567), len(PUBLISHED_SPLITMIX)) == PUBLISHED_SPLITMIX

    print("/* Made by tests/random_reference.py. */\n/* clang-format off */")
    print("#ifndef DNN_TESTS_RANDOM_EXPECTED_H\n#define DNN_TESTS_RANDOM_EXPECTED_H\n\n#include <stdint.h>\n")
    print("/* xoshiro256++ from the state 1, 2, 3, 4: the authors' own numbers first. */")
    array("uint64_t", "expected_bits", take(xoshiro256pp([1, 2, 3, 4]), 100), "u")
    print("/* splitmix64 from 1234567: the state that the seed gives stream 0. */")
    array("uint64_t", "expected_state", start(1234567, 0), "u")
    print("/* The first 64 bits of streams 0, 1 and 2, of each seed in turn. */")
    seeds = [0, 1, -1, 2**63 - 1, -2**63]
    array("int64_t", "stream_seeds", ["INT64_MIN" if s == -2**63 else s for s in seeds])
    array("uint64_t", "expected_streams", [next(xoshiro256pp(start(s, k))) for s in seeds for k in range(3)], "u")
    print("/* Seed 42, stream 0: uniform numbers of 53 and of 24 digits, drawn in turn. Both are exact. */")
    bits = take(xoshiro256pp(start(42, 0)), 20)
    numbers = [Fraction(b >> (64 - d), 2**d) for b, d in zip(bits, [53, 24] * 10)]
    array("double", "expected_uniform", [float(number).hex() for number in numbers])
    print("/* Seed 42, stream 1: 0 to 19 in random order. */")
    array("int32_t", "expected_order", shuffled(xoshiro256pp(start(42, 1)), 20))
    print("#endif")


main()
