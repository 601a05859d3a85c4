/*
 * test_product.c - the matrix products of batches (core/product.h) in every version of the core that runs here.
 *
 * Against sums in long double of the very numbers that went in. |result − sum| may be (terms + 3) u Σ |a b|, u half a unit in the
 * last place: what any order of adding, with or without FMA, stays within (Higham, Accuracy and Stability of Numerical
 * Algorithms, 2002, section 3.1).
 */
#include "core/version.h"

#include "api/pass.h"
#include "base/memory.h"
#include "base/random.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* [n_in, n_middle, n_out], activations identity, and a pass of n rows with all numbers drawn. */
struct case_of {
    const struct core *core;
    struct network *network;
    struct pass *pass;
    char *theta, *gradient;
};

static const char *shape(const struct case_of *c)
{
    static char text[128];
    snprintf(text, sizeof text, "%s [%d, %d, %d], %d rows", c->core->precision, (int)network_size(c->network, 0),
             (int)network_size(c->network, 1), (int)network_size(c->network, 2), (int)c->pass->n_rows);
    return text;
}

/* Draws every number of a matrix, about 1 in size. */
static void draw(const struct core *core, struct random *random, struct matrix a)
{
    double *row = allocate_or_fail((size_t)a.columns, sizeof *row);
    for (int64_t i = 0; i < a.rows; i++) {
        for (int64_t j = 0; j < a.columns; j++)
            row[j] = 2 * random_uniform(random, 24) - 1;
        core->import_f64(row, matrix_part(a, i, 0, 1, a.columns, core->real_size));
    }
    free(row);
}

static void open_case(struct case_of *c, const struct core *core, const int64_t sizes[3], int64_t n)
{
    struct random random;
    random_seed(&random, sizes[0] * 1000003 + sizes[1] * 1009 + sizes[2] * 31 + n, RANDOM_STREAM_WEIGHTS);
    c->core = core;
    c->network = allocate_or_fail(1, sizeof *c->network + 2 * sizeof(struct layer));
    assert_true(network_layout(c->network, sizes, 3, core->real_size));
    c->network->is_fused = c->network->has_products = true;
    assert_ok(pass_create(core, c->network, n, PASS_TRAIN, &c->pass));
    c->pass->n_rows = n;
    c->theta = memory_new_aligned(c->network->arena_count, core->real_size);
    c->gradient = memory_new_aligned(c->network->arena_count, core->real_size);
    assert_non_null(c->theta);
    assert_non_null(c->gradient);
    for (int64_t l = 0; l < 2; l++)
        draw(core, &random, network_weights(c->network, c->theta, l, core->real_size));
    draw(core, &random, pass_activations(c->network, c->pass, 0, core->real_size));
    draw(core, &random, pass_targets(c->network, c->pass, core->real_size));
}

static void close_case(struct case_of *c)
{
    memory_free_aligned(c->theta);
    memory_free_aligned(c->gradient);
    pass_destroy(c->pass);
    free(c->network);
}

static double *numbers_of(const struct core *core, struct matrix a)
{
    double *numbers = allocate_or_fail((size_t)(a.rows * a.columns), sizeof *numbers);
    core->export_f64(a, numbers);
    return numbers;
}

/* One dot product: Σ_k a[k a_step] b[k b_step] */
static void check_sum(const struct case_of *c, const char *what, double result, const double *a, int64_t a_step,
                      const double *b, int64_t b_step, int64_t terms)
{
    const long double unit = c->core->real_size == 4 ? FLT_EPSILON / 2.0L : DBL_EPSILON / 2.0L;
    long double sum = 0, size = 0;
    for (int64_t k = 0; k < terms; k++) {
        const long double product = (long double)a[k * a_step] * (long double)b[k * b_step];
        sum += product;
        size += fabsl(product);
    }
    if (!(fabsl((long double)result - sum) <= (long double)(terms + 3) * unit * size))
        fail_msg("%s: %s is %.17g, expected %.17Lg", shape(c), what, result, sum);
}

