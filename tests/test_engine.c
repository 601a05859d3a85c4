/*
 * test_engine.c - the two ways of one sample, and the versions of the core, beside each other: the BLAS is the reference.
 */
#include "base/memory.h"
#include "core/version.h"
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 200000 };

static dnn_model *model_with(const char *engine, const char *precision, const char *activation, const int64_t *layers,
                             int64_t count)
{
    dnn_config *config = NULL;
    dnn_model *model = NULL;
    assert_ok(dnn_config_create("tutorial", &config));
    assert_ok(dnn_config_set(config, "engine", engine));
    assert_ok(dnn_config_set(config, "precision", precision));
    assert_ok(dnn_config_set(config, "activation", activation));
    assert_ok(dnn_config_set(config, "init", "glorot_uniform"));
    assert_ok(dnn_config_set(config, "sigmoid_slope", "1"));
    assert_ok(dnn_config_set(config, "sigmoid_derivative", "exact"));
    assert_ok(dnn_config_set(config, "learning_rate", "0.1"));
    assert_ok(dnn_model_create(layers, count, config, &model));
    dnn_config_destroy(config);
    return model;
}

/* Weights after 20 steps of one sample each; theta: [parameter_count] */
static void train(dnn_model *model, double *theta, double *last_loss)
{
    dnn_trainer *trainer = NULL;
    assert_ok(dnn_trainer_create(model, NULL, &trainer));
    const int64_t n_in = dnn_model_layer_size(model, 0);
    const int64_t n_out = dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
    double *x = calloc((size_t)n_in, sizeof *x), *y = calloc((size_t)n_out, sizeof *y);
    assert_non_null(x);
    assert_non_null(y);
    for (int step = 0; step < 20; step++) {
        for (int64_t j = 0; j < n_in; j++)
            x[j] = sin(1.0 + (double)(7 * j + 3 * step));
        for (int64_t j = 0; j < n_out; j++)
            y[j] = 0.5 + 0.4 * cos((double)(5 * j + step));
        assert_ok(dnn_trainer_step(trainer, x, y, 1, last_loss));
    }
    assert_ok(dnn_model_get_parameters(model, theta));
    free(x);
    free(y);
    dnn_trainer_destroy(trainer);
}

static void compare(const char *precision, const char *activation, const int64_t *layers, int64_t count,
                    double tolerance)
{
    static double by_blas[MOST], by_loops[MOST];
    dnn_model *blas = model_with("blas", precision, activation, layers, count);
    dnn_model *fused = model_with("fused", precision, activation, layers, count);
    const int64_t parameters = dnn_model_parameter_count(blas);
    assert_true(parameters <= MOST);
    double blas_loss = 0, fused_loss = 0, start = 0, moved = 0;
    assert_ok(dnn_model_get_parameters(fused, by_loops));
    for (int64_t i = 0; i < parameters; i++)
        start += fabs(by_loops[i]);
    train(blas, by_blas, &blas_loss);
    train(fused, by_loops, &fused_loss);
    for (int64_t i = 0; i < parameters; i++) {
        moved += fabs(by_loops[i]);
        if (fabs(by_blas[i] - by_loops[i]) > tolerance)
            fail_msg("%s %s [%d, %d, ...]: weight %d is %.17g by the BLAS, %.17g by the loops", precision, activation,
                     (int)layers[0], (int)layers[1], (int)i, by_blas[i], by_loops[i]);
    }
    assert_true(moved != start); /* they did learn something */
    assert_true(fabs(blas_loss - fused_loss) <= tolerance * (1 + fabs(blas_loss)));
    dnn_model_destroy(blas);
    dnn_model_destroy(fused);
}

static void test_the_fused_engine_is_the_blas_to_within_rounding(void **state)
{
    (void)state;
    static const char *const activations[] = {"sigmoid", "tanh", "relu", "gelu"};
    for (int a = 0; a < 4; a++) {
        for (int64_t width = 1; width <= 70; width += width < 40 ? 1 : 7) {
            const int64_t layers[] = {width, 1 + (width * 5) % 67, width, 3};
            compare("f64", activations[a], layers, 4, 1e-12);
            compare("f32", activations[a], layers, 4, 1e-4);
        }
    }
    const int64_t tiny[] = {2, 3, 3, 2}; /* core/small.h */
    for (int a = 0; a < 4; a++) {
        compare("f64", activations[a], tiny, 4, 1e-13);
        compare("f32", activations[a], tiny, 4, 1e-5);
    }
    const int64_t wide[] = {2, 300, 300, 2};
    compare("f64", "sigmoid", wide, 4, 1e-12);
    compare("f32", "sigmoid", wide, 4, 1e-4);
}

