/*
 * reference_activation.c - the activations of dnn.h, of balls.
 *
 * A function that grows everywhere maps the ends of a ball to the ends of another; gelu and silu, which do not, are held by
 * the largest derivative near the ball. To that comes what one evaluation may be wrong by, in units of the value.
 */
#include "reference.h"

#include <stddef.h>
#include <string.h>

/* Units that one value may be wrong by: an ulp is at most 2 u. */
enum {
    UNITS_EXP = 2,      /* exponential.h: 1 ulp */
    UNITS_M1 = 4,       /* exponential.h: 2 ulp */
    UNITS_SIGMOID = 7,  /* exponential.h: 3.5 ulp */
    UNITS_TANH = 8,     /* t / (t + 2), t of e^x − 1: 4, a sum and a quotient; the quotient damps the error of t */
    UNITS_LOGISTIC = 5, /* e^z / (1 + e^z): 2, damped by the quotient, a sum, a quotient, and one to spare */
    UNITS_ERFC = 12,    /* glibc: 5 ulp in double and in float, and one to spare for others */
    UNITS_LOG1P = 8,    /* glibc: 2 ulp, of an exp of 1 ulp */
    UNITS_MATH = 16 /* of long double itself, in LDBL_EPSILON: the long double functions of glibc are within 5 ulp */
};

typedef long double (*grows)(long double z, long double constant);

/* f(z) for an f that grows, evaluated within `units` of u. */
static struct ball map(const struct rounding *to, grows f, long double constant, struct ball z, int units)
{
    if (!ball_is_known(z)) {
        return ball_unknown();
    }
    const long double mid = f(z.mid, constant), above = f(z.mid + z.rad, constant), below = f(z.mid - z.rad, constant);
    const long double most = fmaxl(fabsl(above), fabsl(below));
    const long double rounded = (long double)units * to->unit * most + UNITS_MATH * LDBL_EPSILON * most;
    return ball_of(to, mid, fmaxl(above - mid, mid - below) + rounded + (units > 0 && most > 0 ? to->tiny : 0));
}

/* z, with a factor of it rounded, and the product: 2 u of it more. */
static struct ball scaled(const struct rounding *to, struct ball z)
{
    return (struct ball){z.mid, z.rad + 2 * ball_gamma(to, 2) * ball_most(z)};
}

static long double sigmoid_of(long double z, long double c)
{
    return 1 / (1 + expl(-c * z));
}

static long double tanh_of(long double z, long double unused)
{
    (void)unused;
    return tanhl(z);
}

static long double elu_of(long double z, long double alpha)
{
    return z > 0 ? z : alpha * expm1l(z);
}

static long double softplus_of(long double z, long double unused)
{
    (void)unused;
    return fmaxl(z, 0) + log1pl(expl(-fabsl(z)));
}

static long double density(long double z)
{
    return expl(-z * z / 2) * 0.398942280401432677939946059934381868L;
}

static long double normal_share(long double z)
{
    return erfcl(-z * 0.707106781186547524400844362104849039L) / 2;
}

/* What Φ may be wrong by: its argument, z √½ or z²/2, was rounded twice. */
static long double normal_share_error(const struct rounding *to, long double z)
{
    const long double slope = fabsl(z) * density(fabsl(z) * (1 - ball_gamma(to, 4)));
    return ball_gamma(to, 3) * (z == 0 ? 0 : slope) + UNITS_ERFC * to->unit * normal_share(z) + to->tiny;
}

static struct ball identity(const struct reference_options *options, struct ball z)
{
    (void)options;
    return z;
}

static struct ball sigmoid(const struct reference_options *options, struct ball z)
{
    const struct rounding *to = options->to;
    struct ball x = map(to, sigmoid_of, options->sigmoid_slope, scaled(to, z), UNITS_SIGMOID);
    x.rad += to->normal; /* it is 0 where it is not normal */
    return x;
}

static struct ball hyperbolic(const struct reference_options *options, struct ball z)
{
    return map(options->to, tanh_of, 0, z, UNITS_TANH);
}

static struct ball relu(const struct reference_options *options, struct ball z)
{
    (void)options;
    const long double mid = fmaxl(z.mid, 0);
    return ball_is_known(z) ? (struct ball){mid, fmaxl(z.mid + z.rad, 0) == 0 ? 0 : z.rad} : z;
}

