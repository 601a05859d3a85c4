/*
 * test_fit.c - fit is a loop of steps over a dataset; this is about the loop.
 *
 * The order in which samples come is read off the progress: a network that answers 0 and hardly learns (rate 1e-300) has the
 * loss y² at each sample, and y = √i makes that its number i. Weights are held against a loop of dnn_trainer_step.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_IN = 3, N_OUT = 2, SAMPLES = 10, PARAMETERS = 4 * 4 + 2 * 5 };
static const int64_t layers[] = {N_IN, 4, N_OUT};

/* What a callback has seen, and what it is to do. */
enum { LARGEST_LOG = 256 };
struct log {
    int64_t count; /* calls */
    int64_t epoch[LARGEST_LOG], batch[LARGEST_LOG];
    int64_t epochs, batches;
    double loss[LARGEST_LOG], validation_loss[LARGEST_LOG], validation_accuracy[LARGEST_LOG], seconds;
    int64_t stop_at; /* the call, from 1, that answers `answer` */
    int32_t answer;
    void (*act)(void *subject); /* run in each call */
    void *subject;
};

static int32_t note(void *user, const dnn_progress *progress)
{
    struct log *log = user;
    const int64_t i = log->count++;
    assert_true(i < LARGEST_LOG);
    log->epoch[i] = dnn_progress_epoch(progress);
    log->batch[i] = dnn_progress_batch(progress);
    log->epochs = dnn_progress_epochs(progress);
    log->batches = dnn_progress_batches(progress);
    log->loss[i] = dnn_progress_loss(progress);
    log->validation_loss[i] = dnn_progress_validation_loss(progress);
    log->validation_accuracy[i] = dnn_progress_validation_accuracy(progress);
    const int is_first = log->epoch[i] == 1 && log->batch[i] == 1; /* of this fit: its clock starts anew */
    assert_true(dnn_progress_seconds(progress) >= (is_first ? 0 : log->seconds));
    log->seconds = dnn_progress_seconds(progress);
    if (log->act != NULL)
        log->act(log->subject);
    return log->count == log->stop_at ? log->answer : 1;
}

/* ---- fit is a loop of steps ---- */

static void fit_like_steps(const char *settings, int64_t batch_size, int64_t samples)
{
    dnn_dataset *dataset = random_dataset(1, samples, N_IN, N_OUT);
    dnn_model *fitted = model_of(layers, 3, settings), *stepped = model_of(layers, 3, settings);
    dnn_trainer *fit = trainer_of(fitted), *step = trainer_of(stepped);
    double *x = allocate_or_fail((size_t)(samples * N_IN), sizeof *x);
    double *y = allocate_or_fail((size_t)(samples * N_OUT), sizeof *y);
    for (int64_t i = 0; i < samples; i++)
        assert_ok(dnn_dataset_get(dataset, i, x + i * N_IN, y + i * N_OUT));
    assert_ok(dnn_trainer_fit(fit, dataset, NULL));
    for (int64_t epoch = 0; epoch < 3; epoch++) {
        double sum = 0, loss, of_fit;
        for (int64_t first = 0; first < samples; first += batch_size) {
            const int64_t n = samples - first < batch_size ? samples - first : batch_size;
            assert_ok(dnn_trainer_step(step, x + first * N_IN, y + first * N_OUT, n, &loss));
            sum += loss * (double)n;
        }
        assert_ok(dnn_trainer_history(fit, epoch, &of_fit, NULL, NULL));
        assert_near("loss", epoch, of_fit, sum / (double)samples, of_fit, 1e-13);
    }
    double *theta = weights_of(stepped);
    assert_weights(fitted, theta);
    free(theta), free(x), free(y);
    dnn_trainer_destroy(fit), dnn_trainer_destroy(step);
    dnn_model_destroy(fitted), dnn_model_destroy(stepped);
    dnn_dataset_destroy(dataset);
}

