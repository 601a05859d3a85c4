/*
 * test_checkpoint.c - training that was interrupted and goes on from a checkpoint is the training that was not interrupted,
 * bit for bit; and a checkpoint that no training can have left is refused.
 */
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif

#include "expect.h"
#include "file_support.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { N_IN = 4, N_OUT = 3, SAMPLES = 53 };
static const int64_t layers[] = {N_IN, 7, 5, N_OUT};

static const char *const optimizers[] = {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "rprop"};
static const char *const schedules[] = {"constant", "step", "exponential", "cosine", "warmup_cosine", "plateau"};
static const char *const precisions[] = {"f64", "f32"};

/* Samples of three classes, the third rare. */
static dnn_dataset *classes_of(uint64_t seed, int64_t n)
{
    struct generator generator = {seed};
    double *x = allocate_or_fail((size_t)(n * N_IN), sizeof *x);
    int32_t *labels = allocate_or_fail((size_t)n, sizeof *labels);
    dnn_dataset *dataset = NULL;
    generator_fill(&generator, x, n * N_IN, 0.5);
    for (int64_t i = 0; i < n; i++)
        labels[i] = i % 9 == 0 ? 2 : x[i * N_IN] > x[i * N_IN + 1];
    assert_ok(dnn_dataset_create_labels(x, n, N_IN, labels, N_OUT, &dataset));
    free(x);
    free(labels);
    return dataset;
}

/* A model with its trainer, and the two together as a file would have them. */
struct pair {
    dnn_model *model;
    dnn_trainer *trainer;
};

static struct pair pair_of(const char *settings)
{
    struct pair pair = {.model = model_of_recipe("classifier", layers, 4, settings)};
    pair.trainer = trainer_of(pair.model);
    return pair;
}

static void destroy(struct pair *pair)
{
    dnn_trainer_destroy(pair->trainer);
    dnn_model_destroy(pair->model);
    *pair = (struct pair){0};
}

/* The pair as it comes out of a file. */
static struct pair through_a_file(const struct pair *pair)
{
    struct pair loaded = {0};
    const char *path = scratch_path("checkpoint");
    assert_ok(dnn_trainer_save(pair->trainer, path));
    assert_ok(dnn_trainer_load(path, &loaded.model, &loaded.trainer));
    unlink(path);
    return loaded;
}

/* Everything that can be asked of two trainers, and what they would write. */
static void assert_same_training(const struct pair *a, const struct pair *b)
{
    const int64_t epochs = dnn_trainer_history_count(a->trainer);
    assert_same_model(a->model, b->model);
    assert_int_equal(dnn_trainer_history_count(b->trainer), epochs);
    for (int64_t e = 0; e < epochs; e++) {
        double of_a[3], of_b[3];
        assert_ok(dnn_trainer_history(a->trainer, e, &of_a[0], &of_a[1], &of_a[2]));
        assert_ok(dnn_trainer_history(b->trainer, e, &of_b[0], &of_b[1], &of_b[2]));
        assert_same_bits(of_a, of_b, 3);
    }
    assert_int_equal(dnn_trainer_best_epoch(a->trainer), dnn_trainer_best_epoch(b->trainer));
    const double rates[] = {dnn_trainer_learning_rate(a->trainer), dnn_trainer_learning_rate(b->trainer)};
    assert_same_bits(&rates[0], &rates[1], 1);
}

/* ---- as if it had not been interrupted ---- */

static void compare_halves(const char *optimizer, const char *schedule, const char *precision, const char *more)
{
    char settings[512], whole[600];
    snprintf(settings, sizeof settings,
             "optimizer=%s schedule=%s precision=%s dropout=0.25 batch_size=8 schedule_length=10 schedule_every=2 "
             "schedule_warmup=2 learning_rate=0.01 weight_decay=0.001 l2=0.0001 class_weight=balanced %s",
             optimizer, schedule, precision, more);
    snprintf(whole, sizeof whole, "%s epochs=10", settings);
    dnn_dataset *training = classes_of(1, SAMPLES), *validation = classes_of(2, 20);
    struct pair uninterrupted = pair_of(whole);
    snprintf(whole, sizeof whole, "%s epochs=5", settings);
    struct pair first = pair_of(whole);
    assert_ok(dnn_trainer_fit(uninterrupted.trainer, training, validation));
    assert_ok(dnn_trainer_fit(first.trainer, training, validation));
    struct pair second = through_a_file(&first);
    assert_same_training(&first, &second);
    assert_ok(dnn_trainer_fit(second.trainer, training, validation));
    assert_int_equal(dnn_trainer_history_count(second.trainer), 10);
    assert_same_training(&uninterrupted, &second);
    destroy(&uninterrupted);
    destroy(&first);
    destroy(&second);
    dnn_dataset_destroy(training);
    dnn_dataset_destroy(validation);
}

