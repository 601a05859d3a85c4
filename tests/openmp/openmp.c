/*
 * openmp.c - a host that is parallel by OpenMP, and calls the library from its regions: one model for all, models of their own with
 * teams of their own, beside products by the BLAS, in loops, tasks and regions within regions. Whatever runs where, the numbers are
 * those of one thread, bit for bit; and the host's own settings stay as they were.
 */
#include "expect.h"
#include "support.h"

#include <cblas.h>
#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { THREADS = 4, JOBS = 24, ROWS = 60, N_IN = 9, N_OUT = 4, STEPS = 60, SIDE = 90 };
static const int64_t layers[] = {N_IN, 160, 150, N_OUT};

static double x[ROWS * N_IN], y[ROWS * N_OUT], expected[ROWS * N_OUT];
static dnn_model *model;

/* The weights that a trainer of its own ends with; NULL if something failed. */
static double *learn(const char *settings)
{
    dnn_model *own = model_of(layers, 4, settings);
    dnn_trainer *trainer = trainer_of(own);
    int32_t status = DNN_OK;
    for (int s = 0; s < STEPS && status == DNN_OK; s++) {
        const int i = s % ROWS;
        status = dnn_trainer_step(trainer, x + i * N_IN, y + i * N_OUT, 1, NULL);
    }
    status = status != DNN_OK ? status : dnn_trainer_step(trainer, x, y, ROWS, NULL);
    double *theta = status == DNN_OK ? weights_of(own) : NULL;
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(own);
    return theta;
}

/* 1 if they differ. */
static int differs_from(const char *settings, const double *theta, int64_t count)
{
    double *found = learn(settings);
    const int differs = found == NULL || memcmp(found, theta, (size_t)count * sizeof *theta) != 0;
    free(found);
    return differs;
}

static int predicts_otherwise(void)
{
    double out[ROWS * N_OUT];
    return dnn_model_predict(model, x, ROWS, out) != DNN_OK || memcmp(out, expected, sizeof out) != 0;
}

/* The host's own product by the BLAS. */
static int multiplies_wrongly(void)
{
    double *a = malloc(SIDE * SIDE * sizeof *a), *c = malloc(SIDE * SIDE * sizeof *c);
    int is_wrong = a == NULL || c == NULL;
    for (int i = 0; !is_wrong && i < SIDE * SIDE; i++) {
        a[i] = 0.125;
    }
    if (!is_wrong) {
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, a, SIDE, a, SIDE, 0, c, SIDE);
    }
    for (int i = 0; !is_wrong && i < SIDE * SIDE; i++) {
        is_wrong = c[i] != SIDE * 0.125 * 0.125;
    }
    free(a);
    free(c);
    return is_wrong;
}

static void test_a_parallel_loop_gets_what_one_thread_gets(void **state)
{
    (void)state;
    static const char *const settings = "init=glorot_uniform threads=2 activation=tanh";
    const int64_t count = dnn_model_parameter_count(model);
    double *theta = learn(settings);
    int wrong = 0;
    assert_non_null(theta);
#pragma omp parallel for num_threads(THREADS) schedule(dynamic) reduction(+ : wrong)
    for (int job = 0; job < JOBS; job++) {
        wrong += job % 3 == 0 ? predicts_otherwise() : job % 3 == 1 ? differs_from(settings, theta, count) : 0;
        wrong += job % 3 == 2 ? multiplies_wrongly() : 0;
    }
    assert_int_equal(wrong, 0);
    free(theta);
}

static void test_regions_within_regions_and_tasks(void **state)
{
    (void)state;
    static const char *const settings = "init=glorot_uniform engine=blas precision=f32";
    const int64_t count = dnn_model_parameter_count(model);
    double *theta = learn(settings);
    int wrong = 0;
    omp_set_max_active_levels(2);
#pragma omp parallel num_threads(2) reduction(+ : wrong)
    {
        int inner = 0;
#pragma omp parallel for num_threads(2) reduction(+ : inner)
        for (int job = 0; job < JOBS; job++) {
            inner += predicts_otherwise();
        }
        wrong += inner;
    }
#pragma omp parallel num_threads(THREADS)
#pragma omp single
    for (int job = 0; job < JOBS; job++) {
#pragma omp task shared(wrong, theta) firstprivate(job)
        {
            const int is_wrong = job % 2 == 0 ? differs_from(settings, theta, count) : predicts_otherwise();
#pragma omp atomic
            wrong += is_wrong;
        }
    }
    assert_int_equal(wrong, 0);
    free(theta);
}

/* A region before, a fit, a region after: the library neither asks for nor leaves another count of threads. */
static void test_the_hosts_settings_stay_as_they_were(void **state)
{
    (void)state;
    int seen = 0;
    omp_set_num_threads(3);
    omp_set_dynamic(0);
    free(learn("threads=2 init=glorot_uniform"));
    assert_int_equal(predicts_otherwise(), 0);
    assert_int_equal(omp_get_max_threads(), 3);
#pragma omp parallel reduction(+ : seen)
    seen += 1;
    assert_int_equal(seen, 3);
}

static int set_up(void **state)
{
    (void)state;
    struct generator generator = {21};
    generator_fill(&generator, x, ROWS * N_IN, 0.5);
    generator_fill(&generator, y, ROWS * N_OUT, 0);
    model = model_of(layers, 4, "init=glorot_uniform activation=gelu");
    dnn_model *twin = model_of(layers, 4, "init=glorot_uniform activation=gelu");
    assert_ok(dnn_model_predict(twin, x, ROWS, expected));
    dnn_model_destroy(twin);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dnn_model_destroy(model);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_parallel_loop_gets_what_one_thread_gets),
        cmocka_unit_test(test_regions_within_regions_and_tasks),
        cmocka_unit_test(test_the_hosts_settings_stay_as_they_were),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
