/*
 * test_footprint.c - a handle takes the memory that dnn.h says, and what it works with it has before it begins.
 *
 * The formulas are those of MEMORY and of each create function in dnn.h, written down again. What is allocated is counted in
 * base/memory.c (counted_memory.h), and may differ from them by some KiB a handle, and by 1 MiB where a thread works on batches. So
 * the networks here are large: a second gradient, or an array of a batch that nobody needs, is more than that.
 */
#include "counted_memory.h"

#include "expect.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) ((int64_t)(sizeof(array) / sizeof(array)[0]))

enum { SOME_KIB = 16 << 10, OF_A_THREAD = 1 << 20, MOST_AT_ONCE = 16 << 20 };

/* A network, and its numbers of 4 or 8 bytes. */
struct shape {
    int64_t layers[5];
    int64_t layer_count;
    const char *precision;
};

static const struct shape shapes[] = {
    {{784, 512, 512, 10}, 4, "f32"},
    {{2, 1000, 1000, 2}, 4, "f64"},
    {{1500, 1023, 511, 255, 700}, 5, "f32"}, /* rows that are a multiple of 4096 bytes */
    {{900, 511, 1023, 3}, 4, "f64"},
};

/* ---- the formulas ---- */

static int64_t bytes_of_row(const struct shape *shape, int64_t l)
{
    const int64_t number = strcmp(shape->precision, "f32") == 0 ? 4 : 8;
    const int64_t rounded = ((shape->layers[l] + 1) * number + 63) / 64 * 64;
    return rounded % 4096 == 0 ? rounded + 64 : rounded;
}

static int64_t weights_of_shape(const struct shape *shape)
{
    int64_t sum = 0;
    for (int64_t l = 0; l + 1 < shape->layer_count; l++)
        sum += shape->layers[l + 1] * bytes_of_row(shape, l);
    return sum;
}

static int64_t activations_of_shape(const struct shape *shape)
{
    int64_t sum = 0;
    for (int64_t l = 0; l < shape->layer_count; l++)
        sum += bytes_of_row(shape, l);
    return sum;
}

/* R(n) */
static int64_t rows_at_once(const struct shape *shape, int64_t n)
{
    const int64_t most = MOST_AT_ONCE / activations_of_shape(shape);
    return most < 1 ? 1 : n < most ? n : most;
}

/* How a trainer learns, and what of a formula that is: of weights W, and of a batch rows of the hidden layers and of the output. */
struct way {
    const char *settings;
    int64_t batch_size;
    int64_t weights, hidden_rows, output_rows;
};

static const struct way ways[] = {
    {"", 1, 1, 0, 0},
    {"batch_size=4096", 4096, 1, 0, 0},
    {"batch_size=4096 optimizer=momentum", 4096, 2, 0, 0},
    {"batch_size=300 optimizer=nesterov activation=tanh", 300, 2, 0, 0},
    {"batch_size=64 optimizer=rmsprop activation=elu", 64, 2, 0, 0},
    {"batch_size=4096 optimizer=adam activation=gelu", 4096, 3, 1, 0},
    {"batch_size=4096 optimizer=adamw activation=silu dropout=0.5", 4096, 3, 2, 0},
    {"batch_size=4096 optimizer=rprop patience=3", 4096, 4, 0, 0},
    {"batch_size=4096 optimizer=sgd patience=3 restore_best=false dropout=0.2", 4096, 1, 2, 0},
    {"batch_size=4096 optimizer=sgd l2=0.01 output_activation=softmax loss=cross_entropy "
     "sigmoid_derivative=exact",
     4096, 1, 0, 1},
};

static int64_t bytes_of_trainer(const struct shape *shape, const struct way *way)
{
    const int64_t last = shape->layer_count - 1;
    const int64_t rows = rows_at_once(shape, way->batch_size > 256 ? way->batch_size : 256);
    int64_t row = 2 * activations_of_shape(shape) - bytes_of_row(shape, 0) + bytes_of_row(shape, last) + 8;
    for (int64_t l = 1; l < last; l++)
        row += way->hidden_rows * bytes_of_row(shape, l);
    row += way->output_rows * bytes_of_row(shape, last);
    return way->weights * weights_of_shape(shape) + rows * row;
}

/* ---- what is there ---- */

static void assert_bytes(const char *what, const struct shape *shape, int64_t bytes, int64_t expected, int64_t slack)
{
    if (bytes < expected - slack || bytes > expected + slack)
        fail_msg("%s of %lld layers, %lld inputs: %lld bytes, and dnn.h says %lld", what, (long long)shape->layer_count,
                 (long long)shape->layers[0], (long long)bytes, (long long)expected);
}

