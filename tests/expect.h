/*
 * expect.h - what the tests of the public interface hold every function to, whatever it does.
 *
 * A call that fails returns the right status and says in dnn_last_error() what was expected and what came; no output has
 * changed; no weight has changed. Outputs are filled with a sentinel beforehand, and the message is replaced by a marker, so
 * that neither can be left over from an earlier call.
 */
#ifndef DNN_TESTS_EXPECT_H
#define DNN_TESTS_EXPECT_H

#include <dnn.h>
#include <stdint.h>

/* 2⁴⁰: a size that fits in an int64_t, and in nothing else. */
#define HUGE_SIZE (INT64_C(1) << 40)

/* The call returns `status`, an error, and its message contains `words`. */
#define expect_error(call, status, words)                                                                              \
    (mark_last_error(), check_error((call), (status), (words), __FILE__, __LINE__))

/* The commonest of them. */
#define expect_invalid(call, words) expect_error(call, DNN_ERROR_INVALID_ARGUMENT, words)
#define expect_not_finite(call, words) expect_error(call, DNN_ERROR_NOT_FINITE, words)

void mark_last_error(void);
void check_error(int32_t actual, int32_t expected, const char *words, const char *file, int line);

/* A number that no function computes. */
#define SENTINEL (-7777.25)
#define SENTINEL_LABEL (-7777)

void fill_sentinel(double *values, int64_t count);

/* The test fails unless every value is still the sentinel. */
void assert_untouched(const double *values, int64_t count);

/* The test fails unless the arrays are equal bit for bit. */
void assert_same_bits(const double *a, const double *b, int64_t count);

/* All weights of a model; released with free. */
double *weights_of(const dnn_model *model);

/* The test fails unless the model has these weights, bit for bit, and predicts. */
void assert_weights(const dnn_model *model, const double *theta);

/* A dataset of n samples with uniform numbers in [0, 1), the same for the same seed. */
dnn_dataset *random_dataset(uint64_t seed, int64_t n, int64_t n_in, int64_t n_out);

/* A double holds it, a float does not. */
#define TOO_LARGE_FOR_FLOAT 1e300

#endif /* DNN_TESTS_EXPECT_H */
