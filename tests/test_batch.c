/*
 * test_batch.c - a batch that several threads share: who computes what never changes a bit of the result.
 *
 * The numbers themselves are compared with other sources in test_optimizer_parity, test_gradient and test_product; here the same
 * training is run with threads = 1 and with more, and everything that it leaves must be equal.
 */
#include "api/model.h"
#include "base/team.h"
#include "expect.h"
#include "file_support.h"
#include "support.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if !defined(_WIN32)
#include <sys/wait.h>
#endif
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { N_IN = 70, N_OUT = 5, SAMPLES = 333 };
static const int64_t layers[] = {N_IN, 120, 90, N_OUT};
enum { LAYERS = COUNT(layers) };

static double x[SAMPLES * N_IN], y[SAMPLES * N_OUT];

static int draw_samples(void **state)
{
    struct generator generator = {7};
    (void)state;
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = generator_uniform(&generator);
    for (size_t i = 0; i < SAMPLES; i++)
        y[i * N_OUT + i % N_OUT] = 1;
    return 0;
}

static dnn_config *configure(const char *settings, int64_t threads)
{
    dnn_config *config = config_of_recipe("classifier", settings);
    assert_ok(dnn_config_set_integer(config, "batch_size", 100));
    assert_ok(dnn_config_set_integer(config, "epochs", 2));
    assert_ok(dnn_config_set_integer(config, "threads", threads));
    return config;
}

/* Steps of several sizes, sums of gradients and a fit; what they leave. Released with free. */
static double *train(const char *settings, int64_t threads, double *losses)
{
    dnn_config *config = configure(settings, threads);
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_dataset *dataset;
    assert_ok(dnn_model_create(layers, LAYERS, config, &model));
    assert_ok(dnn_trainer_create(model, NULL, &trainer));
    assert_ok(dnn_dataset_create(x, SAMPLES, N_IN, y, N_OUT, &dataset));
    static const int64_t sizes[] = {100, 33, SAMPLES, 2, 7, 65}; /* one does not fit the pass at once */
    for (size_t i = 0; i < COUNT(sizes); i++)
        assert_ok(dnn_trainer_step(trainer, x, y, sizes[i], &losses[i]));
    assert_ok(dnn_trainer_accumulate(trainer, x, y, 150, &losses[COUNT(sizes)]));
    assert_ok(dnn_trainer_accumulate(trainer, x + 150 * N_IN, y + 150 * N_OUT, 60, &losses[COUNT(sizes) + 1]));
    assert_ok(dnn_trainer_apply(trainer, 1.0 / 210));
    assert_ok(dnn_trainer_fit(trainer, dataset, dataset));
    assert_ok(dnn_trainer_history(trainer, 1, &losses[COUNT(sizes) + 2], NULL, NULL));
    double *theta = allocate_or_fail((size_t)dnn_model_parameter_count(model), sizeof *theta);
    assert_ok(dnn_model_get_parameters(model, theta));
    dnn_dataset_destroy(dataset);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
    return theta;
}

enum { LOSSES = 9 };

static int64_t parameter_count(void)
{
    int64_t count = 0;
    for (size_t l = 0; l + 1 < LAYERS; l++)
        count += layers[l + 1] * (layers[l] + 1);
    return count;
}

static void check_threads(const char *settings)
{
    double alone_losses[LOSSES], losses[LOSSES];
    double *alone = train(settings, 1, alone_losses);
    for (int64_t threads = 2; threads <= 3; threads++) {
        double *theta = train(settings, threads, losses);
        for (int64_t i = 0; i < parameter_count(); i++)
            if (memcmp(&theta[i], &alone[i], sizeof *theta) != 0)
                fail_msg("%s: parameter %d is %.17g with %d threads and %.17g with 1", settings, (int)i, theta[i],
                         (int)threads, alone[i]);
        for (int i = 0; i < LOSSES; i++)
            if (memcmp(&losses[i], &alone_losses[i], sizeof *losses) != 0)
                fail_msg("%s: loss %d is %.17g with %d threads and %.17g with 1", settings, i, losses[i], (int)threads,
                         alone_losses[i]);
        free(theta);
    }
    free(alone);
}