static struct ball leaky(const struct reference_options *options, struct ball z)
{
    const long double s = options->leaky_slope;
    if (z.mid - z.rad > 0 || !ball_is_known(z)) {
        return z;
    }
    const struct ball below = ball_multiply(options->to, z, ball_constant(options->to, s));
    return z.mid + z.rad <= 0 ? below : ball_union(options->to, z, below);
}

static struct ball elu(const struct reference_options *options, struct ball z)
{
    /* α is rounded, and so is the product. */
    return z.mid - z.rad > 0 ? z : map(options->to, elu_of, options->elu_alpha, z, UNITS_M1 + 2);
}

/* f(z + d) for |d| ≤ rad: slope at z, by the most that it changes within rad, and the most that it is anywhere. */
static long double moved(struct ball z, long double slope, long double most_curved, long double steepest)
{
    return z.rad * fminl(fabsl(slope) + z.rad * most_curved, steepest);
}

static long double gelu_slope(long double z)
{
    return normal_share(z) + (fabsl(z) < 1000 ? z * density(z) : 0);
}

static struct ball gelu(const struct reference_options *options, struct ball z)
{
    const struct rounding *to = options->to;
    const long double mid = normal_share(z.mid) == 0 ? 0 : z.mid * normal_share(z.mid), most = ball_most(z);
    const long double error = most * normal_share_error(to, z.mid) + to->unit * fabsl(mid) + to->tiny;
    /* |φ″| = |2 − z²| e^(−z²/2) / √(2π) ≤ 0.8; φ′ ≤ 1.13 */
    return ball_is_known(z) ? ball_of(to, mid, moved(z, gelu_slope(z.mid), 0.8L, 1.13L) + 2 * error) : z;
}

static struct ball gelu_derivative(const struct reference_options *options, struct ball z, struct ball x)
{
    (void)x;
    const struct rounding *to = options->to;
    const long double square = z.mid * z.mid, part = fabsl(z.mid) < 1000 ? fabsl(z.mid) * density(z.mid) : 0;
    /* e^(−z²/2): its argument is rounded twice; itself, its factor and two products */
    const long double error = normal_share_error(to, z.mid) + part * ball_gamma(to, 8) * (1 + square);
    const long double rounded = to->unit * fabsl(gelu_slope(z.mid)) + (1 + fabsl(z.mid)) * to->tiny;
    return ball_is_known(z) ? ball_of(to, gelu_slope(z.mid), fminl(0.8L * z.rad, 1.3L) + 2 * (error + rounded)) : z;
}

static long double silu_slope(long double z)
{
    const long double share = sigmoid_of(z, 1), rest = sigmoid_of(-z, 1);
    return share == 0 || rest == 0 ? share : share * (1 + z * rest);
}

static struct ball silu(const struct reference_options *options, struct ball z)
{
    const struct rounding *to = options->to;
    const long double share = sigmoid_of(z.mid, 1), mid = share == 0 ? 0 : z.mid * share;
    const long double error = (UNITS_LOGISTIC + 2) * to->unit * fabsl(mid) + (1 + ball_most(z)) * to->tiny;
    /* |φ″| ≤ 0.5; φ′ ≤ 1.1 */
    return ball_is_known(z) ? ball_of(to, mid, moved(z, silu_slope(z.mid), 0.5L, 1.1L) + error) : z;
}

static struct ball silu_derivative(const struct reference_options *options, struct ball z, struct ball x)
{
    (void)x;
    const struct rounding *to = options->to;
    const long double share = sigmoid_of(z.mid, 1), rest = sigmoid_of(-z.mid, 1);
    const long double parts = share == 0 || rest == 0 ? share : share * (1 + fabsl(z.mid) * rest);
    const long double error = 2 * (UNITS_LOGISTIC + 3) * to->unit * parts + (1 + fabsl(z.mid)) * to->tiny;
    return ball_is_known(z) ? ball_of(to, silu_slope(z.mid), fminl(0.5L * z.rad, 1.3L) + error) : z;
}

static struct ball softplus(const struct reference_options *options, struct ball z)
{
    return map(options->to, softplus_of, 0, z, UNITS_LOG1P);
}

/* ---- derivatives that are computed from x ---- */

static const struct ball one = {1, 0};

static struct ball derivative_1(const struct reference_options *options, struct ball z, struct ball x)
{
    (void)options, (void)x;
    return ball_is_known(z) ? one : z;
}

static struct ball sigmoid_derivative(const struct reference_options *options, struct ball z, struct ball x)
{
    (void)z;
    const struct rounding *to = options->to;
    const struct ball c = options->is_tutorial ? one : ball_constant(to, options->sigmoid_slope);
    return ball_multiply(to, c, ball_multiply(to, x, ball_subtract(to, one, x)));
}