static void test_fit_is_a_loop_of_steps_with_the_last_one_smaller(void **state)
{
    (void)state;
    fit_like_steps("epochs=3 learning_rate=0.5", 1, SAMPLES);
    fit_like_steps("epochs=3 learning_rate=0.5 batch_size=4", 4, SAMPLES);
    fit_like_steps("epochs=3 learning_rate=0.5 batch_size=10 precision=f32", 10, SAMPLES);
    fit_like_steps("epochs=3 learning_rate=0.5 batch_size=2147483647", 2147483647, SAMPLES);
    fit_like_steps("epochs=3 learning_rate=0.5 batch_size=300", 300, 700);
}

/* So wide a network that a batch does not fit the memory of a pass: it is summed in parts, as step does. */
static void test_a_batch_larger_than_a_pass_is_one_update(void **state)
{
    (void)state;
    static const int64_t wide[] = {N_IN, 20000, N_OUT};
    enum { ROWS = 250 };
    const char *settings = "learning_rate=0.5 batch_size=250";
    dnn_dataset *dataset = random_dataset(1, ROWS, N_IN, N_OUT);
    dnn_model *fitted = model_of(wide, 3, settings), *stepped = model_of(wide, 3, settings);
    dnn_trainer *fit = trainer_of(fitted), *step = trainer_of(stepped);
    double x[ROWS * N_IN], y[ROWS * N_OUT], of_fit = NAN, of_step = NAN;
    for (int64_t i = 0; i < ROWS; i++)
        assert_ok(dnn_dataset_get(dataset, i, x + i * N_IN, y + i * N_OUT));
    assert_ok(dnn_trainer_fit(fit, dataset, NULL));
    assert_ok(dnn_trainer_history(fit, 0, &of_fit, NULL, NULL));
    assert_ok(dnn_trainer_step(step, x, y, ROWS, &of_step));
    assert_near("loss", 0, of_fit, of_step, of_step, 1e-14);
    double *theta = weights_of(stepped);
    assert_weights(fitted, theta);
    free(theta);
    dnn_trainer_destroy(fit), dnn_trainer_destroy(step);
    dnn_model_destroy(fitted), dnn_model_destroy(stepped);
    dnn_dataset_destroy(dataset);
}

/* ---- the order of the samples ---- */

/* order[e * SAMPLES + b]: the sample that came b-th in epoch e. */
static void orders_of(const char *settings, int64_t *order, int64_t epochs)
{
    static const int64_t shape[] = {1, 1};
    double x[SAMPLES], y[SAMPLES];
    struct log log = {0};
    for (int i = 0; i < SAMPLES; i++) {
        x[i] = i;
        y[i] = sqrt(i);
    }
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(x, SAMPLES, 1, y, 1, &dataset));
    dnn_model *model = model_of(shape, 2, settings);
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_set_progress(trainer, note, &log));
    assert_ok(dnn_trainer_fit(trainer, dataset, NULL));
    assert_int_equal(log.count, epochs * SAMPLES);
    for (int64_t i = 0; i < log.count; i++) {
        const double before = i % SAMPLES == 0 ? 0 : log.loss[i - 1] * (double)(log.batch[i] - 1);
        order[i] = llround(log.loss[i] * (double)log.batch[i] - before);
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(dataset);
}

#define COUNTING "init=zeros output_activation=identity learning_rate=1e-300 epochs=4 "

static void test_without_shuffle_samples_come_in_their_order(void **state)
{
    (void)state;
    int64_t order[4 * SAMPLES];
    orders_of(COUNTING "shuffle=false", order, 4);
    for (int i = 0; i < 4 * SAMPLES; i++)
        assert_int_equal(order[i], i % SAMPLES);
}

static void test_shuffled_every_sample_comes_once_an_epoch(void **state)
{
    (void)state;
    int64_t order[4 * SAMPLES];
    orders_of(COUNTING "shuffle=true seed=5", order, 4);
    for (int epoch = 0; epoch < 4; epoch++) {
        int seen[SAMPLES] = {0};
        for (int i = 0; i < SAMPLES; i++) {
            assert_in_range(order[epoch * SAMPLES + i], 0, SAMPLES - 1);
            seen[order[epoch * SAMPLES + i]]++;
        }
        for (int i = 0; i < SAMPLES; i++)
            assert_int_equal(seen[i], 1);
    }
}

