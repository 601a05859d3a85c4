/*
 * test_propagate.c - the loop over layers in the core's own memory: what it may touch there, and its identities.
 *
 * That the numbers are right is held against the naive network of support.c, here for every count of rows at which the
 * core takes another path; test_gradient.c holds them against finite differences through the ABI.
 */
#include "api/pass.h"
#include "base/memory.h"
#include "core_support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { LAYERS = 4, DEPTH = LAYERS - 1, MOST_ROWS = 130 };

static const int64_t sizes[LAYERS] = {5, 17, 8, 3};
static const int64_t row_counts[] = {1, 2, 3, 127, 128, 129};
static const struct naive_options sigmoid_and_tanh = {"tanh", "sigmoid", 0.5L, 0.01L, 0};

/* A network with weights drawn, a gradient of zeros, and a pass with samples drawn in all its rows. */
struct setting {
    const struct core *core;
    const struct kernels *k;
    struct network *network;
    void *theta;
    void *gradient;
    struct pass *pass;
    struct generator generator;
};

static struct matrix weights(const struct setting *s, const void *arena, int64_t l)
{
    return network_weights(s->network, arena, l, s->core->real_size);
}

/* is_own: through the loops of the core, and not through the BLAS */
static void begin(struct setting *s, const struct kernels *k, bool is_own, int64_t rows)
{
    *s = (struct setting){.core = k->core, .k = k, .generator = {(uint64_t)rows}};
    s->network = allocate_or_fail(1, sizeof *s->network + DEPTH * sizeof s->network->layers[0]);
    assert_true(network_layout(s->network, sizes, LAYERS, s->core->real_size));
    s->network->is_fused = s->network->has_products = is_own;
    for (int64_t l = 0; l < DEPTH; l++)
        s->network->layers[l].activation =
            (struct activation){index_of(s->core->activation_name, l + 1 < DEPTH ? "tanh" : "sigmoid"), 0.5, false};
    s->network->loss = (struct loss){index_of(s->core->loss_name, "squared_error"), 1};
    s->theta = memory_new_aligned(s->network->arena_count, s->core->real_size);
    s->gradient = memory_new_aligned(s->network->arena_count, s->core->real_size);
    assert_true(s->theta != NULL && s->gradient != NULL);
    for (int64_t l = 0; l < DEPTH; l++)
        numbers_draw(s->core, &s->generator, weights(s, s->theta, l));
    assert_ok(pass_create(s->core, s->network, MOST_ROWS, PASS_TRAIN, &s->pass));
    s->pass->n_rows = MOST_ROWS;
    numbers_draw(s->core, &s->generator, pass_x(s->core, s->network, s->pass, 0));
    numbers_draw(s->core, &s->generator, pass_y(s->core, s->network, s->pass));
    s->pass->n_rows = rows;
}

static void end(struct setting *s)
{
    pass_destroy(s->pass);
    memory_free_aligned(s->theta);
    memory_free_aligned(s->gradient);
    free(s->network);
}

static void run(struct setting *s)
{
    s->core->forward(s->network, s->theta, s->pass);
    s->core->backward(s->network, s->theta, s->pass);
}

static void for_each_row_count(void **state, void (*check)(struct setting *s))
{
    for (size_t r = 0; r < 2 * COUNT(row_counts); r++) {
        struct setting s;
        begin(&s, *state, r % 2 == 0, row_counts[r / 2]);
        check(&s);
        end(&s);
    }
}

static void make_gradient(struct setting *s, bool accumulate)
{
    for (int64_t l = 0; l < DEPTH; l++)
        s->core->gradient(s->network, s->pass, network_rows(s->network, l), accumulate, s->gradient);
}

static void descend(struct setting *s, double eta)
{
    for (int64_t l = 0; l < DEPTH; l++)
        s->core->descend(s->network, s->pass, network_rows(s->network, l), eta, s->theta);
}

