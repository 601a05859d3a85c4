/*
 * core/exponential.c - see exponential.h.
 */
#include "core/exponential.h"

static lanes plain(lanes x, real constant)
{
    (void)constant;
    return exponential(x);
}

static lanes minus_one(lanes x, real constant)
{
    (void)constant;
    return exponential_m1(x);
}

void exponential_all(int64_t n, const real *x, real *out)
{
    lanes_for_each(plain, 0, n, x, out);
}

void exponential_m1_all(int64_t n, const real *x, real *out)
{
    lanes_for_each(minus_one, 0, n, x, out);
}

void exponential_sigmoid_all(int64_t n, const real *x, real *out)
{
    lanes_for_each(exponential_sigmoid, 1, n, x, out);
}
