/*
 * test_affine.c - the three products of a layer against loops in long double.
 *
 * The tolerance is no guess: a sum of k products, in any order, is off by at most (k + 1) ε Σ|a b|, so the loops also sum
 * the magnitudes. Arrays that a product is promised to overwrite hold NaN before it (a BLAS that computes 0 × y instead
 * of dropping y would show), and so does all that it may not read: the padding, and the bias column on the way back.
 */
#include "core_support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const int64_t shapes[][2] = {{1, 1},  {1, 7},  {7, 1},   {2, 3},   {13, 17}, {31, 8},
                                    {64, 5}, {5, 64}, {101, 3}, {3, 101}, {67, 71}, {127, 129}};
static const int64_t row_counts[] = {1, 2, 3, 127, 128, 129};
static const int64_t paddings[] = {1, 2, 9}; /* at least 1: beside x_{l+1} lies its 1, which z may not overwrite */

/* The matrices of one layer. What lies between the rows is NaN, except in the gradient, where it is 0. */
struct layer_case {
    const struct kernels *k;
    int64_t n, n_in, n_out;
    struct matrix w;        /* [n_out × n_in+1] */
    struct matrix x;        /* X̂: [n × n_in+1] */
    struct matrix psi;      /* Ψ of the outputs: [n × n_out] */
    struct matrix z;        /* [n × n_out], NaN */
    struct matrix psi_in;   /* [n × n_in], NaN */
    struct matrix gradient; /* [n_out × n_in+1], NaN */
};

static struct matrix drawn(const struct core *core, struct generator *generator, int64_t rows, int64_t columns,
                           int64_t padding)
{
    struct matrix a = numbers_new(core, rows, columns, columns + padding, (double)NAN);
    numbers_draw(core, generator, a);
    return a;
}

static struct matrix unset(const struct core *core, int64_t rows, int64_t columns, int64_t stride, double padding)
{
    struct matrix a = numbers_new(core, rows, columns, stride, padding);
    numbers_fill(core, a, (double)NAN);
    return a;
}

static struct layer_case begin(const struct kernels *k, int64_t n, const int64_t *shape, int64_t padding)
{
    const int64_t n_in = shape[0], n_out = shape[1];
    struct generator generator = {(uint64_t)(n * 1000003 + n_in * 1009 + n_out)};
    struct layer_case c = {.k = k, .n = n, .n_in = n_in, .n_out = n_out};
    c.w = drawn(k->core, &generator, n_out, n_in + 1, padding);
    c.x = drawn(k->core, &generator, n, n_in + 1, padding + 1);
    c.psi = drawn(k->core, &generator, n, n_out, padding + 2);
    c.z = unset(k->core, n, n_out, n_out + padding, (double)NAN);
    c.psi_in = unset(k->core, n, n_in, n_in + padding, (double)NAN);
    c.gradient = unset(k->core, n_out, n_in + 1, n_in + 1 + padding, 0.0);
    for (int64_t i = 0; i < n; i++)
        numbers_set(k->core, c.x, i, n_in, 1.0);
    return c;
}

/* The padding is as it was, and so are the ones. */
static void end(struct layer_case *c)
{
    const struct matrix all[] = {c->w, c->x, c->psi, c->z, c->psi_in};
    for (size_t i = 0; i < COUNT(all); i++) {
        assert_padding(c->k->core, all[i], (double)NAN);
        numbers_free(all[i]);
    }
    assert_padding(c->k->core, c->gradient, 0.0);
    numbers_free(c->gradient);
}

static void for_each_case(void **state, void (*check)(struct layer_case *c))
{
    for (size_t s = 0; s < COUNT(shapes); s++) {
        for (size_t r = 0; r < COUNT(row_counts); r++) {
            for (size_t p = 0; p < COUNT(paddings); p++) {
                struct layer_case c = begin(*state, row_counts[r], shapes[s], paddings[p]);
                check(&c);
                end(&c);
            }
        }
    }
}