static void test_the_order_is_the_seeds_and_new_each_epoch(void **state)
{
    (void)state;
    int64_t a[4 * SAMPLES], b[4 * SAMPLES], c[4 * SAMPLES];
    orders_of(COUNTING "shuffle=true seed=5", a, 4);
    orders_of(COUNTING "shuffle=true seed=5", b, 4);
    orders_of(COUNTING "shuffle=true seed=6", c, 4);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            assert_memory_not_equal(a + i * SAMPLES, a + j * SAMPLES, SAMPLES * sizeof *a);
}

/* ---- progress and history ---- */

struct fixture {
    dnn_dataset *dataset;
    dnn_model *model;
    dnn_trainer *trainer;
    struct log log;
};

static int setup(void **state)
{
    struct fixture *f = allocate_or_fail(1, sizeof *f);
    f->dataset = random_dataset(1, SAMPLES, N_IN, N_OUT);
    f->model = model_of(layers, 3, "epochs=3 batch_size=4");
    f->trainer = trainer_of(f->model);
    assert_ok(dnn_trainer_set_progress(f->trainer, note, &f->log));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    dnn_trainer_destroy(f->trainer);
    dnn_model_destroy(f->model);
    dnn_dataset_destroy(f->dataset);
    free(f);
    return 0;
}

static void test_progress_tells_every_batch_and_validation_at_the_end_of_an_epoch(void **state)
{
    struct fixture *f = *state;
    const struct log *log = &f->log;
    double loss, validation_loss, accuracy, measured_loss, measured_accuracy, x[4 * N_IN];
    const int32_t labels[] = {0, 1, 1, 0};
    struct generator generator = {9};
    dnn_dataset *classes = NULL;
    generator_fill(&generator, x, 4 * N_IN, 0.5);
    assert_ok(dnn_dataset_create_labels(x, 4, N_IN, labels, N_OUT, &classes));
    assert_ok(dnn_trainer_fit(f->trainer, f->dataset, classes));
    assert_int_equal(log->count, 3 * 3);
    assert_true(log->epochs == 3 && log->batches == 3);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(log->epoch[i], i / 3 + 1);
        assert_int_equal(log->batch[i], i % 3 + 1);
        assert_true((isnan(log->validation_loss[i]) != 0) == (i % 3 != 2));
        assert_true((isnan(log->validation_accuracy[i]) != 0) == (i % 3 != 2));
    }
    assert_int_equal(dnn_trainer_history_count(f->trainer), 3);
    for (int epoch = 0; epoch < 3; epoch++) {
        assert_ok(dnn_trainer_history(f->trainer, epoch, &loss, &validation_loss, &accuracy));
        assert_same_bits(&loss, &log->loss[3 * epoch + 2], 1);
        assert_same_bits(&validation_loss, &log->validation_loss[3 * epoch + 2], 1);
        assert_same_bits(&accuracy, &log->validation_accuracy[3 * epoch + 2], 1);
    }
    assert_ok(dnn_model_evaluate(f->model, classes, &measured_loss, &measured_accuracy));
    assert_true(measured_loss == validation_loss && measured_accuracy == accuracy);
    dnn_dataset_destroy(classes);
}

static void test_the_history_goes_on_over_fits(void **state)
{
    struct fixture *f = *state;
    double loss = SENTINEL, validation_loss = SENTINEL, accuracy = SENTINEL;
    for (int i = 1; i <= 12; i++) {
        assert_ok(dnn_trainer_fit(f->trainer, f->dataset, NULL));
        assert_int_equal(dnn_trainer_history_count(f->trainer), 3 * i);
    }
    for (int i = 0; i < 36; i++) {
        assert_ok(dnn_trainer_history(f->trainer, i, &loss, &validation_loss, &accuracy));
        assert_true(loss == f->log.loss[3 * i + 2] && isnan(validation_loss) && isnan(accuracy));
    }
    loss = SENTINEL;
    expect_invalid(dnn_trainer_history(f->trainer, 36, &loss, NULL, NULL), "epoch is 36, and 36 epochs");
    assert_true(loss == SENTINEL);
}

/* ---- the end before the end ---- */