static void test_five_epochs_and_five_more_are_ten(void **state)
{
    (void)state;
    for (size_t o = 0; o < COUNT(optimizers); o++)
        for (size_t s = 0; s < COUNT(schedules); s++)
            for (size_t p = 0; p < COUNT(precisions); p++)
                compare_halves(optimizers[o], schedules[s], precisions[p], s % 2 ? "clip_norm=0.5" : "");
}

/* The gradients of rmsprop are far larger than one, so that its mean squares are larger still. */
static void test_steps_go_on_from_a_file(void **state)
{
    (void)state;
    const double x[2 * N_IN] = {1e4, -2e4, 3e4, 0.5, -1, 2, 1e4, 7}, y[2 * N_OUT] = {1e9, -1e8, 0, 1, 0, 2e9};
    for (size_t o = 0; o < COUNT(optimizers); o++) {
        char settings[128];
        snprintf(settings, sizeof settings,
                 "output_activation=identity loss=squared_error optimizer=%s learning_rate=%s", optimizers[o],
                 o < 3 ? "1e-25" : "0.01");
        struct pair one = pair_of(settings);
        double loss;
        for (int i = 0; i < 3; i++)
            assert_ok(dnn_trainer_step(one.trainer, x, y, 2, &loss));
        struct pair other = through_a_file(&one);
        for (int i = 0; i < 4; i++) {
            double again;
            assert_ok(dnn_trainer_step(one.trainer, x, y, 2, &loss));
            assert_ok(dnn_trainer_step(other.trainer, x, y, 2, &again));
            assert_same_bits(&loss, &again, 1);
        }
        assert_same_training(&one, &other);
        destroy(&one);
        destroy(&other);
    }
}

/* What a callback does, and when. */
struct script {
    int64_t save_at, stop_at; /* epoch; 0: never */
    const struct pair *pair;
    const char *path;
    bool in_the_middle; /* of the epoch, not at its end */
};

static int32_t act(void *user, const dnn_progress *progress)
{
    const struct script *script = user;
    const int64_t epoch = dnn_progress_epoch(progress);
    const bool is_end = dnn_progress_batch(progress) == dnn_progress_batches(progress);
    const bool is_moment = script->in_the_middle ? dnn_progress_batch(progress) == 2 : is_end;
    if (is_moment && epoch == script->save_at)
        assert_ok(dnn_trainer_save(script->pair->trainer, script->path));
    return is_moment && epoch == script->stop_at ? 0 : 1;
}

/* A fit that is stopped after epoch 4 and goes on from the file ends as one that ran through. */
static void compare_interrupted(const char *settings, bool saved_by_fit)
{
    const char *path = scratch_path("of fit");
    dnn_dataset *training = classes_of(1, SAMPLES), *validation = classes_of(2, 20);
    struct pair through = pair_of(settings), loaded = {0};
    assert_ok(dnn_trainer_fit(through.trainer, training, validation));
    struct pair stopped = {0};
    dnn_config *config = config_of_recipe("classifier", settings);
    if (saved_by_fit)
        assert_ok(dnn_config_set(config, "checkpoint_path", path));
    assert_ok(dnn_model_create(layers, 4, config, &stopped.model));
    stopped.trainer = trainer_of(stopped.model);
    struct script script = {saved_by_fit ? 0 : 4, 4, &stopped, path, false};
    assert_ok(dnn_trainer_set_progress(stopped.trainer, act, &script));
    assert_int_equal(dnn_trainer_fit(stopped.trainer, training, validation), DNN_STOPPED);
    assert_ok(dnn_trainer_load(path, &loaded.model, &loaded.trainer));
    assert_int_equal(dnn_trainer_history_count(loaded.trainer), 4);
    assert_ok(dnn_trainer_fit(loaded.trainer, training, validation));
    assert_same_training(&through, &loaded);
    assert_int_equal(unlink(path), 0);
    dnn_config_destroy(config);
    destroy(&through);
    destroy(&stopped);
    destroy(&loaded);
    dnn_dataset_destroy(training);
    dnn_dataset_destroy(validation);
}

