/*
 * test_threads.c - what threads may do at once: predict, measure and clone on one model; anything on handles of their own.
 *
 * Eight threads start together at a barrier, and each compares what it gets with what one thread got alone, bit for bit. No
 * assertion of cmocka is made outside the main thread: a thread counts its failures. The thread sanitizer tells the rest.
 */
#include "expect.h"
#include "support.h"

#include <cblas.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { THREADS = 8, ROUNDS = 20, ROWS = 300, N_IN = 20, N_OUT = 5 };
static const int64_t layers[] = {N_IN, 40, 30, N_OUT};
/* Large enough for the BLAS to use threads of its own. */
static const int64_t wide_layers[] = {N_IN, 200, 200, N_OUT};

/* What all threads share. Nothing of it changes while they run. */
struct shared {
    pthread_barrier_t barrier;
    dnn_model *model;
    dnn_dataset *dataset;
    double *x;           /* [ROWS × N_IN] */
    double *y;           /* [ROWS × N_OUT]: of all rows in one call, by one thread */
    double y_one[N_OUT]; /* of the first row alone */
    double loss;
    double accuracy;
};

struct worker {
    struct shared *shared;
    int index;
    int failures;
    double *theta; /* what a trainer of this thread has learned */
};

/* Counts a failure; the place is printed, for the count alone would say little. */
#define EXPECT(worker, condition)                                                                                      \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: thread %d: %s\n", __FILE__, __LINE__, (worker)->index, #condition);                \
            (worker)->failures++;                                                                                      \
        }                                                                                                              \
    } while (0)