static void test_threads_change_no_bit_of_a_training(void **state)
{
    (void)state;
    if (team_processors() < 2)
        print_message("one processor: a team is one thread here\n");
    static const char *const settings[] = {
        "precision=f32 optimizer=sgd",
        "precision=f64 optimizer=sgd",
        "precision=f32 optimizer=adam",
        "precision=f64 optimizer=adamw weight_decay=0.01 dropout=0.2",
        "precision=f32 optimizer=momentum clip_norm=1",
        "precision=f64 optimizer=rmsprop clip_norm=0.5 weight_decay=0.001",
        "precision=f32 optimizer=nesterov dropout=0.5",
        "precision=f64 optimizer=rprop",
    };
    for (size_t i = 0; i < COUNT(settings); i++)
        check_threads(settings[i]);
}

/* A step that fails leaves the weights alone, whichever thread meets the number that is too large. */
static void test_a_number_too_large_in_any_share_is_found(void **state)
{
    (void)state;
    dnn_config *config = configure("precision=f32 optimizer=adam", 2);
    dnn_model *model;
    dnn_trainer *trainer;
    double *large = allocate_or_fail(COUNT(x), sizeof *large);
    assert_ok(dnn_model_create(layers, LAYERS, config, &model));
    assert_ok(dnn_trainer_create(model, NULL, &trainer));
    double *before = allocate_or_fail((size_t)parameter_count(), sizeof *before);
    double *after = allocate_or_fail((size_t)parameter_count(), sizeof *after);
    for (int64_t row = 0; row < 128; row += 31) {
        memcpy(large, x, sizeof x);
        for (int64_t j = 0; j < N_IN; j++)
            large[row * N_IN + j] = 3e38;
        assert_ok(dnn_model_get_parameters(model, before));
        assert_int_equal(dnn_trainer_step(trainer, large, y, 128, NULL), DNN_ERROR_NOT_FINITE);
        assert_ok(dnn_model_get_parameters(model, after));
        assert_memory_equal(before, after, (size_t)parameter_count() * sizeof *before);
        assert_ok(dnn_trainer_step(trainer, x, y, 128, NULL));
    }
    free(before);
    free(after);
    free(large);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
}

/* The gradient of 32 samples is half the largest float, that of 128 is none; the rate makes it small, but only afterwards. */
static void check_sum_too_large(const char *settings, int64_t threads)
{
    enum { LARGE = 128 };
    static const int64_t one_weight[] = {1, 1};
    double x_large[LARGE], y_large[LARGE], before[2], after[2], loss = 7;
    dnn_config *config = config_of_recipe("regressor", settings);
    dnn_model *model;
    dnn_trainer *trainer;
    for (size_t i = 0; i < LARGE; i++) {
        x_large[i] = 2.25e18;
        y_large[i] = 1.125e18; /* ψ = −2 y */
    }
    assert_ok(dnn_config_set_integer(config, "threads", threads));
    assert_ok(dnn_model_create(one_weight, COUNT(one_weight), config, &model));
    assert_ok(dnn_trainer_create(model, NULL, &trainer));
    assert_ok(dnn_model_get_parameters(model, before));
    assert_int_equal(dnn_trainer_step(trainer, x_large, y_large, LARGE, &loss), DNN_ERROR_NOT_FINITE);
    assert_non_null(strstr(dnn_last_error(), "gradient"));
    assert_true(loss == 7);
    assert_ok(dnn_model_get_parameters(model, after));
    assert_memory_equal(after, before, sizeof before);
    assert_ok(dnn_trainer_step(trainer, x_large, y_large, 32, &loss));
    assert_ok(dnn_model_get_parameters(model, after));
    assert_true(after[0] > 1e6 && after[0] < 1e7);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
}