/* By sgd. */
static void update(const struct setting *s, double eta, void *theta)
{
    const struct update sgd = {.optimizer = index_of(s->core->optimizer_name, "sgd"),
                               .scale = 1,
                               .eta = eta,
                               .clip = 1,
                               .correction1 = 1,
                               .correction2 = 1};
    for (int64_t l = 0; l < DEPTH; l++)
        s->core->update(&sgd, s->network, network_rows(s->network, l),
                        &(struct arenas){s->gradient, (void *[UPDATE_MOST_STATES]){NULL}, theta});
}

/* ---- the numbers ---- */

static struct naive *naive_of(const struct setting *s)
{
    struct naive *net = naive_create(sizes, LAYERS, sigmoid_and_tanh);
    int64_t place = 0;
    for (int64_t l = 0; l < DEPTH; l++)
        for (int64_t i = 0; i < sizes[l + 1]; i++)
            for (int64_t j = 0; j <= sizes[l]; j++)
                net->theta[place++] = numbers_get(s->core, weights(s, s->theta, l), i, j);
    return net;
}

static void check_numbers(struct setting *s)
{
    struct naive *net = naive_of(s);
    const double tolerance = 200 * s->k->epsilon;
    double x[MOST_ROWS * 5], y[MOST_ROWS * 3];
    long double loss = 0.0L;
    s->core->export_f64(pass_x(s->core, s->network, s->pass, 0), x);
    s->core->export_f64(pass_y(s->core, s->network, s->pass), y);
    run(s);
    make_gradient(s, false);
    for (int64_t i = 0; i < s->pass->n_rows; i++) {
        loss += naive_accumulate(net, x + i * 5, y + i * 3);
        const long double *output = net->x + (5 + 17 + 8);
        for (int64_t j = 0; j < 3; j++)
            assert_near("x_L", i * 3 + j, numbers_get(s->core, pass_x(s->core, s->network, s->pass, DEPTH), i, j),
                        (double)output[j], 1.0, tolerance);
    }
    assert_near("loss", 0, s->core->loss_sum(s->network, s->pass), (double)loss, (double)loss, tolerance);
    int64_t place = 0;
    for (int64_t l = 0; l < DEPTH; l++)
        for (int64_t i = 0; i < sizes[l + 1]; i++)
            for (int64_t j = 0; j <= sizes[l]; j++, place++) {
                const double actual = numbers_get(s->core, weights(s, s->gradient, l), i, j);
                assert_true(actual != 0.0);
                assert_near("gradient", place, actual, (double)net->gradient[place], (double)s->pass->n_rows,
                            tolerance);
            }
    naive_destroy(net);
}

static void test_output_loss_and_gradient_are_those_of_the_naive_network(void **state)
{
    for_each_row_count(state, check_numbers);
}

/* ---- what may be touched ---- */

static void assert_ones(const struct setting *s)
{
    for (int64_t l = 0; l <= DEPTH; l++) {
        struct matrix x = pass_x(s->core, s->network, s->pass, l);
        x.rows = MOST_ROWS;
        for (int64_t i = 0; i < MOST_ROWS; i++)
            assert_true(numbers_get(s->core, x, i, sizes[l]) == 1.0);
        x.columns++;
        assert_padding(s->core, x, 0.0);
    }
}

static void check_padding(struct setting *s)
{
    for (int round = 0; round < 3; round++) {
        run(s);
        make_gradient(s, round > 0);
        descend(s, 0.25);
        update(s, 0.25, s->theta);
        assert_ones(s);
        for (int64_t l = 0; l < DEPTH; l++) {
            assert_padding(s->core, weights(s, s->theta, l), 0.0);
            assert_padding(s->core, weights(s, s->gradient, l), 0.0);
        }
    }
}

static void test_the_padding_stays_0_and_the_ones_stay_1(void **state)
{
    for_each_row_count(state, check_padding);
}

