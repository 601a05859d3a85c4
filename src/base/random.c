/*
 * base/random.c - xoshiro256++ and the distributions made from it. See random.h.
 */
#include "base/random.h"

#include <math.h>

/* splitmix64: a bijective mix of a counter. Vigna's public-domain reference, whose constants these are. */
static uint64_t mix(uint64_t *counter)
{
    *counter += 0x9E3779B97F4A7C15U;
    uint64_t bits = *counter;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31);
}

void random_seed(struct random *random, int64_t seed, enum random_stream stream)
{
    /* Stream 0 is the authors' own seeding. The others start at a place hashed from seed and number. */
    uint64_t counter = (uint64_t)seed;
    if (stream != 0) {
        uint64_t number = (uint64_t)stream;
        counter ^= mix(&number);
    }
    for (int i = 0; i < 4; i++) {
        random->state[i] = mix(&counter);
    }
}

static uint64_t rotate_left(uint64_t bits, int count)
{
    return (bits << count) | (bits >> (64 - count));
}

uint64_t random_bits(struct random *random)
{
    uint64_t *s = random->state;
    const uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    const uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double random_uniform(struct random *random, int digits)
{
    return ldexp((double)(random_bits(random) >> (64 - digits)), -digits);
}

double random_normal(struct random *random)
{
    for (;;) {
        const double u = 2 * random_uniform(random, 53) - 1;
        const double v = 2 * random_uniform(random, 53) - 1;
        const double s = u * u + v * v;
        if (s > 0 && s < 1) {
            /* The second number of the pair, v √…, is dropped: a state without a spare is simpler to save and
             * resume. */
            return u * sqrt(-2 * log(s) / s);
        }
    }
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    /* Numbers below 2⁶⁴ mod bound would make the small remainders likelier: they are drawn again. */
    const uint64_t unfair = (UINT64_MAX - bound + 1) % bound;
    for (;;) {
        const uint64_t bits = random_bits(random);
        if (bits >= unfair) {
            return bits % bound;
        }
    }
}

void random_shuffle(struct random *random, int32_t *order, int64_t n)
{
    for (int64_t i = n - 1; i > 0; i--) {
        const int64_t j = (int64_t)random_below(random, (uint64_t)i + 1);
        const int32_t swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
    }
}
