/*
 * expect.c - see expect.h.
 */
#include "expect.h"

#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The allocators of the sanitizers abort on a request that malloc would refuse, and grant gigabytes; unless told otherwise.
 * These two are looked up by their names when a program starts. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__msan_default_options(void);

#define SANITIZED_ALLOCATOR "allocator_may_return_null=1:max_allocation_size_mb=512"

const char *__asan_default_options(void)
{
    return SANITIZED_ALLOCATOR;
}

const char *__tsan_default_options(void)
{
    return SANITIZED_ALLOCATOR;
}

const char *__msan_default_options(void)
{
    return SANITIZED_ALLOCATOR;
}

#define MARKER "left over from an earlier call"

/* Any failing call with a message of our choice: here an unknown recipe, which the message repeats. */
void mark_last_error(void)
{
    dnn_config *config = NULL;
    (void)dnn_config_create(MARKER, &config);
}

void check_error(int32_t actual, int32_t expected, const char *words, const char *file, int line)
{
    const char *message = dnn_last_error();
    if (actual == expected && strstr(message, words) != NULL && strstr(message, MARKER) == NULL)
        return;
    print_error("%s:%d: status %d, \"%s\"; expected %d and \"%s\"\n", file, line, (int)actual, message, (int)expected,
                words);
    _fail(file, line);
}

void fill_sentinel(double *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = SENTINEL;
}

void assert_untouched(const double *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (values[i] != SENTINEL)
            fail_msg("output [%lld] was written: %g", (long long)i, values[i]);
}

void assert_same_bits(const double *a, const double *b, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (memcmp(&a[i], &b[i], sizeof a[i]) != 0)
            fail_msg("[%lld] differs: %.17g and %.17g", (long long)i, a[i], b[i]);
}

double *weights_of(const dnn_model *model)
{
    double *theta = allocate_or_fail((size_t)dnn_model_parameter_count(model), sizeof *theta);
    assert_ok(dnn_model_get_parameters(model, theta));
    return theta;
}

void assert_weights(const dnn_model *model, const double *theta)
{
    double *now = weights_of(model);
    assert_same_bits(now, theta, dnn_model_parameter_count(model));
    free(now);
    const int64_t n_in = dnn_model_layer_size(model, 0);
    const int64_t n_out = dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
    double *x = allocate_or_fail((size_t)n_in, sizeof *x);
    double *y = allocate_or_fail((size_t)n_out, sizeof *y);
    fill_sentinel(y, n_out);
    assert_ok(dnn_model_predict(model, x, 1, y));
    assert_true(y[0] != SENTINEL);
    free(x);
    free(y);
}

dnn_dataset *random_dataset(uint64_t seed, int64_t n, int64_t n_in, int64_t n_out)
{
    struct generator generator = {seed};
    double *x = allocate_or_fail((size_t)(n * n_in), sizeof *x);
    double *y = allocate_or_fail((size_t)(n * n_out), sizeof *y);
    generator_fill(&generator, x, n * n_in, 0.0);
    generator_fill(&generator, y, n * n_out, 0.0);
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(x, n, n_in, y, n_out, &dataset));
    free(x);
    free(y);
    return dataset;
}
