/*
 * support.h - what several tests share: numbers that every language can draw again, a naive network, and a comparison.
 *
 * The naive network is the mathematics of dnn.h written as the plainest loops there are, in long double: no BLAS, no
 * batches, no padding, nothing shared with src/. Where it and the library agree, neither is right by accident.
 *
 * Linked into every test program.
 */
#ifndef DNN_TESTS_SUPPORT_H
#define DNN_TESTS_SUPPORT_H

#include <dnn.h>
#include <stddef.h>
#include <stdint.h>

/* ---- numbers ---- */

/* splitmix64 (Steele, Lea, Flood 2014), the same in tests/parity/generate.py. The state is the seed. */
struct generator {
    uint64_t state;
};

/* The next 64 bits. */
uint64_t generator_next(struct generator *generator);

/* Uniform in [0, 1): the upper 24 bits / 2^24. Only 24, so that a float holds each number exactly, and the
 * networks in double and in float start at the same point. */
double generator_uniform(struct generator *generator);

/* values[i] = uniform − offset, for count values. Exact in float for the offsets in use, 0 and 0.5. */
void generator_fill(struct generator *generator, double *values, int64_t count, double offset);

/* ---- comparison ---- */

/* |actual − expected| / scale; 0 where the two are equal, also at scale 0; infinity if either is NaN. */
double relative_error(double actual, double expected, double scale);

/* The test fails, and says what, where and by how much, unless |actual − expected| ≤ tolerance · scale. */
void assert_near(const char *what, int64_t index, double actual, double expected, double scale, double tolerance);

/* The test fails, with dnn_last_error(), unless status is DNN_OK. */
void assert_ok(int32_t status);

/* The largest |values[i]|. */
double largest_magnitude(const double *values, int64_t count);

/* The numbers, `width` bytes each, as a file holds them: the lowest byte first, whatever this machine does. Turns them in place. */
void make_little_endian(void *numbers, size_t size, size_t width);

/* calloc that fails the test instead of returning NULL. */
void *allocate_or_fail(size_t count, size_t size);

/* The thread sanitizer ends a child that starts threads after a fork of a process with several. */
#if defined(__has_feature)
#define UNDER_TSAN __has_feature(thread_sanitizer)
#elif defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#else
#define UNDER_TSAN 0
#endif

/* ---- library objects ---- */

/* A config of the recipe "tutorial" with settings "key=value key=value …" made on top. "" makes none. */
dnn_config *config_of(const char *settings);

/* A model made with those settings. */
dnn_model *model_of(const int64_t *layers, int64_t layer_count, const char *settings);

/* A trainer with the config that its model was made with. */
dnn_trainer *trainer_of(dnn_model *model);

/* ---- the naive network ---- */

struct naive_options {
    const char *hidden;      /* activation of layers 1 … L − 1: identity sigmoid tanh relu leaky_relu */
    const char *output;      /* activation of layer L */
    long double slope;       /* c in σ(c z) */
    long double leaky;       /* slope of leaky_relu below 0 */
    int tutorial_derivative; /* 1: σ′ taken as x (1 − x), without c */
};

struct naive {
    struct naive_options options;
    int64_t layer_count;     /* L + 1 */
    const int64_t *layers;   /* borrowed: [layer_count] */
    int64_t parameter_count; /* Σ n_{l+1} (n_l + 1) */
    long double *theta;      /* W_0, W_1 …, each [n_{l+1} × (n_l + 1)] */
    long double *gradient;   /* the sum of ∇W, in the same order */
    long double *x;          /* x_0, x_1 … x_L, one after the other */
    long double *psi;        /* ψ, in the same places */
};

/* A network with all weights 0. Released with naive_destroy. */
struct naive *naive_create(const int64_t *layers, int64_t layer_count, struct naive_options options);
void naive_destroy(struct naive *net);

/* theta: [parameter_count] */
void naive_set_parameters(struct naive *net, const double *theta);

/* Runs forward; returns x_L, [n_L], which the next call overwrites. x: [n_0] */
const long double *naive_predict(struct naive *net, const double *x);

/* gradient += ∇W of one sample; returns E. x: [n_0], y: [n_L] */
long double naive_accumulate(struct naive *net, const double *x, const double *y);

/* theta −= rate · gradient; gradient = 0. */
void naive_apply(struct naive *net, long double rate);

#endif /* DNN_TESTS_SUPPORT_H */