/* What a small network leaves behind is what any other does: activations, figures, and errors that are told. */
static void test_a_small_network_keeps_every_promise(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 3, 3, 2};
    dnn_model *blas = model_with("blas", "f64", "tanh", layers, 4),
              *small = model_with("auto", "f64", "tanh", layers, 4);
    dnn_workspace *workspace = NULL, *reference = NULL;
    assert_ok(dnn_workspace_create(small, 4, &workspace));
    assert_ok(dnn_workspace_create(blas, 4, &reference));
    double x[] = {0.25, -0.75}, y[2] = {7, 7}, expected[2], seen[3], wanted[3];
    assert_ok(dnn_workspace_predict(reference, x, 1, expected));
    assert_ok(dnn_workspace_predict(workspace, x, 1, y));
    for (int64_t l = 0; l <= 3; l++) {
        assert_ok(dnn_workspace_activations(workspace, l, seen));
        assert_ok(dnn_workspace_activations(reference, l, wanted));
        for (int64_t j = 0; j < layers[l]; j++)
            assert_near("activation", 10 * l + j, seen[j], wanted[j], 1, 1e-14);
    }
    for (int j = 0; j < 2; j++)
        assert_near("output", j, y[j], expected[j], 1, 1e-14);
    assert_ok(dnn_model_predict(small, x, 1, x)); /* in place */
    assert_near("output in place", 0, x[0], expected[0], 1, 1e-14);
    const double bad[] = {NAN, 0};
    y[0] = y[1] = 7;
    check_error(dnn_workspace_predict(workspace, bad, 1, y), DNN_ERROR_NOT_FINITE, "row 0, column 0", __FILE__,
                __LINE__);
    expect_not_finite(dnn_model_predict(small, bad, 1, y), "row 0, column 0");
    check_error(dnn_workspace_predict(workspace, NULL, 1, y), DNN_ERROR_INVALID_ARGUMENT, "NULL", __FILE__, __LINE__);
    assert_true(y[0] == 7 && y[1] == 7);
    dnn_trainer *trainer = NULL;
    assert_ok(dnn_trainer_create(small, NULL, &trainer));
    expect_not_finite(dnn_trainer_step(trainer, bad, y, 1, NULL), "x");
    const double good[] = {0.5, 0.5};
    assert_ok(dnn_trainer_step(trainer, good, good, 1, NULL));
    double gradient = 0, weight = 0, saturated = -1;
    assert_ok(dnn_trainer_layer_stats(trainer, 1, &gradient, &weight, &saturated));
    assert_true(gradient > 0 && weight > 0 && saturated >= 0);
    dnn_trainer_destroy(trainer);
    dnn_workspace_destroy(workspace);
    dnn_workspace_destroy(reference);
    dnn_model_destroy(small);
    dnn_model_destroy(blas);
}

static void test_many_samples_of_a_small_network_are_what_the_blas_makes_of_them(void **state)
{
    (void)state;
    static const char *const precisions[] = {"f64", "f32"};
    const int64_t layers[] = {3, 7, 5, 2};
    double x[3 * 40], y[2 * 40], wanted[2 * 40], seen[7 * 40], expected[7 * 40];
    for (int i = 0; i < 3 * 40; i++)
        x[i] = sin(i * 0.7);
    for (int p = 0; p < 2; p++) {
        const double tolerance = p == 0 ? 1e-14 : 1e-6;
        dnn_model *blas = model_with("blas", precisions[p], "sigmoid", layers, 4);
        dnn_model *small = model_with("auto", precisions[p], "sigmoid", layers, 4);
        dnn_workspace *workspace = NULL, *reference = NULL;
        assert_ok(dnn_workspace_create(small, 40, &workspace));
        assert_ok(dnn_workspace_create(blas, 40, &reference));
        for (int64_t n = 1; n <= 40; n++) {
            assert_ok(dnn_workspace_predict(reference, x, n, wanted));
            assert_ok(dnn_workspace_predict(workspace, x, n, y));
            for (int64_t i = 0; i < 2 * n; i++)
                assert_near("output", i, y[i], wanted[i], 1, tolerance);
            assert_ok(dnn_workspace_activations(workspace, 1, seen));
            assert_ok(dnn_workspace_activations(reference, 1, expected));
            for (int64_t i = 0; i < 7 * n; i++)
                assert_near("activation", i, seen[i], expected[i], 1, tolerance);
            assert_ok(dnn_model_predict(small, x, n, y));
            for (int64_t i = 0; i < 2 * n; i++)
                assert_near("output of the model", i, y[i], wanted[i], 1, tolerance);
        }
        dnn_workspace_destroy(workspace);
        dnn_workspace_destroy(reference);
        dnn_model_destroy(small);
        dnn_model_destroy(blas);
    }
}

