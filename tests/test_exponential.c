/*
 * test_exponential.c - the vector exponentials beside the C library's, in every version of the core that runs here.
 *
 * In float over all numbers: each 61st of the 2^32 by default, every one with DNN_TEST_ALL_FLOATS=1 in the environment.
 * The reference is the C library's double, whose own error is nothing beside a float's; for double it is long double.
 */
#include "core/version.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef void (*all_f32)(int64_t n, const float *x, float *out);
typedef void (*all_f64)(int64_t n, const double *x, double *out);

void exponential_all_f32(int64_t n, const float *x, float *out);
void exponential_m1_all_f32(int64_t n, const float *x, float *out);
void exponential_sigmoid_all_f32(int64_t n, const float *x, float *out);
void exponential_all_f64(int64_t n, const double *x, double *out);
void exponential_m1_all_f64(int64_t n, const double *x, double *out);
void exponential_sigmoid_all_f64(int64_t n, const double *x, double *out);
#if DNN_CORE_X86_VERSIONS
void exponential_all_f32_avx2(int64_t n, const float *x, float *out);
void exponential_m1_all_f32_avx2(int64_t n, const float *x, float *out);
void exponential_sigmoid_all_f32_avx2(int64_t n, const float *x, float *out);
void exponential_all_f64_avx2(int64_t n, const double *x, double *out);
void exponential_m1_all_f64_avx2(int64_t n, const double *x, double *out);
void exponential_sigmoid_all_f64_avx2(int64_t n, const double *x, double *out);
void exponential_all_f32_avx512(int64_t n, const float *x, float *out);
void exponential_m1_all_f32_avx512(int64_t n, const float *x, float *out);
void exponential_sigmoid_all_f32_avx512(int64_t n, const float *x, float *out);
void exponential_all_f64_avx512(int64_t n, const double *x, double *out);
void exponential_m1_all_f64_avx512(int64_t n, const double *x, double *out);
void exponential_sigmoid_all_f64_avx512(int64_t n, const double *x, double *out);
#endif

static const struct {
    const char *name;
    all_f32 plain_f32, m1_f32, sigmoid_f32;
    all_f64 plain_f64, m1_f64, sigmoid_f64;
} versions[] = {
    {"baseline", exponential_all_f32, exponential_m1_all_f32, exponential_sigmoid_all_f32, exponential_all_f64,
     exponential_m1_all_f64, exponential_sigmoid_all_f64},
#if DNN_CORE_X86_VERSIONS
    {"avx2", exponential_all_f32_avx2, exponential_m1_all_f32_avx2, exponential_sigmoid_all_f32_avx2,
     exponential_all_f64_avx2, exponential_m1_all_f64_avx2, exponential_sigmoid_all_f64_avx2},
    {"avx512", exponential_all_f32_avx512, exponential_m1_all_f32_avx512, exponential_sigmoid_all_f32_avx512,
     exponential_all_f64_avx512, exponential_m1_all_f64_avx512, exponential_sigmoid_all_f64_avx512},
#endif
};
enum { VERSIONS = sizeof versions / sizeof *versions, CHUNK = 1003 };

static int is_supported(const char *name)
{
    for (int32_t v = 0; v < core_version_count; v++)
        if (strcmp(core_versions[v].name, name) == 0)
            return core_versions[v].is_supported();
    return 0;
}

/* |got − expected| in units in the last place of the expected float. */
static double float_error(float got, double expected)
{
    const float nearest = (float)expected;
    if (isnan(expected) || isnan(got))
        return isnan(expected) && isnan(got) ? 0 : INFINITY;
    if (isinf(nearest) || isinf(got))
        return nearest == got ? 0 : INFINITY;
    int exponent;
    frexp(expected, &exponent);
    const double unit = ldexp(1, exponent - 24 < -149 ? -149 : exponent - 24);
    return fabs((double)got - expected) / unit;
}

/* The largest error over the floats whose bits are first, first + stride, …; those above `most` are left out. */
static double worst_float(all_f32 function, double (*reference)(double), uint64_t stride, float most)
{
    static float x[CHUNK], out[CHUNK];
    double worst = 0;
    for (uint64_t first = 0; first < UINT64_C(1) << 32; first += stride * CHUNK) {
        for (int i = 0; i < CHUNK; i++) {
            const uint32_t bits = (uint32_t)(first + stride * (uint64_t)i);
            memcpy(&x[i], &bits, sizeof bits);
            x[i] = x[i] > most ? 0 : x[i];
        }
        function(CHUNK, x, out);
        for (int i = 0; i < CHUNK; i++) {
            const double error = float_error(out[i], reference((double)x[i]));
            if (error > worst)
                worst = error;
        }
    }
    return worst;
}

/* 1 / (1 + e^−x); 0 where e^−x is taken for infinite */
static double float_sigmoid(double x)
{
    return x < -88 ? 0 : 1 / (1 + exp(-x));
}