static dnn_model *model_of_shape(const struct shape *shape, const char *settings, int threads)
{
    char all[256];
    snprintf(all, sizeof all, "precision=%s threads=%d init=zeros %s", shape->precision, threads, settings);
    return model_of(shape->layers, shape->layer_count, all);
}

static void test_a_model_holds_its_weights_once(void **state)
{
    (void)state;
    for (int64_t i = 0; i < COUNT(shapes); i++) {
        const int64_t before = counted.bytes;
        dnn_model *model = model_of_shape(&shapes[i], "", 1), *clone = NULL;
        assert_bytes("a model", &shapes[i], counted.bytes - before, weights_of_shape(&shapes[i]), SOME_KIB);
        const int64_t with_one = counted.bytes;
        assert_ok(dnn_model_clone(model, &clone));
        assert_bytes("a clone", &shapes[i], counted.bytes - with_one, weights_of_shape(&shapes[i]), SOME_KIB);
        dnn_model_destroy(clone);
        dnn_model_destroy(model);
        assert_int_equal(counted.bytes, before);
    }
}

static void assert_trainer(const struct shape *shape, const struct way *way, int threads)
{
    dnn_model *model = model_of_shape(shape, way->settings, threads);
    const int64_t before = counted.bytes;
    dnn_trainer *trainer = trainer_of(model);
    assert_bytes(way->settings, shape, counted.bytes - before, bytes_of_trainer(shape, way),
                 SOME_KIB + threads * OF_A_THREAD);
    dnn_trainer_destroy(trainer);
    assert_int_equal(counted.bytes, before);
    dnn_model_destroy(model);
}

static void test_a_trainer_adds_gradient_optimizer_and_one_batch(void **state)
{
    (void)state;
    for (int64_t i = 0; i < COUNT(shapes); i++) {
        for (int64_t k = 0; k < COUNT(ways); k++) {
            assert_trainer(&shapes[i], &ways[k], 1);
            assert_trainer(&shapes[i], &ways[k], 2);
        }
    }
}

static void test_a_sum_of_gradients_is_made_when_it_is_first_needed(void **state)
{
    (void)state;
    for (int64_t i = 0; i < COUNT(shapes); i++) {
        const struct shape *shape = &shapes[i];
        dnn_model *model = model_of_shape(shape, "", 1);
        dnn_trainer *trainer = trainer_of(model);
        double *x = allocate_or_fail((size_t)shape->layers[0], sizeof *x);
        double *y = allocate_or_fail((size_t)shape->layers[shape->layer_count - 1], sizeof *y);
        double *gradient = allocate_or_fail((size_t)dnn_model_parameter_count(model), sizeof *gradient);
        const int64_t before = counted.bytes;
        assert_ok(dnn_trainer_step(trainer, x, y, 1, NULL));
        assert_ok(dnn_trainer_get_gradient(trainer, gradient));
        assert_int_equal(counted.bytes, before);
        if (i % 2 == 0)
            assert_ok(dnn_trainer_accumulate(trainer, x, y, 1, NULL));
        else
            assert_ok(dnn_trainer_set_gradient(trainer, gradient));
        assert_bytes("a sum", shape, counted.bytes - before, weights_of_shape(shape), SOME_KIB);
        counted.requests = 0;
        assert_ok(dnn_trainer_accumulate(trainer, x, y, 1, NULL));
        assert_ok(dnn_trainer_set_gradient(trainer, gradient));
        assert_ok(dnn_trainer_apply(trainer, 1));
        assert_int_equal(counted.requests, 0);
        free(gradient);
        free(y);
        free(x);
        dnn_trainer_destroy(trainer);
        dnn_model_destroy(model);
    }
}

static void test_a_workspace_holds_the_activations_of_its_rows(void **state)
{
    (void)state;
    for (int64_t i = 0; i < COUNT(shapes); i++) {
        dnn_model *model = model_of_shape(&shapes[i], "", 1);
        for (int64_t rows = 1; rows <= 10000; rows *= 100) {
            dnn_workspace *workspace = NULL;
            const int64_t before = counted.bytes;
            assert_ok(dnn_workspace_create(model, rows, &workspace));
            assert_bytes("a workspace", &shapes[i], counted.bytes - before, rows * activations_of_shape(&shapes[i]),
                         SOME_KIB + OF_A_THREAD);
            dnn_workspace_destroy(workspace);
            assert_int_equal(counted.bytes, before);
        }
        dnn_model_destroy(model);
    }
}