/* A network of one layer without an activation, and the memory of one sample in it, as a core lays them out. */
struct one_layer {
    const struct core *core;
    struct network *network;
    struct pass *pass;
    char *theta; /* W, each row padded */
    char *rows;  /* x̂, z and ψ */
};

static void *zeroed_lines(int64_t numbers, const struct core *core)
{
    void *memory = memory_new_aligned(numbers, core->real_size);
    assert_non_null(memory);
    return memory;
}

static struct one_layer make_layer(const struct core *core, int64_t n_in, int64_t n_out)
{
    struct one_layer layer = {.core = core};
    layer.network = allocate_or_fail(1, sizeof *layer.network + sizeof(struct layer));
    const int64_t sizes[] = {n_in, n_out};
    assert_true(network_layout(layer.network, sizes, 2, core->real_size));
    layer.network->is_fused = true;
    const int64_t in_stride = network_row_stride(layer.network, 0, core->real_size);
    const int64_t out_stride = network_row_stride(layer.network, 1, core->real_size);
    layer.theta = zeroed_lines(layer.network->arena_count, core);
    layer.rows = zeroed_lines(in_stride + 2 * out_stride, core);
    layer.pass = allocate_or_fail(1, sizeof *layer.pass + 6 * sizeof(void *));
    layer.pass->x = (void **)(layer.pass + 1);
    layer.pass->x[0] = layer.rows;
    layer.pass->x[1] = layer.rows + in_stride * core->real_size;
    layer.pass->source = &layer.pass->x[2];
    layer.pass->source[0] = layer.pass->x[0];
    layer.pass->source[1] = layer.pass->x[1];
    layer.pass->psi = &layer.pass->x[4];
    layer.pass->psi[1] = layer.rows + (in_stride + out_stride) * core->real_size;
    layer.pass->n_rows = layer.pass->max_rows = 1;
    core->pass_prepare(layer.network, layer.pass);
    return layer;
}

static void drop_layer(struct one_layer *layer)
{
    memory_free_aligned(layer->rows);
    memory_free_aligned(layer->theta);
    free(layer->pass);
    free(layer->network);
}

/* z = W x̂ by a sum in long double. */
static void check_forward(const struct core *core, int64_t n_in, int64_t n_out, double tolerance)
{
    struct one_layer layer = make_layer(core, n_in, n_out);
    double *dense = allocate_or_fail((size_t)(n_out * (n_in + 1)), sizeof *dense);
    double *x = allocate_or_fail((size_t)n_in, sizeof *x), *z = allocate_or_fail((size_t)n_out, sizeof *z);
    for (int64_t i = 0; i < n_out * (n_in + 1); i++)
        dense[i] = (double)((i * 37) % 101 - 50) / 64; /* exact in both precisions */
    for (int64_t j = 0; j < n_in; j++)
        x[j] = (double)((j * 29) % 83 - 41) / 32;
    core->import_f64(dense, network_weights(layer.network, layer.theta, 0, core->real_size));
    core->import_f64(x, pass_activations(layer.network, layer.pass, 0, core->real_size));
    core->forward(layer.network, layer.theta, layer.pass);
    core->export_f64(pass_activations(layer.network, layer.pass, 1, core->real_size), z);
    for (int64_t i = 0; i < n_out; i++) {
        long double expected = (long double)dense[i * (n_in + 1) + n_in];
        for (int64_t j = 0; j < n_in; j++)
            expected += (long double)dense[i * (n_in + 1) + j] * (long double)x[j];
        if (fabsl(expected - (long double)z[i]) > (long double)tolerance * (1 + fabsl(expected)))
            fail_msg("[%d, %d] output %d is %.17g, expected %.17Lg", (int)n_in, (int)n_out, (int)i, z[i], expected);
    }
    free(dense);
    free(x);
    free(z);
    drop_layer(&layer);
}

/* Numbers of so few digits that every product and every sum of a way back is exact, in float too. */
static double weight_at(int64_t i, int64_t j)
{
    return (double)((i * 37 + j * 29) % 101 - 50) / 64;
}

static double x_at(int64_t j, int64_t n_in)
{
    return j == n_in ? 1 : (double)((j * 29) % 83 - 41) / 32;
}

static double psi_at(int64_t i)
{
    return (double)((i * 13) % 7 - 3) / 8; /* each seventh is 0 */
}