static void test_an_interrupted_fit_runs_the_epochs_that_were_left(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "epochs=10 dropout=0.2 schedule=cosine batch_size=8",
        "epochs=10 patience=3 learning_rate=0.05 batch_size=8",
        "epochs=10 patience=20 learning_rate=0.3 batch_size=4",
        "epochs=10 patience=4 min_delta=0.05 precision=f64 batch_size=8",
        "epochs=10 patience=4 restore_best=false optimizer=rmsprop learning_rate=0.05",
        "epochs=10 schedule=plateau schedule_every=1 min_delta=0.02 batch_size=8",
        "epochs=10 schedule=warmup_cosine schedule_warmup=5 class_weight=balanced dropout=0.5"};
    for (size_t s = 0; s < COUNT(settings); s++) {
        compare_interrupted(settings[s], false);
        compare_interrupted(settings[s], true);
    }
}

/* In the middle of an epoch that epoch is begun anew: it is whole, and counted once. */
static void test_a_checkpoint_in_the_middle_of_an_epoch_begins_it_anew(void **state)
{
    (void)state;
    const char *path = scratch_path("middle");
    dnn_dataset *training = classes_of(1, SAMPLES);
    struct pair one = pair_of("epochs=6 batch_size=8"), loaded = {0};
    struct script script = {4, 4, &one, path, true};
    assert_ok(dnn_trainer_set_progress(one.trainer, act, &script));
    assert_int_equal(dnn_trainer_fit(one.trainer, training, NULL), DNN_STOPPED);
    assert_int_equal(dnn_trainer_history_count(one.trainer), 3);
    assert_ok(dnn_trainer_load(path, &loaded.model, &loaded.trainer));
    assert_int_equal(dnn_trainer_history_count(loaded.trainer), 3);
    assert_ok(dnn_trainer_fit(loaded.trainer, training, NULL));
    assert_int_equal(dnn_trainer_history_count(loaded.trainer), 6);
    unlink(path);
    destroy(&one);
    destroy(&loaded);
    dnn_dataset_destroy(training);
}

static void test_a_fit_that_was_over_is_a_new_one(void **state)
{
    (void)state;
    const char *path = scratch_path("over");
    dnn_dataset *training = classes_of(1, SAMPLES), *validation = classes_of(2, 20);
    static const char *const settings[] = {"epochs=3", "epochs=50 patience=2 learning_rate=0.5 batch_size=4",
                                           "epochs=6 patience=50 learning_rate=0.5 batch_size=4"};
    for (size_t s = 0; s < COUNT(settings); s++) {
        dnn_config *config = config_of_recipe("classifier", settings[s]);
        struct pair one = {0}, loaded = {0};
        assert_ok(dnn_config_set(config, "checkpoint_path", path));
        assert_ok(dnn_model_create(layers, 4, config, &one.model));
        one.trainer = trainer_of(one.model);
        assert_ok(dnn_trainer_fit(one.trainer, training, validation));
        assert_ok(dnn_trainer_load(path, &loaded.model, &loaded.trainer));
        assert_same_training(&one, &loaded);
        assert_ok(dnn_trainer_fit(one.trainer, training, validation));
        assert_ok(dnn_trainer_fit(loaded.trainer, training, validation));
        assert_same_training(&one, &loaded);
        unlink(path);
        destroy(&one);
        destroy(&loaded);
        dnn_config_destroy(config);
    }
    dnn_dataset_destroy(training);
    dnn_dataset_destroy(validation);
}

