/*
 * base/random.h - the one generator of random numbers: xoshiro256++, seeded by splitmix64.
 *
 * Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021 (prng.di.unimi.it). One state a handle:
 * no global, no rand(). The bits, and the uniform numbers made of them, are the same for a seed on every machine;
 * normal ones may differ in their last bits where the C library's logarithm does.
 */
#ifndef DNN_BASE_RANDOM_H
#define DNN_BASE_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state[4];
};

/* The streams of a seed, one for each use: so that the order of samples does not depend on how many weights were
 * drawn. */
enum random_stream { RANDOM_STREAM_WEIGHTS, RANDOM_STREAM_SHUFFLE, RANDOM_STREAM_SPLIT, RANDOM_STREAM_DROPOUT };

/* Starts a stream of `seed`. */
void random_seed(struct random *random, int64_t seed, enum random_stream stream);

/* The next 64 bits. */
uint64_t random_bits(struct random *random);

/* Uniform in [0, 1): the top `digits` bits of random_bits, scaled. digits: 53 for a double, 24 for a float: never
 * rounds up to 1. */
double random_uniform(struct random *random, int digits);

/* Normal with mean 0 and variance 1, by Marsaglia's polar method. */
double random_normal(struct random *random);

/* Uniform in 0 .. bound − 1 without bias, bound ≥ 1: remainders, with rejection of the unfair ones. */
uint64_t random_below(struct random *random, uint64_t bound);

/* Puts order[0 .. n − 1] into random order: the Fisher–Yates shuffle. */
void random_shuffle(struct random *random, int32_t *order, int64_t n);

#endif