/* ψ_in = Wᵀ ψ_out and W − ψ_out x̂ᵀ / 2, number for number; ψ_in may be unwanted. */
static void check_way_back(const struct core *core, int64_t n_in, int64_t n_out, bool wants_psi)
{
    struct one_layer layer = make_layer(core, n_in, n_out);
    const struct matrix w = network_weights(layer.network, layer.theta, 0, core->real_size);
    const int64_t in_stride = network_row_stride(layer.network, 0, core->real_size);
    char *psi_in = zeroed_lines(in_stride, core);
    double *row = allocate_or_fail((size_t)n_in + 1, sizeof *row),
           *sum = allocate_or_fail((size_t)n_in + 1, sizeof *sum);
    for (int64_t i = 0; i < n_out; i++) {
        for (int64_t j = 0; j <= n_in; j++) {
            row[j] = weight_at(i, j);
            sum[j] += psi_at(i) * weight_at(i, j);
        }
        core->import_f64(row, matrix_part(w, i, 0, 1, n_in + 1, core->real_size));
        const double psi = psi_at(i);
        core->import_f64(&psi, matrix_from((char *)layer.pass->psi[1] + i * core->real_size, 1, 1, 1));
    }
    for (int64_t j = 0; j < n_in; j++)
        row[j] = x_at(j, n_in);
    core->import_f64(row, pass_activations(layer.network, layer.pass, 0, core->real_size));
    core->descend_part(layer.network, layer.pass, 0, 0, n_out, 0.5, layer.theta, wants_psi ? psi_in : NULL);
    for (int64_t i = 0; i < n_out; i++) {
        core->export_f64(matrix_part(w, i, 0, 1, n_in + 1, core->real_size), row);
        for (int64_t j = 0; j <= n_in; j++) {
            const double expected = weight_at(i, j) - psi_at(i) * x_at(j, n_in) / 2;
            if (row[j] != expected)
                fail_msg("[%d, %d] weight %d, %d is %.17g, expected %.17g", (int)n_in, (int)n_out, (int)i, (int)j,
                         row[j], expected);
        }
    }
    core->export_f64(matrix_from(psi_in, 1, n_in, in_stride), row);
    for (int64_t j = 0; j < n_in && wants_psi; j++)
        if (row[j] != sum[j])
            fail_msg("[%d, %d] psi %d is %.17g, expected %.17g", (int)n_in, (int)n_out, (int)j, row[j], sum[j]);
    /* A thread that has no rows of W has a ψ_in of 0 to the last bit, for the others add it to theirs. */
    core->import_f64(row, matrix_from(psi_in, 1, n_in, in_stride));
    core->descend_part(layer.network, layer.pass, 0, 0, 0, 0.5, layer.theta, psi_in);
    core->export_f64(matrix_from(psi_in, 1, n_in, in_stride), row);
    for (int64_t j = 0; j < n_in; j++)
        assert_true(row[j] == 0);
    memory_free_aligned(psi_in);
    free(row);
    free(sum);
    drop_layer(&layer);
}

static void test_every_version_of_the_core_that_runs_here_multiplies_rightly(void **state)
{
    (void)state;
    int32_t tried = 0;
    for (int32_t v = 0; v < core_version_count; v++) {
        if (!core_versions[v].is_supported()) {
            print_message("version %s of the core does not run on this processor\n", core_versions[v].name);
            continue;
        }
        for (int64_t n_in = 1; n_in <= 40; n_in++) {
            for (int64_t n_out = 1; n_out <= 27; n_out++) {
                check_forward(core_versions[v].f64, n_in, n_out, 1e-14);
                check_forward(core_versions[v].f32, n_in, n_out, 1e-6);
            }
        }
        tried++;
    }
    assert_true(tried >= 1);
    assert_string_equal(core_versions[core_version_count - 1].name, "baseline");
    assert_true(core_version()->is_supported());
}

/* The way back reads a matrix of 2, 4, 17 and 35 MB otherwise; rows are left over, and some move nothing. */
static void test_every_version_of_the_core_that_runs_here_walks_back_rightly(void **state)
{
    (void)state;
    for (int32_t v = 0; v < core_version_count; v++) {
        if (!core_versions[v].is_supported())
            continue;
        const struct core *const cores[] = {core_versions[v].f64, core_versions[v].f32};
        for (int c = 0; c < 2; c++) {
            for (int64_t n_in = 1; n_in <= 40; n_in += n_in < 4 ? 1 : 6)
                for (int64_t n_out = 1; n_out <= 44; n_out++)
                    check_way_back(cores[c], n_in, n_out, n_out % 3 != 0);
            check_way_back(cores[c], 26000, 23, true);
            check_way_back(cores[c], 100000, 44, true);
            check_way_back(cores[c], 100000, 44, false);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_fused_engine_is_the_blas_to_within_rounding),
        cmocka_unit_test(test_a_small_network_keeps_every_promise),
        cmocka_unit_test(test_many_samples_of_a_small_network_are_what_the_blas_makes_of_them),
        cmocka_unit_test(test_every_version_of_the_core_that_runs_here_multiplies_rightly),
        cmocka_unit_test(test_every_version_of_the_core_that_runs_here_walks_back_rightly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