static void test_a_callback_that_does_not_return_1_stops(void **state)
{
    struct fixture *f = *state;
    static const int32_t answers[] = {0, 2, -1, INT32_MIN};
    for (int i = 0; i < 4; i++) {
        f->log.count = 0;
        f->log.stop_at = 5;
        f->log.answer = answers[i];
        assert_int_equal(dnn_trainer_fit(f->trainer, f->dataset, NULL), DNN_STOPPED);
        assert_int_equal(f->log.count, 5);
        assert_int_equal(dnn_trainer_history_count(f->trainer), i + 1); /* the one epoch that was completed */
    }
    assert_ok(dnn_trainer_set_progress(f->trainer, NULL, NULL));
    assert_ok(dnn_trainer_fit(f->trainer, f->dataset, NULL));
}

static void cancel(void *subject)
{
    assert_ok(dnn_trainer_cancel(subject));
}

static void test_cancel_inside_the_callback_stops_after_that_batch(void **state)
{
    struct fixture *f = *state;
    f->log.act = cancel;
    f->log.subject = f->trainer;
    assert_int_equal(dnn_trainer_fit(f->trainer, f->dataset, NULL), DNN_STOPPED);
    assert_int_equal(f->log.count, 1);
}

static void test_cancel_without_a_fit_does_nothing(void **state)
{
    struct fixture *f = *state;
    assert_ok(dnn_trainer_cancel(f->trainer));
    assert_ok(dnn_trainer_fit(f->trainer, f->dataset, NULL));
    assert_int_equal(f->log.count, 9);
}

static void *cancel_thread(void *trainer)
{
    return dnn_trainer_cancel(trainer) == DNN_OK ? NULL : trainer;
}

/* In the third batch another thread cancels, and has done so before the callback returns: no fourth batch is seen. */
static void cancel_elsewhere(void *subject)
{
    struct fixture *f = subject;
    pthread_t thread;
    void *failed;
    if (f->log.count == 3) {
        assert_int_equal(pthread_create(&thread, NULL, cancel_thread, f->trainer), 0);
        assert_int_equal(pthread_join(thread, &failed), 0);
        assert_null(failed);
    }
}

static void test_cancel_from_another_thread_stops_within_a_batch(void **state)
{
    struct fixture *f = *state;
    f->log.act = cancel_elsewhere;
    f->log.subject = f;
    assert_int_equal(dnn_trainer_fit(f->trainer, f->dataset, NULL), DNN_STOPPED);
    assert_int_equal(f->log.count, 3);
}

/* ---- what a callback may do ---- */

static void predict_and_try_to_train(void *subject)
{
    struct fixture *f = subject;
    const double x[N_IN] = {0.1, 0.2, 0.3}, y[N_OUT] = {0.3, 0.67}, theta[PARAMETERS] = {0}, bad[N_IN] = {NAN};
    double out[N_OUT], norm = SENTINEL, again = SENTINEL;
    assert_ok(dnn_model_predict(f->model, x, 1, out));
    assert_ok(dnn_model_evaluate(f->model, f->dataset, out, NULL));
    assert_ok(dnn_trainer_layer_stats(f->trainer, 0, &norm, NULL, NULL));
    assert_true(norm > 0);
    dnn_trainer *other = trainer_of(f->model);
    dnn_trainer *const both[] = {f->trainer, other};
    for (int i = 0; i < 2; i++) {
        expect_invalid(dnn_trainer_step(both[i], x, y, 1, NULL), "training needs the model for itself");
        expect_invalid(dnn_trainer_fit(both[i], f->dataset, NULL), "training needs the model for itself");
        expect_invalid(dnn_trainer_apply(both[i], 1), "training needs the model for itself");
        expect_invalid(dnn_trainer_step(both[i], bad, y, 1, NULL), "training needs the model for itself");
        expect_invalid(dnn_trainer_accumulate(both[i], bad, y, 1, NULL), "training needs the model for itself");
    }
    assert_ok(dnn_trainer_layer_stats(f->trainer, 0, &again, NULL, NULL));
    assert_true(again == norm);
    expect_invalid(dnn_trainer_set_progress(f->trainer, NULL, NULL), "keeps its callback");
    expect_invalid(dnn_model_set_parameters(f->model, theta), "training needs the model for itself");
    expect_invalid(dnn_model_set_weights(f->model, 0, theta), "training needs the model for itself");
    dnn_trainer_destroy(other);
}