/* A sum of products, and what it may be off by. */
struct sum {
    long double value;
    long double magnitude;
    int64_t terms;
};

static void add(struct sum *sum, double a, double b)
{
    sum->value += (long double)a * b;
    sum->magnitude += fabsl((long double)a * b);
    sum->terms++;
}

static void assert_sum(const struct layer_case *c, const char *what, int64_t place, double actual, struct sum sum)
{
    assert_near(what, place, actual, (double)sum.value, (double)sum.magnitude, (double)(sum.terms + 1) * c->k->epsilon);
}

static double get(const struct layer_case *c, struct matrix a, int64_t i, int64_t j)
{
    return numbers_get(c->k->core, a, i, j);
}

/* ---- forward and backward ---- */

static void check_forward(struct layer_case *c)
{
    c->k->affine_forward(c->w, c->x, c->z);
    for (int64_t i = 0; i < c->n; i++) {
        for (int64_t o = 0; o < c->n_out; o++) {
            struct sum sum = {0};
            for (int64_t j = 0; j <= c->n_in; j++)
                add(&sum, get(c, c->w, o, j), get(c, c->x, i, j));
            assert_sum(c, "z", i * c->n_out + o, get(c, c->z, i, o), sum);
        }
    }
}

static void test_z_is_the_product_of_x_and_w_whatever_z_held(void **state)
{
    for_each_case(state, check_forward);
}

static void check_backward(struct layer_case *c)
{
    for (int64_t o = 0; o < c->n_out; o++)
        numbers_set(c->k->core, c->w, o, c->n_in, (double)NAN);
    c->k->affine_backward(c->w, c->psi, c->psi_in);
    for (int64_t i = 0; i < c->n; i++) {
        for (int64_t j = 0; j < c->n_in; j++) {
            struct sum sum = {0};
            for (int64_t o = 0; o < c->n_out; o++)
                add(&sum, get(c, c->psi, i, o), get(c, c->w, o, j));
            assert_sum(c, "psi", i * c->n_in + j, get(c, c->psi_in, i, j), sum);
        }
    }
}

static void test_psi_goes_back_through_the_weights_and_past_the_bias(void **state)
{
    for_each_case(state, check_backward);
}

/* ---- the gradient ---- */

/* before + factor Σ ψ x̂ at (o, j). */
static struct sum outer_product(const struct layer_case *c, double before, double factor, int64_t o, int64_t j)
{
    struct sum sum = {0};
    add(&sum, before, 1.0);
    for (int64_t i = 0; i < c->n; i++)
        add(&sum, factor * get(c, c->psi, i, o), get(c, c->x, i, j));
    return sum;
}

static void assert_gradient(const struct layer_case *c, const char *what, struct matrix a, const double *before,
                            double factor)
{
    for (int64_t o = 0; o < c->n_out; o++) {
        for (int64_t j = 0; j <= c->n_in; j++) {
            const int64_t place = o * (c->n_in + 1) + j;
            assert_sum(c, what, place, get(c, a, o, j),
                       outer_product(c, before != NULL ? before[place] : 0.0, factor, o, j));
        }
    }
}

static double *dense_copy(const struct layer_case *c, struct matrix a)
{
    double *copy = allocate_or_fail((size_t)(a.rows * a.columns), sizeof *copy);
    c->k->core->export_f64(a, copy);
    return copy;
}

static void check_gradient(struct layer_case *c)
{
    c->k->affine_gradient(c->psi, c->x, false, c->gradient);
    assert_gradient(c, "gradient", c->gradient, NULL, 1.0);
}

static void test_the_gradient_is_the_product_of_psi_and_x_whatever_it_held(void **state)
{
    for_each_case(state, check_gradient);
}

static void check_accumulation(struct layer_case *c)
{
    struct generator generator = {7};
    numbers_draw(c->k->core, &generator, c->gradient);
    double *before = dense_copy(c, c->gradient);
    c->k->affine_gradient(c->psi, c->x, true, c->gradient);
    assert_gradient(c, "gradient", c->gradient, before, 1.0);
    free(before);
}