/* x̂_l, whose last column is 1. */
static double *hat_of(const struct case_of *c, int64_t l)
{
    struct matrix x = pass_activations(c->network, c->pass, l, c->core->real_size);
    x.columns++;
    return numbers_of(c->core, x);
}

static void check_forward(const struct case_of *c, int64_t l)
{
    const int64_t n_in_hat = network_size(c->network, l) + 1, n_out = network_size(c->network, l + 1);
    double *x = hat_of(c, l), *w = numbers_of(c->core, network_weights(c->network, c->theta, l, c->core->real_size));
    double *z = numbers_of(c->core, pass_activations(c->network, c->pass, l + 1, c->core->real_size));
    for (int64_t i = 0; i < c->pass->n_rows; i++)
        for (int64_t j = 0; j < n_out; j++)
            check_sum(c, "z", z[i * n_out + j], x + i * n_in_hat, 1, w + j * n_in_hat, 1, n_in_hat);
    free(x);
    free(w);
    free(z);
}

static double *psi_of(const struct case_of *c, int64_t l)
{
    return numbers_of(c->core, pass_array(c->network, c->pass, c->pass->psi[l], l, c->core->real_size));
}

static void check_backward(const struct case_of *c)
{
    const int64_t n_middle = network_size(c->network, 1), n_out = network_size(c->network, 2);
    double *out = psi_of(c, 2), *in = psi_of(c, 1);
    double *w = numbers_of(c->core, network_weights(c->network, c->theta, 1, c->core->real_size));
    for (int64_t i = 0; i < c->pass->n_rows; i++)
        for (int64_t j = 0; j < n_middle; j++)
            check_sum(c, "psi", in[i * n_middle + j], out + i * n_out, 1, w + j, n_middle + 1, n_out);
    free(out);
    free(in);
    free(w);
}

static void check_gradient(const struct case_of *c, int64_t l)
{
    const int64_t n_in_hat = network_size(c->network, l) + 1, n_out = network_size(c->network, l + 1);
    double *x = hat_of(c, l), *psi = psi_of(c, l + 1);
    double *g = numbers_of(c->core, network_weights(c->network, c->gradient, l, c->core->real_size));
    for (int64_t i = 0; i < n_out; i++)
        for (int64_t j = 0; j < n_in_hat; j++)
            check_sum(c, "the gradient", g[i * n_in_hat + j], psi + i, n_out, x + j, n_in_hat, c->pass->n_rows);
    free(x);
    free(psi);
    free(g);
}

/* The padding of an arena of weights is 0, and stays so. */
static void check_padding(const struct case_of *c)
{
    for (int64_t l = 0; l < 2; l++) {
        struct matrix g = network_weights(c->network, c->gradient, l, c->core->real_size);
        const int64_t padding = g.stride - g.columns;
        if (padding > 0 && c->core->largest(matrix_part(g, 0, g.columns, g.rows, padding, c->core->real_size)) != 0)
            fail_msg("%s: the padding of gradient %d is not 0", shape(c), (int)l);
    }
}

static void check_case(const struct core *core, int64_t n_in, int64_t n_middle, int64_t n_out, int64_t n)
{
    struct case_of c;
    open_case(&c, core, (const int64_t[]){n_in, n_middle, n_out}, n);
    core->forward(c.network, c.theta, c.pass);
    core->backward(c.network, c.theta, c.pass);
    for (int64_t l = 0; l < 2; l++) {
        core->gradient(c.network, c.pass, network_rows(c.network, l), false, c.gradient);
        check_forward(&c, l);
        check_gradient(&c, l);
    }
    check_backward(&c);
    check_padding(&c);
    close_case(&c);
}

/* Calls check for each core that this processor runs, in both precisions. */
static void for_each_core(void (*check)(const struct core *core))
{
    for (int32_t v = 0; v < core_version_count; v++) {
        if (core_versions[v].is_supported()) {
            check(core_versions[v].f64);
            check(core_versions[v].f32);
        }
    }
}