static void test_predictions_of_any_number_of_rows_take_memory_for_a_few(void **state)
{
    (void)state;
    enum { ROWS = 300 };
    for (int64_t i = 0; i < COUNT(shapes); i++) {
        const struct shape *shape = &shapes[i];
        const int64_t n_in = shape->layers[0], n_out = shape->layers[shape->layer_count - 1];
        const int64_t most = activations_of_shape(shape) + 2 * bytes_of_row(shape, shape->layer_count - 1) + 8;
        dnn_model *model = model_of_shape(shape, "", 1);
        double *x = allocate_or_fail((size_t)(ROWS * n_in), sizeof *x);
        double *y = allocate_or_fail((size_t)(ROWS * n_out), sizeof *y);
        const int64_t before = counted.bytes;
        counted.peak = before;
        assert_ok(dnn_model_predict(model, x, ROWS, y));
        assert_in_range(counted.peak - before, 1,
                        (uintmax_t)(rows_at_once(shape, 256) * most + SOME_KIB + OF_A_THREAD));
        counted.requests = 0;
        assert_ok(dnn_model_predict(model, x, ROWS, y));
        assert_int_equal(counted.requests, 0);
        free(y);
        free(x);
        dnn_model_destroy(model);
    }
}

/* ---- nothing is asked for ---- */

static const char *const optimizers[] = {
    "",
    "optimizer=momentum",
    "optimizer=nesterov weight_decay=0.1",
    "optimizer=rmsprop l2=0.01",
    "optimizer=adam dropout=0.2",
    "optimizer=adamw weight_decay=0.1 clip_norm=1",
    "optimizer=rprop",
    "engine=blas",
    "threads=2",
    "precision=f32",
};

static const struct {
    int64_t layers[4];
} networks[] = {{{3, 4, 4, 2}}, {{20, 200, 200, 5}}};

/* Of samples that fit a batch, and of more. */
static const int64_t counts[] = {1, 3, 64, 300};

/* EPOCHS: more than a history has room for unless it is told how many there will be. */
enum { MOST_SAMPLES = 300, MOST_INPUTS = 20, MOST_OUTPUTS = 5, EPOCHS = 18 };

static double x[MOST_SAMPLES * MOST_INPUTS], y[MOST_SAMPLES * MOST_OUTPUTS], out[MOST_SAMPLES * MOST_OUTPUTS];
static float x_f32[MOST_SAMPLES * MOST_INPUTS], y_f32[MOST_SAMPLES * MOST_OUTPUTS],
    out_f32[MOST_SAMPLES * MOST_OUTPUTS];

static int fill_samples(void **state)
{
    (void)state;
    struct generator generator = {1};
    generator_fill(&generator, x, COUNT(x), 0);
    generator_fill(&generator, y, COUNT(y), 0);
    for (int64_t i = 0; i < COUNT(x); i++)
        x_f32[i] = (float)x[i];
    for (int64_t i = 0; i < COUNT(y); i++)
        y_f32[i] = (float)y[i];
    return 0;
}

static void test_a_step_asks_for_no_memory(void **state)
{
    (void)state;
    for (int64_t i = 0; i < COUNT(networks) * COUNT(optimizers); i++) {
        dnn_model *model = model_of(networks[i % COUNT(networks)].layers, 4, optimizers[i / COUNT(networks)]);
        dnn_trainer *trainer = trainer_of(model);
        double loss;
        counted.requests = 0;
        for (int64_t k = 0; k < COUNT(counts); k++) {
            assert_ok(dnn_trainer_step(trainer, x, y, counts[k], &loss));
            assert_ok(dnn_trainer_step_f32(trainer, x_f32, y_f32, counts[k], NULL));
            assert_ok(dnn_trainer_layer_stats(trainer, 1, &loss, NULL, NULL));
        }
        assert_int_equal(counted.requests, 0);
        dnn_trainer_destroy(trainer);
        dnn_model_destroy(model);
    }
}

static void test_a_workspace_asks_for_no_memory(void **state)
{
    (void)state;
    for (int64_t i = 0; i < COUNT(networks) * COUNT(optimizers); i++) {
        dnn_model *model = model_of(networks[i % COUNT(networks)].layers, 4, optimizers[i / COUNT(networks)]);
        dnn_workspace *workspace = NULL;
        assert_ok(dnn_workspace_create(model, MOST_SAMPLES, &workspace));
        counted.requests = 0;
        for (int64_t k = 0; k < COUNT(counts); k++) {
            assert_ok(dnn_workspace_predict(workspace, x, counts[k], out));
            assert_ok(dnn_workspace_predict_f32(workspace, x_f32, counts[k], out_f32));
        }
        assert_int_equal(counted.requests, 0);
        dnn_workspace_destroy(workspace);
        dnn_model_destroy(model);
    }
}