static void test_a_callback_may_predict_but_not_train_and_harms_nothing(void **state)
{
    struct fixture *f = *state;
    dnn_model *plain = model_of(layers, 3, "epochs=3 batch_size=4");
    dnn_trainer *trainer = trainer_of(plain);
    assert_ok(dnn_trainer_fit(trainer, f->dataset, NULL));
    f->log.act = predict_and_try_to_train;
    f->log.subject = f;
    assert_ok(dnn_trainer_fit(f->trainer, f->dataset, NULL));
    assert_int_equal(f->log.count, 9);
    assert_ok(dnn_trainer_set_progress(f->trainer, NULL, NULL));
    double *theta = weights_of(plain);
    assert_weights(f->model, theta);
    free(theta);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(plain);
}

static void destroy_all(void *subject)
{
    struct fixture *f = subject;
    dnn_trainer_destroy(f->trainer);
    dnn_model_destroy(f->model);
    dnn_dataset_destroy(f->dataset);
    f->trainer = NULL;
    f->model = NULL;
    f->dataset = NULL;
}

static void test_a_callback_may_destroy_every_handle(void **state)
{
    struct fixture *f = *state;
    f->log.act = destroy_all;
    f->log.subject = f;
    assert_ok(dnn_trainer_fit(f->trainer, f->dataset, f->dataset));
    assert_int_equal(f->log.count, 9);
}

/* ---- the loss is lost ---- */

/* The third of four samples is so far off that its loss overflows. */
static void test_a_loss_that_is_not_finite_ends_the_fit_and_tells_where(void **state)
{
    (void)state;
    const double x[4] = {1, 2, 3, 4}, y[4] = {0.1, 0.2, 1e200, 0.4};
    static const int64_t shape[] = {1, 1};
    struct log log = {0};
    dnn_dataset *dataset = NULL, *good = NULL;
    assert_ok(dnn_dataset_create(x, 4, 1, y, 1, &dataset));
    assert_ok(dnn_dataset_create(x, 2, 1, y, 1, &good));
    dnn_model *model = model_of(shape, 2, ""), *expected = model_of(shape, 2, "");
    dnn_trainer *trainer = trainer_of(model), *other = trainer_of(expected);
    assert_ok(dnn_trainer_fit(other, good, NULL));
    assert_ok(dnn_trainer_set_progress(trainer, note, &log));
    expect_not_finite(dnn_trainer_fit(trainer, dataset, NULL), "epoch 1, batch 3 of 4: the loss is not finite");
    assert_int_equal(log.count, 2);
    assert_int_equal(dnn_trainer_history_count(trainer), 0);
    double *theta = weights_of(expected);
    assert_weights(model, theta);
    assert_ok(dnn_trainer_fit(trainer, good, NULL));
    free(theta);
    dnn_trainer_destroy(trainer), dnn_trainer_destroy(other);
    dnn_model_destroy(model), dnn_model_destroy(expected);
    dnn_dataset_destroy(dataset), dnn_dataset_destroy(good);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fit_is_a_loop_of_steps_with_the_last_one_smaller),
        cmocka_unit_test(test_a_batch_larger_than_a_pass_is_one_update),
        cmocka_unit_test(test_without_shuffle_samples_come_in_their_order),
        cmocka_unit_test(test_shuffled_every_sample_comes_once_an_epoch),
        cmocka_unit_test(test_the_order_is_the_seeds_and_new_each_epoch),
        WITH_FIXTURE(test_progress_tells_every_batch_and_validation_at_the_end_of_an_epoch),
        WITH_FIXTURE(test_the_history_goes_on_over_fits),
        WITH_FIXTURE(test_a_callback_that_does_not_return_1_stops),
        WITH_FIXTURE(test_cancel_inside_the_callback_stops_after_that_batch),
        WITH_FIXTURE(test_cancel_without_a_fit_does_nothing),
        WITH_FIXTURE(test_cancel_from_another_thread_stops_within_a_batch),
        WITH_FIXTURE(test_a_callback_may_predict_but_not_train_and_harms_nothing),
        WITH_FIXTURE(test_a_callback_may_destroy_every_handle),
        cmocka_unit_test(test_a_loss_that_is_not_finite_ends_the_fit_and_tells_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