/* With patience and restore_best, what the last checkpoint holds is what the fit ends with. */
static void test_the_last_checkpoint_has_the_best_weights(void **state)
{
    (void)state;
    const char *path = scratch_path("best");
    dnn_dataset *training = classes_of(1, SAMPLES), *validation = classes_of(2, 20);
    dnn_config *config = config_of_recipe("classifier", "epochs=40 patience=3 learning_rate=0.5 batch_size=4");
    struct pair one = {0};
    dnn_model *model = NULL;
    assert_ok(dnn_config_set(config, "checkpoint_path", path));
    assert_ok(dnn_model_create(layers, 4, config, &one.model));
    one.trainer = trainer_of(one.model);
    assert_ok(dnn_trainer_fit(one.trainer, training, validation));
    assert_true(dnn_trainer_best_epoch(one.trainer) < dnn_trainer_history_count(one.trainer) - 1);
    assert_ok(dnn_model_load(path, &model));
    assert_same_model(one.model, model);
    unlink(path);
    dnn_model_destroy(model);
    destroy(&one);
    dnn_config_destroy(config);
    dnn_dataset_destroy(training);
    dnn_dataset_destroy(validation);
}

static void test_a_sum_of_gradients_is_kept(void **state)
{
    (void)state;
    struct generator generator = {4};
    double x[3 * N_IN], y[3 * N_OUT] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    generator_fill(&generator, x, 3 * N_IN, 0.5);
    struct pair one = pair_of("precision=f64");
    assert_ok(dnn_trainer_accumulate(one.trainer, x, y, 3, NULL));
    struct pair other = through_a_file(&one);
    const int64_t count = dnn_model_parameter_count(one.model);
    double *g = allocate_or_fail((size_t)count, sizeof *g), *again = allocate_or_fail((size_t)count, sizeof *again);
    assert_ok(dnn_trainer_get_gradient(one.trainer, g));
    assert_ok(dnn_trainer_get_gradient(other.trainer, again));
    assert_true(largest_magnitude(g, count) > 0);
    assert_same_bits(g, again, count);
    assert_ok(dnn_trainer_accumulate(one.trainer, x, y, 2, NULL));
    assert_ok(dnn_trainer_accumulate(other.trainer, x, y, 2, NULL));
    assert_ok(dnn_trainer_apply(one.trainer, 0.25));
    assert_ok(dnn_trainer_apply(other.trainer, 0.25));
    assert_same_training(&one, &other);
    struct pair empty = through_a_file(&one);
    expect_invalid(dnn_trainer_apply(empty.trainer, 1), "no gradient to apply");
    free(g);
    free(again);
    destroy(&one);
    destroy(&other);
    destroy(&empty);
}

static void test_a_rate_of_ones_own_is_kept(void **state)
{
    (void)state;
    dnn_dataset *training = classes_of(1, SAMPLES);
    struct pair one = pair_of("epochs=2 schedule=exponential");
    assert_ok(dnn_trainer_set_learning_rate(one.trainer, 0.0375));
    struct pair other = through_a_file(&one);
    assert_ok(dnn_trainer_fit(one.trainer, training, NULL));
    assert_ok(dnn_trainer_fit(other.trainer, training, NULL));
    assert_same_training(&one, &other);
    destroy(&one);
    destroy(&other);
    dnn_dataset_destroy(training);
}

/* γ^e becomes 0 in the end: still a training that can be saved. */
static void test_a_rate_that_came_down_to_0_is_kept(void **state)
{
    (void)state;
    dnn_dataset *training = classes_of(1, SAMPLES);
    struct pair one = pair_of("epochs=60 schedule=exponential schedule_rate=1e-08");
    assert_ok(dnn_trainer_fit(one.trainer, training, NULL));
    assert_true(dnn_trainer_learning_rate(one.trainer) == 0);
    struct pair other = through_a_file(&one);
    assert_same_training(&one, &other);
    destroy(&one);
    destroy(&other);
    dnn_dataset_destroy(training);
}

/* ---- when fit writes, and where ---- */