static void test_a_model_asks_for_memory_at_its_first_prediction_alone(void **state)
{
    (void)state;
    int32_t labels[MOST_SAMPLES];
    for (int64_t i = 0; i < COUNT(networks) * COUNT(optimizers); i++) {
        const int64_t *layers = networks[i % COUNT(networks)].layers;
        dnn_model *model = model_of(layers, 4, optimizers[i / COUNT(networks)]);
        dnn_dataset *dataset = NULL;
        double loss, accuracy;
        assert_ok(dnn_dataset_create(x, MOST_SAMPLES, layers[0], y, layers[3], &dataset));
        assert_ok(dnn_model_evaluate(model, dataset, &loss, NULL));
        assert_ok(dnn_model_predict(model, x, MOST_SAMPLES, out));
        counted.requests = 0;
        for (int64_t k = 0; k < COUNT(counts); k++) {
            assert_ok(dnn_model_predict(model, x, counts[k], out));
            assert_ok(dnn_model_predict_f32(model, x_f32, counts[k], out_f32));
            assert_ok(dnn_model_classify(model, x, counts[k], labels));
            assert_ok(dnn_model_evaluate(model, dataset, &loss, &accuracy));
        }
        assert_int_equal(counted.requests, 0);
        dnn_dataset_destroy(dataset);
        dnn_model_destroy(model);
    }
}

/* What a fit asked for until after its first batch, and how many batches and epochs came then. */
struct watched {
    int64_t at_first, batches, epochs;
};

static int32_t watch(void *user, const dnn_progress *progress)
{
    struct watched *watched = user;
    if (watched->batches++ == 0)
        watched->at_first = counted.requests;
    watched->epochs = dnn_progress_epoch(progress);
    return 1;
}

static void fit_and_watch(const int64_t *layers, const char *optimizer, const char *fit)
{
    char settings[256];
    snprintf(settings, sizeof settings, "%s %s epochs=%d batch_size=64", optimizer, fit, EPOCHS);
    dnn_model *model = model_of(layers, 4, settings);
    dnn_trainer *trainer = trainer_of(model);
    dnn_dataset *training = NULL, *validation = NULL;
    struct watched watched = {0};
    assert_ok(dnn_dataset_create(x, 130, layers[0], y, layers[3], &training));
    assert_ok(dnn_dataset_create(x, 65, layers[0], y, layers[3], &validation));
    assert_ok(dnn_trainer_set_progress(trainer, watch, &watched));
    for (int round = 0; round < 2; round++) {
        watched = (struct watched){0};
        counted.requests = 0;
        assert_ok(dnn_trainer_fit(trainer, training, validation));
        assert_int_equal(counted.requests, watched.at_first);
        assert_int_equal(watched.epochs, EPOCHS);
        assert_int_equal(watched.batches, EPOCHS * 3);
    }
    dnn_dataset_destroy(validation);
    dnn_dataset_destroy(training);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void test_fit_asks_for_no_memory_after_its_first_batch(void **state)
{
    (void)state;
    for (int64_t i = 0; i < COUNT(networks); i++) {
        for (int64_t k = 0; k < COUNT(optimizers); k++) {
            fit_and_watch(networks[i].layers, optimizers[k], "shuffle=true patience=1000");
        }
        fit_and_watch(networks[i].layers, "", "shuffle=false schedule=plateau");
    }
}

static int setup(void **state)
{
    return fill_samples(state);
}

static int teardown(void **state)
{
    (void)state;
    return counted.blocks == 0 ? 0 : -1;
}

int main(void)
{
    count_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_model_holds_its_weights_once),
        cmocka_unit_test(test_a_trainer_adds_gradient_optimizer_and_one_batch),
        cmocka_unit_test(test_a_sum_of_gradients_is_made_when_it_is_first_needed),
        cmocka_unit_test(test_a_workspace_holds_the_activations_of_its_rows),
        cmocka_unit_test(test_predictions_of_any_number_of_rows_take_memory_for_a_few),
        cmocka_unit_test(test_a_step_asks_for_no_memory),
        cmocka_unit_test(test_a_workspace_asks_for_no_memory),
        cmocka_unit_test(test_a_model_asks_for_memory_at_its_first_prediction_alone),
        cmocka_unit_test(test_fit_asks_for_no_memory_after_its_first_batch),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
