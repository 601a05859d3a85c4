/*
 * core_support.h - the inside of the core, in both precisions, for tests: one body, run for double and for float.
 *
 * A test takes a table of functions (struct kernels) as its state, and reads and writes matrices through numbers_get and
 * numbers_set, which know the precision. All numbers that it draws are exact in both.
 *
 * Matrices are made with wide rows, and what lies between the rows is given a value of the test's choice: NaN where a
 * kernel may neither read nor write it (a NaN that is read spoils the result, one that is written is seen), 0 where the
 * core promises that the padding stays 0.
 */
#ifndef DNN_TESTS_CORE_SUPPORT_H
#define DNN_TESTS_CORE_SUPPORT_H

#include "core/core.h"
#include "support.h"

/* What struct core leaves out, because the shell has no use for it: the parts that propagate is made of. */
struct kernels {
    const struct core *core;
    double epsilon;  /* the distance from 1 to the next number */
    double smallest; /* the smallest number of full precision */

    void (*affine_forward)(struct matrix w, struct matrix x, struct matrix z);
    void (*affine_backward)(struct matrix w, struct matrix psi_out, struct matrix psi_in);
    void (*affine_gradient)(struct matrix psi, struct matrix x, bool accumulate, struct matrix gradient);
    void (*affine_descend)(struct matrix psi, struct matrix x, double eta, struct matrix w);

    void (*activation_apply)(const struct activation *activation, struct matrix z, struct matrix x);
    void (*activation_chain)(const struct activation *activation, struct matrix source, struct matrix psi);
    int64_t (*activation_saturated)(const struct activation *activation, struct matrix source);
    int64_t (*activation_dead)(const struct activation *activation, struct matrix source);
    double (*activation_steepest)(const struct activation *activation);

    /* As in core/loss.h. activation: of the output. */
    double (*loss_value)(const struct loss *loss, const struct activation *activation, int64_t n, const void *v,
                         const void *y);
    void (*loss_derivative)(const struct loss *loss, const struct activation *activation, int64_t n, const void *x,
                            const void *y, void *psi);

    /* One update of flat arrays, alike in all: g += penalty w. states: [2], NULL beyond what the optimizer keeps. */
    void (*optimizer_update)(const struct update *update, int64_t n, const void *gradient, void *theta,
                             void *const *states);
};

extern const struct kernels kernels_f64;
extern const struct kernels kernels_f32;

/* Two entries of a table of tests: `test` in double and in float. Its state is the const struct kernels *. */
/* clang-format off */
#define IN_BOTH_PRECISIONS(test)                                     \
    {#test " [f64]", test, NULL, NULL, (void *)&kernels_f64},        \
    {#test " [f32]", test, NULL, NULL, (void *)&kernels_f32}
/* clang-format on */

/* A matrix of zeros, `padding` in the places between its rows. stride: at least columns. Released with numbers_free. */
struct matrix numbers_new(const struct core *core, int64_t rows, int64_t columns, int64_t stride, double padding);
void numbers_free(struct matrix a);

double numbers_get(const struct core *core, struct matrix a, int64_t i, int64_t j);
void numbers_set(const struct core *core, struct matrix a, int64_t i, int64_t j, double value);

/* Every number of a = value. */
void numbers_fill(const struct core *core, struct matrix a, double value);

/* Every number of a drawn from [-1/2, 1/2), none of them 0. */
void numbers_draw(const struct core *core, struct generator *generator, struct matrix a);

/* The test fails unless the places between the rows hold `padding`, NaN included. */
void assert_padding(const struct core *core, struct matrix a, double padding);

/* The index of `name` in a table of names (core->activation_name and its like); the test fails if there is none. */
int32_t index_of(const char *(*name_of)(int32_t index), const char *name);

#endif
