/*
 * test_small.c - networks so small that they go through core/small.h, beside the naive network and engine = blas.
 *
 * Shapes are all those of one to six neurons a layer: layers whose neurons fit one vector with a 1 behind them go another way
 * than wider ones, and either may follow the other.
 */
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

enum { MOST = 6, MOST_IN = 9, MOST_PARAMETERS = 3 * MOST * (MOST + 1) };

static dnn_model *model_with(const int64_t *layers, int64_t count, const char *format, ...)
{
    char settings[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(settings, sizeof settings, format, arguments);
    va_end(arguments);
    return model_of(layers, count, settings);
}

static void set_weights(dnn_model *model, struct naive *net, double scale)
{
    struct generator generator = {7};
    double theta[MOST_PARAMETERS];
    const int64_t count = dnn_model_parameter_count(model);
    assert_true(count <= MOST_PARAMETERS);
    generator_fill(&generator, theta, count, 0.5);
    for (int64_t i = 0; i < count; i++)
        theta[i] *= scale;
    assert_ok(dnn_model_set_parameters(model, theta));
    if (net != NULL)
        naive_set_parameters(net, theta);
}

/* A prediction with each activation on its way, and three steps: as the naive network has them. */
static void follow(const int64_t *layers, const char *precision, struct naive_options options, double tolerance)
{
    dnn_model *model = model_with(layers, 4,
                                  "precision=%s activation=%s output_activation=%s sigmoid_slope=1.5 "
                                  "sigmoid_derivative=exact leaky_slope=0.125 learning_rate=0.0625",
                                  precision, options.hidden, options.output);
    struct naive *net = naive_create(layers, 4, options);
    dnn_trainer *trainer = trainer_of(model);
    dnn_workspace *workspace = NULL;
    struct generator generator = {3};
    double x[MOST], y[MOST], out[MOST], seen[MOST], loss;
    assert_ok(dnn_workspace_create(model, 1, &workspace));
    set_weights(model, net, 1);
    for (int step = 0; step < 3; step++) {
        generator_fill(&generator, x, layers[0], 0.5);
        generator_fill(&generator, y, layers[3], 0);
        const long double expected_loss = naive_accumulate(net, x, y);
        fill_sentinel(out, MOST);
        assert_ok(dnn_workspace_predict(workspace, x, 1, out));
        assert_untouched(out + layers[3], MOST - layers[3]);
        const long double *expected = net->x;
        for (int64_t l = 0; l < 4; l++) {
            assert_ok(dnn_workspace_activations(workspace, l, seen));
            for (int64_t j = 0; j < layers[l]; j++)
                assert_near("activation", 10 * l + j, seen[j], (double)expected[j], 1 + (double)fabsl(expected[j]),
                            tolerance);
            expected += layers[l];
        }
        assert_same_bits(seen, out, layers[3]);
        assert_ok(dnn_model_predict(model, x, 1, seen));
        assert_same_bits(seen, out, layers[3]);
        assert_ok(dnn_trainer_step(trainer, x, y, 1, &loss));
        assert_near("loss", step, loss, (double)expected_loss, 1 + (double)expected_loss, 10 * tolerance);
        naive_apply(net, 0.0625L);
    }
    double *theta = weights_of(model);
    for (int64_t i = 0; i < net->parameter_count; i++)
        assert_near("weight", i, theta[i], (double)net->theta[i], 1 + (double)fabsl(net->theta[i]), 10 * tolerance);
    free(theta);
    dnn_workspace_destroy(workspace);
    dnn_trainer_destroy(trainer);
    naive_destroy(net);
    dnn_model_destroy(model);
}

static void test_every_shape_is_the_naive_network(void **state)
{
    (void)state;
    static const char *const activations[] = {"sigmoid", "tanh", "relu", "leaky_relu", "identity"};
    for (int64_t shape = 0; shape < MOST * MOST * MOST * MOST; shape++) {
        const int64_t layers[] = {1 + shape % MOST, 1 + shape / MOST % MOST, 1 + shape / (MOST * MOST) % MOST,
                                  1 + shape / (MOST * MOST * MOST)};
        const struct naive_options options = {activations[shape % 5], activations[shape / 5 % 5], 1.5L, 0.125L, 0};
        follow(layers, "f64", options, 1e-14);
        follow(layers, "f32", options, 2e-6);
    }
}

/* One number of the input, or of the target, that is not finite: refused, wherever it stands, and named. */
static void refuse(const int64_t *layers, const char *precision, double bad)
{
    dnn_model *model = model_with(layers, 3, "precision=%s", precision);
    dnn_trainer *trainer = trainer_of(model);
    dnn_workspace *workspace = NULL;
    double *theta = weights_of(model), x[MOST_IN], y[MOST_IN], out[MOST_IN];
    float x_f32[MOST_IN], y_f32[MOST_IN], out_f32[MOST_IN], untouched_f32[MOST_IN];
    assert_ok(dnn_workspace_create(model, 1, &workspace));
    fill_sentinel(out, MOST_IN);
    for (int64_t j = 0; j < MOST_IN; j++) {
        x[j] = y[j] = 0.5;
        x_f32[j] = y_f32[j] = 0.5F;
        out_f32[j] = untouched_f32[j] = 3;
    }
    for (int64_t j = 0; j < layers[0]; j++) {
        char place[32];
        snprintf(place, sizeof place, "row 0, column %d", (int)j);
        x[j] = bad;
        x_f32[j] = (float)bad;
        expect_not_finite(dnn_model_predict(model, x, 1, out), place);
        expect_not_finite(dnn_workspace_predict(workspace, x, 1, out), place);
        expect_not_finite(dnn_trainer_step(trainer, x, y, 1, out), place);
        expect_not_finite(dnn_model_predict_f32(model, x_f32, 1, out_f32), place);
        expect_not_finite(dnn_workspace_predict_f32(workspace, x_f32, 1, out_f32), place);
        expect_not_finite(dnn_trainer_step_f32(trainer, x_f32, y_f32, 1, out), place);
        x[j] = 0.5;
        x_f32[j] = 0.5F;
    }
    for (int64_t j = 0; j < layers[2]; j++) {
        y[j] = bad;
        y_f32[j] = (float)bad;
        expect_not_finite(dnn_trainer_step(trainer, x, y, 1, out), "y is");
        expect_not_finite(dnn_trainer_step_f32(trainer, x_f32, y_f32, 1, out), "y is");
        y[j] = 0.5;
        y_f32[j] = 0.5F;
    }
    assert_untouched(out, MOST_IN);
    assert_memory_equal(out_f32, untouched_f32, sizeof out_f32);
    assert_weights(model, theta);
    free(theta);
    dnn_workspace_destroy(workspace);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void test_what_is_not_finite_is_refused_in_every_place(void **state)
{
    (void)state;
    for (int64_t n = 1; n <= MOST_IN; n++) {
        const int64_t layers[] = {n, 3, n};
        refuse(layers, "f64", (double)NAN);
        refuse(layers, "f64", (double)INFINITY);
        refuse(layers, "f64", (double)-INFINITY);
        refuse(layers, "f32", (double)NAN);
        refuse(layers, "f32", (double)-INFINITY);
        refuse(layers, "f32", TOO_LARGE_FOR_FLOAT);
    }
}

/* Sums beyond the exponential's range, alone and beside ordinary ones: 0, 1, and the ordinary ones. */
static void test_sums_out_of_range_saturate(void **state)
{
    (void)state;
    static const char *const precisions[] = {"f64", "f32"};
    static const double far[] = {89, 710, 1e5, 1e17, 1e30, 3e38, 1e155, 1e200, 1e308};
    for (int i = 0; i < 2 * 9; i++) {
        const double z = far[i / 2];
        const int is_single = i % 2;
        for (int64_t n_out = 1; n_out <= MOST; n_out++) {
            const int64_t layers[] = {1, n_out};
            if ((is_single && z > 3.1e38) || (!is_single && z < 700))
                continue;
            dnn_model *model = model_with(layers, 2, "sigmoid_slope=1 precision=%s", precisions[is_single]);
            double w[2 * MOST], y[MOST];
            const double one = 1;
            for (int64_t k = 0; k < n_out; k++) { /* z = −far, 0, far, −far … */
                w[2 * k] = (double)(k % 3 - 1) * z;
                w[2 * k + 1] = 0;
            }
            assert_ok(dnn_model_set_weights(model, 0, w));
            assert_ok(dnn_model_predict(model, &one, 1, y));
            for (int64_t k = 0; k < n_out; k++)
                assert_true(k % 3 == 0 ? y[k] < 1e-38 : y[k] == (k % 3 == 1 ? 0.5 : 1));
            dnn_model_destroy(model);
        }
    }
}

/* Weights of every size, up to where nothing is finite: a step leaves finite weights, or the ones that there were. */
static void test_a_step_leaves_the_weights_finite_or_alone(void **state)
{
    (void)state;
    static const char *const activations[] = {"identity", "relu", "tanh"};
    int32_t refused = 0, taken = 0;
    for (int i = 0; i < 3 * 2 * 2; i++) {
        const int64_t layers[] = {2, 3, i % 2 == 0 ? 3 : 5, 2};
        const int is_single = i / 2 % 2;
        dnn_model *model = model_with(layers, 4, "precision=%s activation=%s output_activation=identity",
                                      is_single ? "f32" : "f64", activations[i / 4]);
        dnn_trainer *trainer = trainer_of(model);
        for (double scale = 1; scale < (is_single ? 1e38 : 1e308); scale *= is_single ? 1e1 : 1e7) {
            const double x[] = {0.5, -1}, y[] = {1, -2};
            set_weights(model, NULL, scale);
            double *before = weights_of(model);
            if (dnn_trainer_step(trainer, x, y, 1, NULL) == DNN_OK) {
                double *after = weights_of(model);
                for (int64_t k = 0; k < dnn_model_parameter_count(model); k++)
                    assert_true(isfinite(after[k]));
                free(after);
                taken++;
            } else {
                assert_weights(model, before);
                refused++;
            }
            free(before);
        }
        dnn_trainer_destroy(trainer);
        dnn_model_destroy(model);
    }
    assert_true(taken > 50 && refused > 50);
}

/* What only the BLAS's way is compared with: the other losses, and standardized inputs. */
static void compare(const char *settings, const char *precision, double tolerance)
{
    static const int64_t shapes[][4] = {{2, 3, 3, 2}, {3, 6, 3, 5}, {5, 2, 7, 1}};
    for (int shape = 0; shape < 3; shape++) {
        const int64_t *layers = shapes[shape];
        dnn_model *small = model_with(layers, 4, "precision=%s %s sigmoid_slope=1", precision, settings);
        dnn_model *blas = model_with(layers, 4, "precision=%s %s sigmoid_slope=1 engine=blas", precision, settings);
        dnn_dataset *dataset = random_dataset(5, 20, layers[0], layers[3]);
        assert_ok(dnn_model_standardize(small, dataset));
        assert_ok(dnn_model_standardize(blas, dataset));
        dnn_trainer *of_small = trainer_of(small), *of_blas = trainer_of(blas);
        for (int64_t i = 0; i < 20; i++) {
            double x[MOST], y[MOST], a, b;
            float x_f32[MOST], y_f32[MOST];
            assert_ok(dnn_dataset_get(dataset, i, x, y));
            for (int64_t j = 0; j < MOST; j++) {
                x_f32[j] = j < layers[0] ? (float)x[j] : 0;
                y_f32[j] = j < layers[3] ? (float)y[j] : 0;
            }
            assert_ok(i % 2 == 0 ? dnn_trainer_step(of_small, x, y, 1, &a)
                                 : dnn_trainer_step_f32(of_small, x_f32, y_f32, 1, &a));
            assert_ok(i % 2 == 0 ? dnn_trainer_step(of_blas, x, y, 1, &b)
                                 : dnn_trainer_step_f32(of_blas, x_f32, y_f32, 1, &b));
            assert_near("loss", i, a, b, 1, tolerance);
        }
        double *theta = weights_of(small), *expected = weights_of(blas);
        for (int64_t k = 0; k < dnn_model_parameter_count(small); k++)
            assert_near(settings, k, theta[k], expected[k], 1, tolerance);
        free(theta), free(expected);
        dnn_trainer_destroy(of_small), dnn_trainer_destroy(of_blas);
        dnn_model_destroy(small), dnn_model_destroy(blas);
        dnn_dataset_destroy(dataset);
    }
}

static void test_other_losses_and_standardized_inputs_are_as_by_the_blas(void **state)
{
    (void)state;
    static const char *const losses[] = {"loss=squared_error", "loss=absolute_error", "loss=huber huber_delta=0.25"};
    for (int i = 0; i < 3; i++) {
        compare(losses[i], "f64", 1e-12);
        compare(losses[i], "f32", 1e-4);
    }
}

/* Arrays of float are arrays of double, rounded at the end; one row, and more than a vector holds. */
static void test_arrays_of_float_give_what_arrays_of_double_do(void **state)
{
    (void)state;
    enum { ROWS = 37 };
    static const char *const precisions[] = {"f64", "f32"};
    const int64_t layers[] = {3, 5, 2};
    for (int i = 0; i < 4; i++) {
        dnn_model *model = model_with(layers, 3, "precision=%s sigmoid_slope=1", precisions[i % 2]);
        dnn_dataset *dataset = random_dataset(5, ROWS, 3, 2);
        dnn_workspace *workspace = NULL;
        double x[3 * ROWS], y[2 * ROWS];
        float x_f32[3 * ROWS], y_f32[2 * ROWS], again[2 * ROWS];
        if (i / 2 == 1)
            assert_ok(dnn_model_standardize(model, dataset));
        assert_ok(dnn_workspace_create(model, ROWS, &workspace));
        for (int64_t j = 0; j < ROWS; j++)
            assert_ok(dnn_dataset_get(dataset, j, x + 3 * j, NULL));
        for (int j = 0; j < 3 * ROWS; j++)
            x_f32[j] = (float)x[j];
        for (int64_t n = 1; n <= ROWS; n++) {
            assert_ok(dnn_model_predict(model, x, n, y));
            assert_ok(dnn_model_predict_f32(model, x_f32, n, y_f32));
            assert_ok(dnn_workspace_predict_f32(workspace, x_f32, n, again));
            assert_memory_equal(y_f32, again, (size_t)(2 * n) * sizeof(float));
            for (int64_t j = 0; j < 2 * n; j++)
                assert_true(y_f32[j] == (float)y[j]);
        }
        dnn_workspace_destroy(workspace);
        dnn_dataset_destroy(dataset);
        dnn_model_destroy(model);
    }
}

/* A fit of one sample a batch is as many steps, to the last bit: there the samples come out of a dataset. */
static void test_a_fit_of_one_sample_a_batch_is_steps(void **state)
{
    (void)state;
    enum { N = 7 };
    static const int64_t shapes[][4] = {{2, 3, 3, 2}, {1, 1, 1, 1}, {3, 2, 3, 3}, {5, 3, 2, 1}, {6, 4, 5, 6}};
    for (size_t s = 0; s < 2 * sizeof shapes / sizeof *shapes; s++) {
        const int64_t *layers = shapes[s / 2];
        double x[N * MOST], y[N * MOST];
        struct generator generator = {5};
        generator_fill(&generator, x, N * layers[0], 0.5);
        generator_fill(&generator, y, N * layers[3], 0);
        dnn_model *fitted = model_with(layers, 4, "precision=%s batch_size=1 epochs=2 shuffle=false learning_rate=0.1",
                                       s % 2 == 0 ? "f64" : "f32"),
                  *stepped = NULL;
        assert_ok(dnn_model_clone(fitted, &stepped));
        dnn_trainer *fit = trainer_of(fitted), *steps = trainer_of(stepped);
        dnn_dataset *dataset = NULL;
        assert_ok(dnn_dataset_create(x, N, layers[0], y, layers[3], &dataset));
        assert_ok(dnn_trainer_fit(fit, dataset, NULL));
        for (int i = 0; i < 2 * N; i++)
            assert_ok(dnn_trainer_step(steps, x + i % N * layers[0], y + i % N * layers[3], 1, NULL));
        double *theta = weights_of(stepped);
        assert_weights(fitted, theta);
        free(theta);
        dnn_dataset_destroy(dataset);
        dnn_trainer_destroy(fit), dnn_trainer_destroy(steps);
        dnn_model_destroy(fitted), dnn_model_destroy(stepped);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_shape_is_the_naive_network),
        cmocka_unit_test(test_what_is_not_finite_is_refused_in_every_place),
        cmocka_unit_test(test_sums_out_of_range_saturate),
        cmocka_unit_test(test_a_step_leaves_the_weights_finite_or_alone),
        cmocka_unit_test(test_other_losses_and_standardized_inputs_are_as_by_the_blas),
        cmocka_unit_test(test_arrays_of_float_give_what_arrays_of_double_do),
        cmocka_unit_test(test_a_fit_of_one_sample_a_batch_is_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