/* Runs `work` in THREADS threads. */
static void run_all(struct shared *shared, void *(*work)(void *), struct worker *workers)
{
    pthread_t threads[THREADS];
    assert_int_equal(pthread_barrier_init(&shared->barrier, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.shared = shared, .index = i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    pthread_barrier_destroy(&shared->barrier);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(workers[i].failures, 0);
}

/* The model is fresh: its expected results come from a twin, so that the first use of it is by the threads, all at once. */
static struct shared make_of(const int64_t *shape, const char *settings)
{
    struct shared s = {.model = model_of(shape, 4, settings), .dataset = random_dataset(3, ROWS, N_IN, N_OUT)};
    dnn_model *twin = model_of(shape, 4, settings);
    struct generator generator = {9};
    s.x = allocate_or_fail(ROWS * N_IN, sizeof *s.x);
    s.y = allocate_or_fail(ROWS * N_OUT, sizeof *s.y);
    generator_fill(&generator, s.x, ROWS * N_IN, 0.5);
    assert_ok(dnn_model_predict(twin, s.x, ROWS, s.y));
    assert_ok(dnn_model_predict(twin, s.x, 1, s.y_one));
    assert_ok(dnn_model_evaluate(twin, s.dataset, &s.loss, &s.accuracy));
    dnn_model_destroy(twin);
    return s;
}

static struct shared make(const char *settings)
{
    return make_of(layers, settings);
}

static void release(struct shared *s)
{
    dnn_model_destroy(s->model);
    dnn_dataset_destroy(s->dataset);
    free(s->x);
    free(s->y);
}

/* ---- one model ---- */

static void *predict(void *argument)
{
    struct worker *worker = argument;
    const struct shared *s = worker->shared;
    double *y = malloc(ROWS * N_OUT * sizeof *y), loss, accuracy;
    dnn_workspace *workspace = NULL;
    pthread_barrier_wait(&worker->shared->barrier);
    EXPECT(worker, y != NULL && dnn_workspace_create(s->model, ROWS, &workspace) == DNN_OK);
    for (int round = 0; round < ROUNDS && worker->failures == 0; round++) {
        EXPECT(worker, dnn_model_predict(s->model, s->x, ROWS, y) == DNN_OK);
        EXPECT(worker, memcmp(y, s->y, ROWS * N_OUT * sizeof *y) == 0);
        EXPECT(worker, dnn_model_predict(s->model, s->x, 1, y) == DNN_OK);
        EXPECT(worker, memcmp(y, s->y_one, sizeof s->y_one) == 0);
        EXPECT(worker, dnn_workspace_predict(workspace, s->x, 1, y) == DNN_OK);
        EXPECT(worker, memcmp(y, s->y_one, sizeof s->y_one) == 0);
        EXPECT(worker, dnn_model_evaluate(s->model, s->dataset, &loss, &accuracy) == DNN_OK);
        EXPECT(worker, loss == s->loss && accuracy == s->accuracy);
    }
    dnn_workspace_destroy(workspace);
    free(y);
    return NULL;
}

static void test_eight_threads_on_one_model_get_what_one_gets_bit_for_bit(void **state)
{
    (void)state;
    static const char *const settings[] = {"precision=f64", "precision=f32"};
    for (int i = 0; i < 4; i++) {
        struct shared s = make_of(i < 2 ? layers : wide_layers, settings[i % 2]);
        struct worker workers[THREADS];
        run_all(&s, predict, workers);
        release(&s);
    }
}

/* Even threads clone, and predict with the clone; odd ones predict with the model. */
static void *clone_or_predict(void *argument)
{
    struct worker *worker = argument;
    const struct shared *s = worker->shared;
    double y[N_OUT];
    pthread_barrier_wait(&worker->shared->barrier);
    for (int round = 0; round < 5 * ROUNDS && worker->failures == 0; round++) {
        dnn_model *clone = NULL;
        if (worker->index % 2 == 0)
            EXPECT(worker, dnn_model_clone(s->model, &clone) == DNN_OK);
        EXPECT(worker, dnn_model_predict(clone != NULL ? clone : s->model, s->x, 1, y) == DNN_OK);
        EXPECT(worker, memcmp(y, s->y_one, sizeof y) == 0);
        dnn_model_destroy(clone);
    }
    return NULL;
}

static void test_a_model_may_be_cloned_while_others_predict(void **state)
{
    (void)state;
    struct shared s = make("");
    struct worker workers[THREADS];
    run_all(&s, clone_or_predict, workers);
    release(&s);
}

/* ---- models of their own ---- */

static void *train(void *argument)
{
    struct worker *worker = argument;
    const struct shared *s = worker->shared;
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    dnn_dataset *first = NULL, *second = NULL;
    dnn_config *config = NULL;
    pthread_barrier_wait(&worker->shared->barrier);
    EXPECT(worker, dnn_config_create("tutorial", &config) == DNN_OK);
    EXPECT(worker, dnn_config_set(config, "shuffle", "true") == DNN_OK);
    EXPECT(worker, dnn_config_set(config, "batch_size", "16") == DNN_OK);
    EXPECT(worker, dnn_config_set_number(config, "learning_rate", 0.5) == DNN_OK);
    EXPECT(worker, dnn_config_set_integer(config, "epochs", 3) == DNN_OK);
    EXPECT(worker, dnn_model_create(layers, 4, config, &model) == DNN_OK);
    EXPECT(worker, dnn_trainer_create(model, NULL, &trainer) == DNN_OK);
    EXPECT(worker, dnn_dataset_split(s->dataset, 0.8, 1, &first, &second) == DNN_OK);
    if (worker->failures == 0) {
        EXPECT(worker, dnn_trainer_fit(trainer, first, second) == DNN_OK);
        worker->theta = malloc((size_t)dnn_model_parameter_count(model) * sizeof *worker->theta);
        EXPECT(worker, dnn_model_get_parameters(model, worker->theta) == DNN_OK);
    }
    dnn_config_destroy(config);
    dnn_dataset_destroy(first);
    dnn_model_destroy(model);
    dnn_trainer_destroy(trainer);
    dnn_dataset_destroy(second);
    return NULL;
}

/* All eight read one dataset, and learn the same, which is not what they began with. */
static void test_distinct_trainers_learn_at_once_from_one_dataset(void **state)
{
    (void)state;
    struct shared s = make("");
    struct worker workers[THREADS];
    const int64_t count = dnn_model_parameter_count(s.model);
    run_all(&s, train, workers);
    double *untrained = weights_of(s.model);
    assert_memory_not_equal(workers[0].theta, untrained, (size_t)count * sizeof *untrained);
    for (int i = 1; i < THREADS; i++)
        assert_same_bits(workers[i].theta, workers[0].theta, count);
    for (int i = 0; i < THREADS; i++)
        free(workers[i].theta);
    free(untrained);
    release(&s);
}

/* ---- threads of all kinds at once ---- */

enum { WIDE_STEPS = 150, SIDE = 120 };

/* Samples one at a time, by a team of two. The weights, [dnn_model_parameter_count]. */
static double *learn_as_team(void)
{
    dnn_model *model = model_of(wide_layers, 4, "threads=2 init=glorot_uniform");
    dnn_trainer *trainer = trainer_of(model);
    double x[N_IN] = {0}, y[N_OUT] = {0}, *theta = NULL;
    int32_t status = DNN_OK;
    for (int s = 0; s < WIDE_STEPS && status == DNN_OK; s++) {
        x[s % N_IN] += 0.25;
        y[s % N_OUT] = 0.5;
        status = dnn_trainer_step(trainer, x, y, 1, NULL);
    }
    if (status == DNN_OK)
        theta = weights_of(model);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    return theta;
}

/* C = A A for A all 1/8, by the host's own call of the BLAS, which may have threads of its own. Numbers of C that are wrong. */
static int64_t multiply(double *a, double *c)
{
    int64_t wrong = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        a[i] = 0.125;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, a, SIDE, a, SIDE, 0, c, SIDE);
    for (int i = 0; i < SIDE * SIDE; i++)
        wrong += c[i] != SIDE * 0.125 * 0.125;
    return wrong;
}

static void *learn_or_multiply(void *argument)
{
    struct worker *worker = argument;
    double *a = malloc(SIDE * SIDE * sizeof *a), *c = malloc(SIDE * SIDE * sizeof *c);
    EXPECT(worker, a != NULL && c != NULL);
    pthread_barrier_wait(&worker->shared->barrier);
    if (worker->index % 2 == 0)
        EXPECT(worker, (worker->theta = learn_as_team()) != NULL);
    for (int round = 0; round < ROUNDS && worker->index % 2 == 1 && worker->failures == 0; round++)
        EXPECT(worker, multiply(a, c) == 0);
    free(a);
    free(c);
    return NULL;
}

static void test_teams_learn_while_the_host_uses_the_blas(void **state)
{
    (void)state;
    struct shared s = make("");
    struct worker workers[THREADS];
    dnn_model *untrained = model_of(wide_layers, 4, "");
    const int64_t count = dnn_model_parameter_count(untrained);
    double *expected = learn_as_team();
    run_all(&s, learn_or_multiply, workers);
    for (int i = 0; i < THREADS; i += 2) {
        assert_same_bits(workers[i].theta, expected, count);
        free(workers[i].theta);
    }
    free(expected);
    dnn_model_destroy(untrained);
    release(&s);
}

/* ---- handles that are shared, released everywhere ---- */

/* Holds of one model, made and let go by all at once; the count must come out even. */
static void *hold_and_let_go(void *argument)
{
    struct worker *worker = argument;
    dnn_workspace *workspace = NULL;
    dnn_trainer *trainer = NULL;
    pthread_barrier_wait(&worker->shared->barrier);
    for (int round = 0; round < ROUNDS; round++) {
        EXPECT(worker, dnn_workspace_create(worker->shared->model, 1, &workspace) == DNN_OK);
        EXPECT(worker, dnn_trainer_create(worker->shared->model, NULL, &trainer) == DNN_OK);
        dnn_workspace_destroy(workspace);
        dnn_trainer_destroy(trainer);
    }
    return NULL;
}

static void test_a_model_may_be_held_and_let_go_by_all_at_once(void **state)
{
    (void)state;
    struct shared s = make("");
    struct worker workers[THREADS];
    run_all(&s, hold_and_let_go, workers);
    run_all(&s, predict, workers); /* it is still there */
    release(&s);
}

/* ---- cancel ---- */

struct endless {
    dnn_trainer *trainer;
    const dnn_dataset *dataset;
    int32_t status;
    atomic_int is_done;
};

static void *fit_without_end(void *argument)
{
    struct endless *endless = argument;
    endless->status = dnn_trainer_fit(endless->trainer, endless->dataset, NULL);
    atomic_store(&endless->is_done, 1);
    return NULL;
}

/* Two thousand million epochs, and no callback. A cancel before the fit has begun does nothing: so it is repeated. */
static void test_a_fit_is_cancelled_while_it_runs(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 4, "epochs=2147483647");
    dnn_dataset *dataset = random_dataset(1, 4, N_IN, N_OUT);
    struct endless endless = {.trainer = trainer_of(model), .dataset = dataset, .status = SENTINEL_LABEL};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, fit_without_end, &endless), 0);
    while (!atomic_load(&endless.is_done)) {
        assert_ok(dnn_trainer_cancel(endless.trainer));
        usleep(1000);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(endless.status, DNN_STOPPED);
    dnn_trainer_destroy(endless.trainer);
    dnn_dataset_destroy(dataset);
    dnn_model_destroy(model);
}