static void test_an_accumulated_gradient_is_added_to_what_was_there(void **state)
{
    for_each_case(state, check_accumulation);
}

static void check_descent(struct layer_case *c)
{
    double *before = dense_copy(c, c->w);
    c->k->affine_descend(c->psi, c->x, 0.375, c->w);
    assert_gradient(c, "weight", c->w, before, -0.375);
    free(before);
}

static void test_descending_takes_eta_gradients_off_the_weights(void **state)
{
    for_each_case(state, check_descent);
}

/* The library's products of one sample and of many are different calls of the BLAS; they must be one equation. */
static void check_additivity(struct layer_case *c)
{
    c->k->affine_gradient(c->psi, c->x, false, c->gradient);
    struct matrix sum = numbers_new(c->k->core, c->n_out, c->n_in + 1, c->gradient.stride, 0.0);
    for (int64_t i = 0; i < c->n; i++) {
        struct matrix psi = c->psi, x = c->x;
        psi.rows = x.rows = 1;
        psi.data = (unsigned char *)psi.data + i * psi.stride * c->k->core->real_size;
        x.data = (unsigned char *)x.data + i * x.stride * c->k->core->real_size;
        c->k->affine_gradient(psi, x, i > 0, sum);
    }
    const double tolerance = (double)(2 * c->n + 2) * c->k->epsilon;
    for (int64_t o = 0; o < c->n_out; o++)
        for (int64_t j = 0; j <= c->n_in; j++)
            assert_near("gradient", o * (c->n_in + 1) + j, get(c, c->gradient, o, j), get(c, sum, o, j),
                        (double)outer_product(c, 0.0, 1.0, o, j).magnitude, tolerance);
    numbers_free(sum);
}

static void test_a_batchs_gradient_is_the_sum_of_its_samples(void **state)
{
    for_each_case(state, check_additivity);
}

/* ---- what is only read ---- */

static void check_read_only(struct layer_case *c)
{
    double *w = dense_copy(c, c->w), *x = dense_copy(c, c->x), *psi = dense_copy(c, c->psi);
    c->k->affine_forward(c->w, c->x, c->z);
    c->k->affine_backward(c->w, c->psi, c->psi_in);
    c->k->affine_gradient(c->psi, c->x, false, c->gradient);
    c->k->affine_gradient(c->psi, c->x, true, c->gradient);
    double *w_after = dense_copy(c, c->w);
    assert_memory_equal(w, w_after, (size_t)(c->n_out * (c->n_in + 1)) * sizeof *w);
    c->k->affine_descend(c->psi, c->x, 0.5, c->w);
    double *x_after = dense_copy(c, c->x), *psi_after = dense_copy(c, c->psi);
    assert_memory_equal(x, x_after, (size_t)(c->n * (c->n_in + 1)) * sizeof *x);
    assert_memory_equal(psi, psi_after, (size_t)(c->n * c->n_out) * sizeof *psi);
    free(w), free(x), free(psi), free(w_after), free(x_after), free(psi_after);
}

static void test_inputs_are_only_read(void **state)
{
    for_each_case(state, check_read_only);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_PRECISIONS(test_z_is_the_product_of_x_and_w_whatever_z_held),
        IN_BOTH_PRECISIONS(test_psi_goes_back_through_the_weights_and_past_the_bias),
        IN_BOTH_PRECISIONS(test_the_gradient_is_the_product_of_psi_and_x_whatever_it_held),
        IN_BOTH_PRECISIONS(test_an_accumulated_gradient_is_added_to_what_was_there),
        IN_BOTH_PRECISIONS(test_descending_takes_eta_gradients_off_the_weights),
        IN_BOTH_PRECISIONS(test_a_batchs_gradient_is_the_sum_of_its_samples),
        IN_BOTH_PRECISIONS(test_inputs_are_only_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
