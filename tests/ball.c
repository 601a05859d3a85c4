/*
 * ball.c - see ball.h.
 */
#include "ball.h"

/* Radii are sums of rounded numbers themselves: a thousandth more covers a million roundings of a double. */
static const long double radius_rounding = 1.001L;

const struct rounding rounding_f64 = {
    .unit = 0x1p-53L + LDBL_EPSILON, .tiny = 0x1p-1074L, .normal = DBL_MIN, .largest = DBL_MAX};
const struct rounding rounding_f32 = {
    .unit = 0x1p-24L + LDBL_EPSILON, .tiny = 0x1p-149L, .normal = FLT_MIN, .largest = FLT_MAX};

long double ball_gamma(const struct rounding *to, int64_t n)
{
    const long double nu = (long double)n * to->unit;
    return nu < 0.5L ? nu / (1 - nu) : INFINITY;
}

struct ball ball_unknown(void)
{
    return (struct ball){0, INFINITY};
}

struct ball ball_of(const struct rounding *to, long double mid, long double rad)
{
    const struct ball made = {mid, rad * radius_rounding};
    return ball_most(made) <= to->largest ? made : ball_unknown();
}

struct ball ball_sum_end(const struct ball_sum *sum, const struct rounding *to, int64_t n)
{
    if (isfinite(sum->mid) && fabsl(sum->mid) - sum->rad - ball_gamma(to, n) * sum->size > to->largest) {
        return (struct ball){sum->mid < 0 ? -INFINITY : INFINITY, INFINITY};
    }
    if (!(sum->size <= to->largest / (1 + ball_gamma(to, n)))) {
        return ball_unknown(); /* a part of it may overflow */
    }
    return ball_of(to, sum->mid, sum->rad + ball_gamma(to, n) * sum->size + (long double)sum->lossy * to->tiny);
}

struct ball ball_constant(const struct rounding *to, long double value)
{
    return ball_of(to, value, to->unit * fabsl(value) + to->tiny);
}

struct ball ball_add(const struct rounding *to, struct ball a, struct ball b)
{
    const long double rad = a.rad + b.rad, mid = a.mid + b.mid;
    return ball_of(to, mid, rad + to->unit * (fabsl(mid) + rad));
}

struct ball ball_subtract(const struct rounding *to, struct ball a, struct ball b)
{
    return ball_add(to, a, (struct ball){-b.mid, b.rad});
}

struct ball ball_multiply(const struct rounding *to, struct ball a, struct ball b)
{
    const long double rad = fabsl(a.mid) * b.rad + a.rad * ball_most(b), mid = a.mid * b.mid;
    const bool is_zero = ball_most(a) == 0 || ball_most(b) == 0, is_lossy = ball_least(a) * ball_least(b) < to->normal;
    return ball_of(to, mid, rad + to->unit * (fabsl(mid) + rad) + (is_lossy && !is_zero ? to->tiny : 0));
}

struct ball ball_union(const struct rounding *to, struct ball a, struct ball b)
{
    const long double least = fminl(a.mid - a.rad, b.mid - b.rad), most = fmaxl(a.mid + a.rad, b.mid + b.rad);
    return ball_is_known(a) && ball_is_known(b) ? ball_of(to, (least + most) / 2, (most - least) / 2) : ball_unknown();
}
