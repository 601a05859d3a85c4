/*
 * ball.h - numbers with what is known of their error: the arithmetic of the reference that tests/reference.h is.
 *
 * A ball {mid, rad} says: whatever the library computed here, in whatever order and with fused operations or without, lies
 * within rad of mid, the exact number that the formula has. Each operation adds what it may have rounded, by the standard
 * model of floating-point arithmetic (Higham, "Accuracy and stability of numerical algorithms", 2002, chapters 2 and 3):
 *
 *     fl(a op b) = (a op b)(1 + d) + t        |d| ≤ u, the unit roundoff; |t| ≤ the smallest denormal, for products alone
 *     |fl(Σ a_j b_j) − Σ a_j b_j| ≤ γ_n Σ |a_j||b_j|,  γ_n = n u / (1 − n u),  in any order of summation
 *
 * No number here was fitted to what the library gives. mid is a long double, whose own rounding is a part of `unit`, so the
 * bounds hold also where long double is double. An infinite rad says that nothing is known: some way of summing overflows.
 */
#ifndef DNN_TESTS_BALL_H
#define DNN_TESTS_BALL_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct ball {
    long double mid;
    long double rad;
};

/* A precision of the library. */
struct rounding {
    long double unit;    /* u, and the reference's own */
    long double tiny;    /* the smallest denormal number */
    long double normal;  /* the smallest normal number */
    long double largest; /* the largest number */
};

extern const struct rounding rounding_f64, rounding_f32;

/* Σ of products, while it is summed. */
struct ball_sum {
    long double mid;
    long double rad;  /* what the errors of the factors make */
    long double size; /* Σ |a_j||b_j|, the most that they may be */
    int64_t lossy;    /* products that may be denormal, and then lose more than u of themselves */
};

static inline bool ball_is_known(struct ball a)
{
    return a.rad <= LDBL_MAX;
}

/* The least and the most that |a| may be. */
static inline long double ball_least(struct ball a)
{
    return fabsl(a.mid) > a.rad ? fabsl(a.mid) - a.rad : 0;
}

static inline long double ball_most(struct ball a)
{
    return fabsl(a.mid) + a.rad;
}

/* Adds a product of a ball and an exact number. */
static inline void ball_sum_scaled(struct ball_sum *sum, const struct rounding *to, long double w, struct ball x)
{
    const long double size = fabsl(w) * ball_most(x);
    sum->mid += w * x.mid;
    sum->rad += fabsl(w) * x.rad;
    sum->size += size;
    sum->lossy += size > 0 && fabsl(w) * ball_least(x) < to->normal;
}

/* Adds a product of two balls. */
static inline void ball_sum_product(struct ball_sum *sum, const struct rounding *to, struct ball a, struct ball b)
{
    const long double size = ball_most(a) * ball_most(b);
    sum->mid += a.mid * b.mid;
    sum->rad += fabsl(a.mid) * b.rad + a.rad * ball_most(b);
    sum->size += size;
    sum->lossy += size > 0 && ball_least(a) * ball_least(b) < to->normal;
}

/* γ_n */
long double ball_gamma(const struct rounding *to, int64_t n);

/* Nothing is known. */
struct ball ball_unknown(void);

/* A number within rad of mid, or unknown where it may be beyond the largest number. */
struct ball ball_of(const struct rounding *to, long double mid, long double rad);

/* A sum of n terms, each of which was rounded once, in any order. mid is infinite where the sum surely overflows, and 0 where
 * it only may. */
struct ball ball_sum_end(const struct ball_sum *sum, const struct rounding *to, int64_t n);

/* A constant of the config, rounded to the precision. */
struct ball ball_constant(const struct rounding *to, long double value);

/* a + b, a − b, a b; each rounded once. */
struct ball ball_add(const struct rounding *to, struct ball a, struct ball b);
struct ball ball_subtract(const struct rounding *to, struct ball a, struct ball b);
struct ball ball_multiply(const struct rounding *to, struct ball a, struct ball b);

/* The smallest ball around two. */
struct ball ball_union(const struct rounding *to, struct ball a, struct ball b);

#endif
