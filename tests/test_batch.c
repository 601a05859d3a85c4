/*
 * test_batch.c - a batch that several threads share: who computes what never changes a bit of the result.
 *
 * The numbers themselves are compared with other sources in test_optimizer_parity, test_gradient and test_product; here the same
 * training is run with threads = 1 and with more, and everything that it leaves must be equal.
 */
#include "base/team.h"
#include "expect.h"
#include "file_support.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_change_no_bit_of_a_training),
        cmocka_unit_test(test_a_number_too_large_in_any_share_is_found),
        cmocka_unit_test(test_a_child_of_a_fork_goes_on_with_threads_of_its_own),
    };
    return cmocka_run_group_tests(tests, draw_samples, NULL);
}