static void check_shapes(const struct core *core)
{
    for (int64_t n_in = 1; n_in <= 41; n_in += n_in < 4 ? 1 : 4)
        for (int64_t n_middle = 1; n_middle <= 36; n_middle += n_middle < 18 ? 1 : 7)
            check_case(core, n_in, n_middle, 1 + (n_in * n_middle) % 19, 2 + (3 * n_in + n_middle) % 71);
    for (int64_t n = 2; n <= 70; n++)
        check_case(core, 33, 17, 5, n);
}

static void test_products_are_sums_of_products_in_every_shape(void **state)
{
    (void)state;
    for_each_core(check_shapes);
}

/* More terms than are summed at once, more rows than a group, more samples than four panels. */
static void check_large(const struct core *core)
{
    check_case(core, 1025, 113, 3, 7);
    check_case(core, 3, 1100, 5, 6);
    check_case(core, 20, 3, 1027, 5);
    check_case(core, 5, 4, 2, 1030);
    check_case(core, 40, 230, 60, 129);
}

static void test_products_are_sums_of_products_beyond_each_limit(void **state)
{
    (void)state;
    for_each_core(check_large);
}

static void assert_same_bytes(const struct case_of *c, const char *what, struct matrix a, struct matrix b)
{
    for (int64_t i = 0; i < a.rows; i++)
        if (memcmp((char *)a.data + i * a.stride * c->core->real_size,
                   (char *)b.data + i * b.stride * c->core->real_size, (size_t)(a.columns * c->core->real_size)) != 0)
            fail_msg("%s: row %d of %s depends on the part it is computed in", shape(c), (int)i, what);
}

/* The whole at once, and the same rows in parts, the last of which is one row. */
static void check_parts(const struct core *core)
{
    const int64_t n = 33 + 32, cuts[] = {0, 32, 64, 65}, sizes[] = {37, 29, 11};
    struct case_of whole, parts;
    open_case(&whole, core, sizes, n);
    open_case(&parts, core, sizes, n);
    core->forward(whole.network, whole.theta, whole.pass);
    core->backward(whole.network, whole.theta, whole.pass);
    for (int p = 0; p < 3; p++) {
        struct pass part = pass_part(parts.pass, cuts[p], cuts[p + 1] - cuts[p], 0);
        core->forward(parts.network, parts.theta, &part);
        core->backward(parts.network, parts.theta, &part);
    }
    for (int64_t l = 0; l < 2; l++) {
        const int64_t n_out = network_size(whole.network, l + 1);
        core->gradient(whole.network, whole.pass, (struct rows){l, 0, n_out}, false, whole.gradient);
        core->descend(whole.network, whole.pass, (struct rows){l, 0, n_out}, 0.3, whole.theta);
        for (int64_t first = 0; first < n_out; first += 8) {
            const struct rows rows = {l, first, n_out - first < 8 ? n_out - first : 8};
            core->gradient(parts.network, parts.pass, rows, false, parts.gradient);
            core->descend(parts.network, parts.pass, rows, 0.3, parts.theta);
        }
        assert_same_bytes(&whole, "the gradient", network_weights(whole.network, whole.gradient, l, core->real_size),
                          network_weights(parts.network, parts.gradient, l, core->real_size));
        assert_same_bytes(&whole, "the weights", network_weights(whole.network, whole.theta, l, core->real_size),
                          network_weights(parts.network, parts.theta, l, core->real_size));
    }
    for (int64_t l = 1; l <= 2; l++) {
        assert_same_bytes(&whole, "x", pass_activations(whole.network, whole.pass, l, core->real_size),
                          pass_activations(parts.network, parts.pass, l, core->real_size));
        assert_same_bytes(&whole, "psi", pass_array(whole.network, whole.pass, whole.pass->psi[l], l, core->real_size),
                          pass_array(parts.network, parts.pass, parts.pass->psi[l], l, core->real_size));
    }
    close_case(&whole);
    close_case(&parts);
}

static void test_a_number_is_the_same_to_the_last_bit_in_every_part(void **state)
{
    (void)state;
    for_each_core(check_parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_are_sums_of_products_in_every_shape),
        cmocka_unit_test(test_products_are_sums_of_products_beyond_each_limit),
        cmocka_unit_test(test_a_number_is_the_same_to_the_last_bit_in_every_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