/* Rows beyond n_rows belong to a larger batch before: NaN in them is neither read nor overwritten. */
static void check_rows_beyond(struct setting *s)
{
    const int64_t rows = s->pass->n_rows;
    for (int64_t l = 0; l <= DEPTH; l++) {
        s->pass->n_rows = MOST_ROWS;
        const struct matrix x = pass_x(s->core, s->network, s->pass, l);
        s->pass->n_rows = rows;
        for (int64_t i = rows; i < MOST_ROWS; i++)
            for (int64_t j = 0; j < sizes[l]; j++)
                numbers_set(s->core, x, i, j, (double)NAN);
    }
    run(s);
    make_gradient(s, false);
    assert_true(isfinite(s->core->loss_sum(s->network, s->pass)));
    assert_true(isfinite(s->core->gradient_bound(s->network, s->pass)));
    for (int64_t l = 0; l < DEPTH; l++) {
        struct matrix x = pass_x(s->core, s->network, s->pass, l + 1);
        for (int64_t i = rows; i < MOST_ROWS; i++)
            assert_true(isnan(numbers_get(s->core, x, i, 0)));
        assert_true(isfinite(s->core->frobenius(weights(s, s->gradient, l))));
    }
}

static void test_rows_beyond_the_batch_are_neither_read_nor_written(void **state)
{
    for_each_row_count(state, check_rows_beyond);
}

/* ---- identities ---- */

static void check_descent(struct setting *s)
{
    const size_t bytes = (size_t)(s->network->arena_count * s->core->real_size);
    void *copy = memory_new_aligned(s->network->arena_count, s->core->real_size);
    memcpy(copy, s->theta, bytes);
    run(s);
    make_gradient(s, false);
    descend(s, 0.125);
    update(s, 0.125, copy);
    for (int64_t l = 0; l < DEPTH; l++) {
        const struct matrix a = weights(s, s->theta, l), b = weights(s, copy, l);
        for (int64_t i = 0; i < a.rows; i++)
            for (int64_t j = 0; j < a.columns; j++)
                assert_near("weight", i * a.columns + j, numbers_get(s->core, a, i, j), numbers_get(s->core, b, i, j),
                            (double)s->pass->n_rows, 8 * s->k->epsilon);
    }
    memory_free_aligned(copy);
}

static void test_descending_is_an_update_by_the_gradient(void **state)
{
    for_each_row_count(state, check_descent);
}

static void check_bound(struct setting *s)
{
    run(s);
    make_gradient(s, false);
    const double bound = s->core->gradient_bound(s->network, s->pass);
    double largest = 0.0;
    for (int64_t l = 0; l < DEPTH; l++)
        largest = fmax(largest, s->core->largest(weights(s, s->gradient, l)));
    assert_true(largest > 0.0 && bound >= largest && bound < 10.0 * (double)s->pass->n_rows);
}

static void test_no_gradient_exceeds_its_bound(void **state)
{
    for_each_row_count(state, check_bound);
}

static void check_infinite_bound(struct setting *s)
{
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, s->core->largest_number};
    run(s);
    for (int64_t l = 1; l <= DEPTH; l++) {
        struct matrix psi = pass_x(s->core, s->network, s->pass, l);
        psi.data = s->pass->psi[l];
        const double before = numbers_get(s->core, psi, s->pass->n_rows - 1, sizes[l] - 1);
        /* The largest number is no infinity, but twice it is: the bound is finite for one row alone. */
        for (size_t b = 0; b < COUNT(bad) - (s->pass->n_rows == 1); b++) {
            numbers_set(s->core, psi, s->pass->n_rows - 1, sizes[l] - 1, bad[b]);
            assert_true(s->core->gradient_bound(s->network, s->pass) == (double)INFINITY);
        }
        numbers_set(s->core, psi, s->pass->n_rows - 1, sizes[l] - 1, before);
    }
    assert_true(isfinite(s->core->gradient_bound(s->network, s->pass)));
}

static void test_the_bound_is_infinite_where_a_psi_is_not_finite_or_too_large(void **state)
{
    for_each_row_count(state, check_infinite_bound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_PRECISIONS(test_output_loss_and_gradient_are_those_of_the_naive_network),
        IN_BOTH_PRECISIONS(test_the_padding_stays_0_and_the_ones_stay_1),
        IN_BOTH_PRECISIONS(test_rows_beyond_the_batch_are_neither_read_nor_written),
        IN_BOTH_PRECISIONS(test_descending_is_an_update_by_the_gradient),
        IN_BOTH_PRECISIONS(test_no_gradient_exceeds_its_bound),
        IN_BOTH_PRECISIONS(test_the_bound_is_infinite_where_a_psi_is_not_finite_or_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