static int64_t epochs_in(const char *path)
{
    struct pair pair = {0};
    assert_ok(dnn_trainer_load(path, &pair.model, &pair.trainer));
    const int64_t epochs = dnn_trainer_history_count(pair.trainer);
    destroy(&pair);
    return epochs;
}

static int32_t note_epochs(void *user, const dnn_progress *progress)
{
    int64_t *seen = user; /* [epoch] what the file held when that epoch was over; −1: there was none */
    const char *path = scratch_path("every");
    if (dnn_progress_batch(progress) == dnn_progress_batches(progress))
        seen[dnn_progress_epoch(progress)] = access(path, F_OK) == 0 ? epochs_in(path) : -1;
    return 1;
}

static void test_fit_writes_every_so_many_epochs_and_after_the_last(void **state)
{
    (void)state;
    const int64_t expected[] = {0, -1, -1, 3, 3, 3, 6, 6, 8};
    int64_t seen[9] = {0};
    dnn_dataset *training = classes_of(1, SAMPLES);
    dnn_config *config = config_of_recipe("classifier", "epochs=8 checkpoint_every=3");
    struct pair one = {0};
    assert_ok(dnn_config_set(config, "checkpoint_path", scratch_path("every")));
    assert_ok(dnn_model_create(layers, 4, config, &one.model));
    one.trainer = trainer_of(one.model);
    assert_ok(dnn_trainer_set_progress(one.trainer, note_epochs, seen));
    assert_ok(dnn_trainer_fit(one.trainer, training, NULL));
    assert_memory_equal(seen, expected, sizeof seen);
    unlink(scratch_path("every"));
    assert_int_equal(scratch_count(), 0);
    destroy(&one);
    dnn_config_destroy(config);
    dnn_dataset_destroy(training);
}

static void test_a_checkpoint_that_cannot_be_written_ends_fit_and_takes_nothing_away(void **state)
{
    (void)state;
    dnn_dataset *training = classes_of(1, SAMPLES);
    struct pair one = pair_of("epochs=1"), other = {0};
    dnn_config *config = config_of_recipe("classifier", "epochs=5");
    assert_ok(dnn_config_set(config, "checkpoint_path", scratch_path("no such folder/file")));
    assert_ok(dnn_model_create(layers, 4, config, &other.model));
    other.trainer = trainer_of(other.model);
    expect_error(dnn_trainer_fit(other.trainer, training, NULL), DNN_ERROR_IO, "no such folder/file\": No such file");
    assert_non_null(strstr(dnn_last_error(), "checkpoint after epoch 1"));
    assert_ok(dnn_trainer_fit(one.trainer, training, NULL));
    assert_same_training(&one, &other);
    destroy(&one);
    destroy(&other);
    dnn_config_destroy(config);
    dnn_dataset_destroy(training);
}

static void test_a_loaded_trainer_writes_where_it_came_from(void **state)
{
    (void)state;
    const char *path = scratch_path("came from"), *other = scratch_path("moved to");
    dnn_dataset *training = classes_of(1, SAMPLES);
    struct pair one = pair_of("epochs=3"), loaded = {0};
    assert_ok(dnn_trainer_save(one.trainer, path));
    assert_int_equal(rename(path, other), 0);
    assert_ok(dnn_trainer_load(other, &loaded.model, &loaded.trainer));
    assert_ok(dnn_trainer_fit(loaded.trainer, training, NULL));
    assert_int_equal(epochs_in(other), 3);
    assert_int_equal(access(path, F_OK), -1);
    unlink(other);
    destroy(&one);
    destroy(&loaded);
    dnn_dataset_destroy(training);
}

/* ---- the two kinds of file, and lives ---- */