static void test_floats_are_right_to_the_last_place(void **state)
{
    (void)state;
    const uint64_t stride = getenv("DNN_TEST_ALL_FLOATS") != NULL ? 1 : 61;
    for (int v = 0; v < VERSIONS; v++) {
        if (!is_supported(versions[v].name))
            continue;
        const double plain = worst_float(versions[v].plain_f32, exp, stride, INFINITY);
        const double m1 = worst_float(versions[v].m1_f32, expm1, stride, 80);
        const double sigmoid = worst_float(versions[v].sigmoid_f32, float_sigmoid, stride, INFINITY);
        print_message("%s, float: e^x within %.3f units in the last place, e^x - 1 within %.3f, sigmoid within %.3f\n",
                      versions[v].name, plain, m1, sigmoid);
        assert_true(plain <= 1);
        assert_true(m1 <= 2);
        assert_true(sigmoid <= 3.5);
    }
}

static double double_error(double got, long double expected)
{
    const double nearest = (double)expected;
    if (isnan(nearest) || isinf(nearest) || isnan(got) || isinf(got))
        return (isnan(nearest) && isnan(got)) || nearest == got ? 0 : INFINITY;
    int exponent;
    frexpl(expected, &exponent);
    const long double unit = ldexpl(1, exponent - 53 < -1074 ? -1074 : exponent - 53);
    return (double)(fabsl((long double)got - expected) / unit);
}

/* Numbers of every size: the sign, and an exponent from −60 to 10, are drawn too. */
static double worst_double(all_f64 function, long double (*reference)(long double), double most)
{
    struct generator generator = {1};
    static double x[CHUNK], out[CHUNK];
    double worst = 0;
    for (int round = 0; round < 1000; round++) {
        for (int i = 0; i < CHUNK; i++) {
            const uint64_t bits = generator_next(&generator);
            x[i] = ldexp(1 + (double)(bits >> 12) * 0x1p-52, (int)(bits % 71) - 60) * (bits & 2048 ? -1 : 1);
            x[i] = round % 2 == 0 ? x[i] : ((double)(bits >> 11) * 0x1p-53 - 0.5) * 1500;
            x[i] = x[i] > most ? -x[i] : x[i];
        }
        function(CHUNK, x, out);
        for (int i = 0; i < CHUNK; i++) {
            const double error = double_error(out[i], reference((long double)x[i]));
            if (error > worst)
                worst = error;
        }
    }
    return worst;
}

static long double double_sigmoid(long double x)
{
    return x < -709 ? 0 : 1 / (1 + expl(-x));
}

static void test_doubles_are_right_to_the_last_place(void **state)
{
    (void)state;
    for (int v = 0; v < VERSIONS; v++) {
        if (!is_supported(versions[v].name))
            continue;
        const double plain = worst_double(versions[v].plain_f64, expl, INFINITY);
        const double m1 = worst_double(versions[v].m1_f64, expm1l, 80);
        const double sigmoid = worst_double(versions[v].sigmoid_f64, double_sigmoid, INFINITY);
        print_message("%s, double: e^x within %.3f units in the last place, e^x - 1 within %.3f, sigmoid within %.3f\n",
                      versions[v].name, plain, m1, sigmoid);
        assert_true(plain <= 1);
        assert_true(m1 <= 2);
        assert_true(sigmoid <= 3.5);
    }
}

static void test_the_ends_of_the_range(void **state)
{
    (void)state;
    static const double x[] = {0, -0.0, INFINITY, -INFINITY, NAN, 709.78, 709.79, -745.13, -745.14, 1e308, -1e308};
    double out[11];
    for (int v = 0; v < VERSIONS; v++) {
        if (!is_supported(versions[v].name))
            continue;
        versions[v].plain_f64(11, x, out);
        for (int i = 0; i < 11; i++)
            assert_true(double_error(out[i], expl((long double)x[i])) <= 1);
        assert_true(isnan(out[4]));
        versions[v].m1_f64(5, x, out);
        assert_true(out[0] == 0 && out[1] == 0 && out[3] == -1 && isnan(out[4]));
        versions[v].sigmoid_f64(11, x, out);
        assert_true(out[0] == 0.5 && out[2] == 1 && out[3] == 0 && isnan(out[4]) && out[9] == 1 && out[10] == 0);
    }
}

/* A number's result does not depend on where in an array it lies. */
static void test_the_place_in_the_array_does_not_matter(void **state)
{
    (void)state;
    float x[40], alone, together[40];
    for (int i = 0; i < 40; i++)
        x[i] = sinf((float)i) * 20;
    for (int v = 0; v < VERSIONS; v++) {
        if (!is_supported(versions[v].name))
            continue;
        versions[v].plain_f32(40, x, together);
        for (int i = 0; i < 40; i++) {
            versions[v].plain_f32(1, &x[i], &alone);
            assert_memory_equal(&alone, &together[i], sizeof alone);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floats_are_right_to_the_last_place),
        cmocka_unit_test(test_doubles_are_right_to_the_last_place),
        cmocka_unit_test(test_the_ends_of_the_range),
        cmocka_unit_test(test_the_place_in_the_array_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