static void test_a_sum_that_is_too_large_where_no_share_is_changes_nothing(void **state)
{
    (void)state;
    for (int64_t threads = 1; threads <= 2; threads++) {
        check_sum_too_large("precision=f32 init=zeros learning_rate=1e-30 optimizer=sgd", threads);
        check_sum_too_large("precision=f32 init=zeros learning_rate=1e-30 optimizer=momentum", threads);
        check_sum_too_large("precision=f32 init=zeros learning_rate=1e-30 optimizer=sgd engine=blas", threads);
    }
}

#if !UNDER_TSAN && !DNN_EMULATED
/* The child of a fork has none of the threads, and starts its own. */
static void test_a_child_of_a_fork_goes_on_with_threads_of_its_own(void **state)
{
    (void)state;
    dnn_config *config = configure("precision=f32 optimizer=adam", 2);
    dnn_model *model;
    dnn_trainer *trainer;
    double expected, loss;
    int pipe_ends[2], child_status;
    assert_ok(dnn_model_create(layers, LAYERS, config, &model));
    assert_ok(dnn_trainer_create(model, NULL, &trainer));
    assert_ok(dnn_trainer_step(trainer, x, y, 128, NULL));
    assert_int_equal(pipe(pipe_ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(60);
        const bool is_right = dnn_trainer_step(trainer, x, y, 128, NULL) == DNN_OK &&
                              dnn_trainer_step(trainer, x, y, 128, &loss) == DNN_OK &&
                              write(pipe_ends[1], &loss, sizeof loss) == (ssize_t)sizeof loss;
        _exit(is_right ? 0 : 1);
    }
    assert_ok(dnn_trainer_step(trainer, x, y, 128, NULL));
    assert_ok(dnn_trainer_step(trainer, x, y, 128, &expected));
    assert_int_equal(read(pipe_ends[0], &loss, sizeof loss), (int)sizeof loss);
    assert_int_equal(waitpid(child, &child_status, 0), child);
    assert_true(WIFEXITED(child_status) && WEXITSTATUS(child_status) == 0);
    assert_memory_equal(&loss, &expected, sizeof loss);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
}

#endif

/* ---- predictions ---- */

enum { ROWS = 1000 };

static double rows[ROWS * N_IN];

/* Everything that a model says of ROWS samples. */
struct answers {
    double y[ROWS * N_OUT], tail[257 * N_OUT];
    float y_f32[ROWS * N_OUT];
    int32_t label[ROWS];
    double loss, accuracy, r2;
    int64_t counts[N_OUT * N_OUT];
};

static dnn_model *large_model(int64_t threads)
{
    static const int64_t sizes[] = {N_IN, 300, 200, N_OUT};
    dnn_config *config = configure("precision=f32", threads);
    dnn_model *model;
    assert_ok(dnn_model_create(sizes, 4, config, &model));
    dnn_config_destroy(config);
    return model;
}

static void ask(const dnn_model *model, const dnn_dataset *dataset, struct answers *answers)
{
    float *x_f32 = allocate_or_fail(COUNT(rows), sizeof *x_f32);
    for (size_t i = 0; i < COUNT(rows); i++)
        x_f32[i] = (float)rows[i];
    assert_ok(dnn_model_predict(model, rows, ROWS, answers->y));
    assert_ok(dnn_model_predict(model, rows, 257, answers->tail)); /* the last chunk is one row */
    assert_ok(dnn_model_predict_f32(model, x_f32, ROWS, answers->y_f32));
    assert_ok(dnn_model_classify(model, rows, ROWS, answers->label));
    assert_ok(dnn_model_evaluate(model, dataset, &answers->loss, &answers->accuracy));
    assert_ok(dnn_model_score(model, dataset, &answers->r2));
    assert_ok(dnn_model_confusion(model, dataset, answers->counts));
    free(x_f32);
}

static dnn_dataset *rows_with_targets(void)
{
    struct generator generator = {11};
    double *targets = allocate_or_fail(ROWS * N_OUT, sizeof *targets);
    dnn_dataset *dataset;
    for (size_t i = 0; i < COUNT(rows); i++)
        rows[i] = generator_uniform(&generator);
    for (size_t i = 0; i < ROWS; i++)
        targets[i * N_OUT + i * i % N_OUT] = 1;
    assert_ok(dnn_dataset_create(rows, ROWS, N_IN, targets, N_OUT, &dataset));
    free(targets);
    return dataset;
}

static void test_threads_change_no_bit_of_a_prediction(void **state)
{
    (void)state;
    dnn_dataset *dataset = rows_with_targets();
    struct answers *alone = allocate_or_fail(1, sizeof *alone), *shared = allocate_or_fail(1, sizeof *shared);
    dnn_model *model = large_model(1);
    ask(model, dataset, alone);
    if (model->network->has_products) /* a BLAS may sum a row alone in another order than among others */
        assert_memory_equal(alone->tail, alone->y, sizeof alone->tail);
    dnn_model_destroy(model);
    for (int64_t threads = 0; threads <= 3; threads++) {
        model = large_model(threads);
        ask(model, dataset, shared);
        assert_memory_equal(shared, alone, sizeof *alone);
        ask(model, dataset, shared); /* with threads that are there */
        assert_memory_equal(shared, alone, sizeof *alone);
        dnn_model_destroy(model);
    }
    free(alone);
    free(shared);
    dnn_dataset_destroy(dataset);
}

struct caller {
    const dnn_model *model;
    const struct answers *expected;
    bool is_right;
};

static void *predict_again_and_again(void *argument)
{
    struct caller *caller = argument;
    double *output = malloc(ROWS * N_OUT * sizeof *output);
    caller->is_right = output != NULL;
    for (int i = 0; i < 8 && caller->is_right; i++)
        caller->is_right = dnn_model_predict(caller->model, rows, ROWS, output) == DNN_OK &&
                           memcmp(output, caller->expected->y, ROWS * N_OUT * sizeof *output) == 0;
    free(output);
    return NULL;
}

/* The threads help one of them, and nobody waits for them. */
static void test_callers_that_predict_at_once_get_what_each_would_alone(void **state)
{
    (void)state;
    dnn_dataset *dataset = rows_with_targets();
    struct answers *expected = allocate_or_fail(1, sizeof *expected);
    dnn_model *model = large_model(2);
    struct caller callers[4];
    pthread_t threads[COUNT(callers)];
    ask(model, dataset, expected);
    for (size_t t = 0; t < COUNT(callers); t++) {
        callers[t] = (struct caller){model, expected, false};
        assert_int_equal(pthread_create(&threads[t], NULL, predict_again_and_again, &callers[t]), 0);
    }
    for (size_t t = 0; t < COUNT(callers); t++) {
        assert_int_equal(pthread_join(threads[t], NULL), 0);
        assert_true(callers[t].is_right);
    }
#if !UNDER_TSAN && !DNN_EMULATED
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(60);
        struct caller caller = {model, expected, false};
        predict_again_and_again(&caller);
        _exit(caller.is_right ? 0 : 1);
    }
    int child_status;
    assert_int_equal(waitpid(child, &child_status, 0), child);
    assert_true(WIFEXITED(child_status) && WEXITSTATUS(child_status) == 0);
#endif
    dnn_model_destroy(model);
    dnn_dataset_destroy(dataset);
    free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_change_no_bit_of_a_training),
        cmocka_unit_test(test_a_number_too_large_in_any_share_is_found),
        cmocka_unit_test(test_a_sum_that_is_too_large_where_no_share_is_changes_nothing),
#if !UNDER_TSAN && !DNN_EMULATED
        cmocka_unit_test(test_a_child_of_a_fork_goes_on_with_threads_of_its_own),
#endif
        cmocka_unit_test(test_threads_change_no_bit_of_a_prediction),
        cmocka_unit_test(test_callers_that_predict_at_once_get_what_each_would_alone),
    };
    return cmocka_run_group_tests(tests, draw_samples, NULL);
}