static void test_the_model_of_a_checkpoint_is_a_model(void **state)
{
    (void)state;
    dnn_dataset *training = classes_of(1, SAMPLES);
    dnn_config *config = config_of_recipe("classifier", "precision=f64 activation=tanh");
    struct pair one = pair_of("epochs=2 patience=2");
    dnn_model *model = NULL, *with = NULL;
    assert_ok(dnn_model_standardize(one.model, training));
    assert_ok(dnn_trainer_fit(one.trainer, training, NULL));
    struct bytes file = saved_trainer(one.trainer), plain = saved(one.model);
    assert_ok(load_bytes(file, &model));
    assert_same_model(one.model, model);
    assert_ok(load_bytes_with(file, config, &with));
    struct bytes again = saved(model);
    assert_true(same_bytes(again, plain));
    expect_no_trainer(plain, DNN_ERROR_FORMAT, "load it with dnn_model_load");
    free(file.data);
    free(plain.data);
    free(again.data);
    dnn_model_destroy(model);
    dnn_model_destroy(with);
    destroy(&one);
    dnn_config_destroy(config);
    dnn_dataset_destroy(training);
}

static void test_what_a_checkpoint_made_is_destroyed_in_any_order(void **state)
{
    (void)state;
    const double x[N_IN] = {0.1, 0.2, 0.3, 0.4}, y[N_OUT] = {0, 1, 0};
    for (int order = 0; order < 2; order++) {
        struct pair one = pair_of("");
        struct pair loaded = through_a_file(&one);
        destroy(&one);
        if (order == 0) {
            dnn_model_destroy(loaded.model);
            assert_ok(dnn_trainer_step(loaded.trainer, x, y, 1, NULL));
            dnn_trainer_destroy(loaded.trainer);
        } else {
            double out[N_OUT];
            dnn_trainer_destroy(loaded.trainer);
            assert_ok(dnn_model_predict(loaded.model, x, 1, out));
            dnn_model_destroy(loaded.model);
        }
    }
}

static void test_saving_twice_makes_the_same_bytes(void **state)
{
    (void)state;
    dnn_dataset *training = classes_of(1, SAMPLES);
    struct pair one = pair_of("epochs=2 patience=5 dropout=0.5 checkpoint_every=2");
    assert_ok(dnn_trainer_fit(one.trainer, training, training));
    struct bytes first = saved_trainer(one.trainer), again = saved_trainer(one.trainer);
    assert_true(same_bytes(first, again));
    struct pair loaded = through_a_file(&one);
    struct bytes third = saved_trainer(loaded.trainer);
    assert_true(same_bytes(first, third));
    free(first.data);
    free(again.data);
    free(third.data);
    destroy(&one);
    destroy(&loaded);
    dnn_dataset_destroy(training);
}

/* ---- processors ---- */

#if defined(__linux__)
enum { WIDE = 300, WIDE_IN = 200, STEPS = 3 };
static const int64_t wide_layers[] = {WIDE_IN, WIDE, WIDE, 2};
static double wide_x[WIDE_IN];
static cpu_set_t all_processors;

/* Lets this process have so many of the processors that it had at first. */
static void have_processors(int count)
{
    cpu_set_t some;
    CPU_ZERO(&some);
    for (size_t p = 0; p < CPU_SETSIZE && CPU_COUNT(&some) < count; p++)
        if (CPU_ISSET(p, &all_processors))
            CPU_SET(p, &some);
    assert_int_equal(sched_setaffinity(0, sizeof some, &some), 0);
}

static struct pair wide_pair(void)
{
    struct pair pair = {.model = model_of_recipe("tutorial", wide_layers, 4, "init=glorot_uniform activation=tanh")};
    pair.trainer = trainer_of(pair.model);
    return pair;
}

static void make_steps(const struct pair *pair)
{
    const double y[2] = {0.3, -0.2};
    for (int s = 0; s < STEPS; s++)
        assert_ok(dnn_trainer_step(pair->trainer, wide_x, y, 1, NULL));
}