/* ---- errors ---- */

static void *fail_in_its_own_words(void *argument)
{
    struct worker *worker = argument;
    dnn_config *config = NULL;
    char recipe[32], words[40];
    EXPECT(worker, strcmp(dnn_last_error(), "") == 0); /* a new thread has failed nowhere */
    snprintf(recipe, sizeof recipe, "recipe-%d", worker->index);
    snprintf(words, sizeof words, "\"%s\"", recipe);
    for (int round = 0; round < ROUNDS; round++) {
        EXPECT(worker, dnn_config_create(recipe, &config) == DNN_ERROR_INVALID_ARGUMENT);
        pthread_barrier_wait(&worker->shared->barrier); /* all have failed by now */
        EXPECT(worker, strstr(dnn_last_error(), words) != NULL);
        pthread_barrier_wait(&worker->shared->barrier);
    }
    return NULL;
}

static void test_each_thread_has_its_own_last_error(void **state)
{
    (void)state;
    struct shared s = make("");
    struct worker workers[THREADS];
    mark_last_error();
    char *kept = strdup(dnn_last_error());
    run_all(&s, fail_in_its_own_words, workers);
    assert_string_equal(dnn_last_error(), kept);
    free(kept);
    release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eight_threads_on_one_model_get_what_one_gets_bit_for_bit),
        cmocka_unit_test(test_a_model_may_be_cloned_while_others_predict),
        cmocka_unit_test(test_distinct_trainers_learn_at_once_from_one_dataset),
        cmocka_unit_test(test_teams_learn_while_the_host_uses_the_blas),
        cmocka_unit_test(test_a_model_may_be_held_and_let_go_by_all_at_once),
        cmocka_unit_test(test_a_fit_is_cancelled_while_it_runs),
        cmocka_unit_test(test_each_thread_has_its_own_last_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