static struct ball tanh_derivative(const struct reference_options *options, struct ball z, struct ball x)
{
    (void)z;
    return ball_subtract(options->to, one, ball_multiply(options->to, x, x));
}

/* `above` where z > 0 surely, `below` where it surely is not, else what holds both. */
static struct ball by_sign(const struct rounding *to, struct ball z, struct ball above, struct ball below)
{
    if (!ball_is_known(z)) {
        return z;
    }
    return z.mid - z.rad > 0 ? above : z.mid + z.rad <= 0 ? below : ball_union(to, above, below);
}

static struct ball relu_derivative(const struct reference_options *options, struct ball z, struct ball x)
{
    (void)x;
    return by_sign(options->to, z, one, (struct ball){0, 0});
}

static struct ball leaky_derivative(const struct reference_options *options, struct ball z, struct ball x)
{
    (void)x;
    return by_sign(options->to, z, one, ball_constant(options->to, options->leaky_slope));
}

/* α e^z = x + α */
static struct ball elu_derivative(const struct reference_options *options, struct ball z, struct ball x)
{
    const struct ball alpha = ball_constant(options->to, options->elu_alpha);
    return by_sign(options->to, z, one, ball_add(options->to, x, alpha));
}

/* 1 − e^−x; x ≥ 0, so no difference in x grows. */
static struct ball softplus_derivative(const struct reference_options *options, struct ball z, struct ball x)
{
    const struct rounding *to = options->to;
    const long double mid = -expm1l(-x.mid);
    return ball_is_known(z) ? ball_of(to, mid, x.rad + UNITS_M1 * to->unit * (mid + x.rad) + to->tiny) : z;
}

/* ---- softmax ---- */

static struct ball share_of(const struct rounding *to, struct ball z, long double largest, long double rad,
                            long double sum, int64_t n)
{
    const long double below = z.mid - largest, mid = expl(below) / sum;
    /* Each power's exponent is off by both balls' and by its rounding, and so is the sum of powers, relatively. */
    const long double exponent = 2 * (rad + to->unit * (fabsl(below) + 2 * rad));
    const long double factor = expm1l(fminl(exponent, 10)) + ball_gamma(to, n + 2 * UNITS_EXP + 4);
    return exponent < 10 ? ball_of(to, mid, 2 * mid * factor + 2 * to->tiny) : ball_of(to, mid, 1);
}

void reference_softmax(const struct reference_options *options, int64_t n, const struct ball *z, struct ball *x)
{
    long double largest = z[0].mid, rad = 0, sum = 0;
    bool is_known = true;
    for (int64_t j = 0; j < n; j++) {
        largest = fmaxl(largest, z[j].mid);
        rad = fmaxl(rad, z[j].rad);
        is_known = is_known && ball_is_known(z[j]);
    }
    for (int64_t j = 0; j < n; j++) {
        sum += expl(z[j].mid - largest);
    }
    for (int64_t j = 0; j < n; j++) {
        x[j] = is_known ? share_of(options->to, z[j], largest, rad, sum, n) : ball_unknown();
    }
}

/* ψ_j ← x_j (ψ_j − Σ_k ψ_k x_k) */
void reference_softmax_chain(const struct reference_options *options, int64_t n, const struct ball *x, struct ball *psi)
{
    struct ball_sum sum = {0};
    for (int64_t k = 0; k < n; k++) {
        ball_sum_product(&sum, options->to, psi[k], x[k]);
    }
    const struct ball mean = ball_sum_end(&sum, options->to, n + 1);
    for (int64_t j = 0; j < n; j++) {
        psi[j] = ball_multiply(options->to, x[j], ball_subtract(options->to, psi[j], mean));
    }
}

const struct reference_activation *reference_activation(const char *name)
{
    static const struct reference_activation all[] = {
        {"identity", identity, derivative_1},
        {"sigmoid", sigmoid, sigmoid_derivative},
        {"tanh", hyperbolic, tanh_derivative},
        {"relu", relu, relu_derivative},
        {"leaky_relu", leaky, leaky_derivative},
        {"elu", elu, elu_derivative},
        {"gelu", gelu, gelu_derivative},
        {"silu", silu, silu_derivative},
        {"softplus", softplus, softplus_derivative},
        {"softmax", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strcmp(all[i].name, name) == 0) {
            return &all[i];
        }
    }
    return NULL;
}