/* However many rows a layer has, no trainer divides its steps among more threads than there can be: each share takes memory. */
static void test_a_number_of_shares_that_cannot_be_is_refused(void **state)
{
    (void)state;
    const int64_t tall_layers[] = {4, 24 * 300, 30, 2};
    static const struct {
        const char *threads;
        int most;
    } cases[] = {{"threads=0", 256}, {"threads=3", 3}};
    for (size_t c = 0; c < COUNT(cases); c++) {
        struct pair one = {.model = model_of_recipe("tutorial", tall_layers, 4, cases[c].threads)};
        one.trainer = trainer_of(one.model);
        struct bytes file = saved_trainer(one.trainer);
        for (int more = 0; more <= 1; more++) {
            struct pair loaded = {0};
            const bool has_shares =
                strstr((const char *)file.data + 8, "trainer.shares") != NULL; /* not on one processor */
            char shares[96];
            snprintf(shares, sizeof shares,
                     "\\\"trainer.shares\\\":\\\"%d\\\",\\\"trainer.%s\\\":", cases[c].most + more,
                     has_shares ? "old" : "updates");
            struct bytes other =
                changed(file, has_shares ? "\\\"trainer.shares\\\":" : "\\\"trainer.updates\\\":", shares);
            if (more) {
                expect_no_trainer(other, DNN_ERROR_FORMAT, "shares is missing from its dnn.trainer, or is wrong");
            } else {
                const double x[4] = {0.1, 0.2, 0.3, 0.4}, y[2] = {0.5, 0.5};
                assert_ok(load_trainer_bytes(other, &loaded.model, &loaded.trainer));
                assert_ok(dnn_trainer_step(loaded.trainer, x, y, 1, NULL));
            }
            free(other.data);
            destroy(&loaded);
        }
        free(file.data);
        destroy(&one);
    }
}

/* Steps of one sample are divided among threads, and how many there are decides the order of sums. */
static void test_it_goes_on_the_same_with_another_number_of_processors(void **state)
{
    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof all_processors, &all_processors), 0);
    if (CPU_COUNT(&all_processors) < 2) {
        print_message("SKIPPED: this process has one processor\n");
        return;
    }
    struct generator generator = {11};
    for (int i = 0; i < WIDE_IN; i++)
        wide_x[i] = generator_uniform(&generator);
    for (int before = 1; before <= 2; before++) {
        const int after = 3 - before;
        struct pair elsewhere = {0};
        have_processors(before);
        struct pair one = wide_pair();
        make_steps(&one);
        have_processors(after);
        elsewhere = through_a_file(&one);
        struct pair anew = wide_pair();
        make_steps(&anew);
        make_steps(&anew);
        make_steps(&elsewhere);
        have_processors(before);
        make_steps(&one);
        struct bytes of_one = saved(one.model), of_other = saved(elsewhere.model), of_anew = saved(anew.model);
        assert_true(same_bytes(of_one, of_other));
        assert_false(same_bytes(of_one, of_anew)); /* or all this shows nothing */
        free(of_one.data);
        free(of_other.data);
        free(of_anew.data);
        destroy(&one);
        destroy(&elsewhere);
        destroy(&anew);
    }
    assert_int_equal(sched_setaffinity(0, sizeof all_processors, &all_processors), 0);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_five_epochs_and_five_more_are_ten),
        cmocka_unit_test(test_steps_go_on_from_a_file),
        cmocka_unit_test(test_an_interrupted_fit_runs_the_epochs_that_were_left),
        cmocka_unit_test(test_a_checkpoint_in_the_middle_of_an_epoch_begins_it_anew),
        cmocka_unit_test(test_a_fit_that_was_over_is_a_new_one),
        cmocka_unit_test(test_the_last_checkpoint_has_the_best_weights),
        cmocka_unit_test(test_a_sum_of_gradients_is_kept),
        cmocka_unit_test(test_a_rate_of_ones_own_is_kept),
        cmocka_unit_test(test_a_rate_that_came_down_to_0_is_kept),
        cmocka_unit_test(test_fit_writes_every_so_many_epochs_and_after_the_last),
        cmocka_unit_test(test_a_checkpoint_that_cannot_be_written_ends_fit_and_takes_nothing_away),
        cmocka_unit_test(test_a_loaded_trainer_writes_where_it_came_from),
        cmocka_unit_test(test_the_model_of_a_checkpoint_is_a_model),
        cmocka_unit_test(test_what_a_checkpoint_made_is_destroyed_in_any_order),
        cmocka_unit_test(test_saving_twice_makes_the_same_bytes),
#if defined(__linux__)
        cmocka_unit_test(test_it_goes_on_the_same_with_another_number_of_processors),
        cmocka_unit_test(test_a_number_of_shares_that_cannot_be_is_refused),
#endif
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
