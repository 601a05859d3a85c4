/*
 * test_threads_many.c - many samples, divided among threads: the same bits for every count of them, as dnn.h has it.
 *
 * Rows are what blocks and chunks end at, and one less and more. A machine with one processor has one thread whatever is asked for.
 */
#include "expect.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_ROWS = 600, N_IN = 11, N_OUT = 5, COUNTS = 4, WAYS = 4 };
static const int64_t layers[] = {N_IN, 70, 33, N_OUT};
static const int64_t rows[] = {2, 31, 32, 33, 63, 64, 65, 127, 129, 255, 256, 257, 300, 513, 600};
static const char *const counts[COUNTS] = {"1", "2", "3", "8"};
/* A precision, and how it learns. No epoch ends in a batch of one sample, which has no such promise. */
static const char *const ways[WAYS] = {"precision=f64 optimizer=sgd", "precision=f32 optimizer=sgd learning_rate=0.1",
                                       "precision=f32 optimizer=adam clip_norm=1 l2=0.01",
                                       "precision=f64 optimizer=momentum dropout=0.25"};

static double x[MOST_ROWS * N_IN], y[MOST_ROWS * N_OUT];

/* Everything that many samples go through, as numbers. */
struct findings {
    double out[MOST_ROWS * N_OUT];
    int32_t label[MOST_ROWS];
    double loss, accuracy, r2, loss_of_step, loss_of_fit, validation_loss;
    int64_t confusion[N_OUT * N_OUT];
    double *gradient, *theta; /* [parameters], after a step and a fit */
};

static dnn_dataset *dataset_of(int64_t n)
{
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(x, n, N_IN, y, N_OUT, &dataset));
    return dataset;
}

static void measure(const dnn_model *model, int64_t n, struct findings *f)
{
    dnn_dataset *dataset = dataset_of(n);
    assert_ok(dnn_model_predict(model, x, n, f->out));
    assert_ok(dnn_model_classify(model, x, n, f->label));
    assert_ok(dnn_model_evaluate(model, dataset, &f->loss, &f->accuracy));
    assert_ok(dnn_model_score(model, dataset, &f->r2));
    assert_ok(dnn_model_confusion(model, dataset, f->confusion));
    dnn_dataset_destroy(dataset);
}

static void learn(dnn_model *model, int64_t n, struct findings *f)
{
    dnn_trainer *trainer = trainer_of(model);
    dnn_dataset *dataset = dataset_of(n);
    double accuracy;
    f->gradient = allocate_or_fail((size_t)dnn_model_parameter_count(model), sizeof *f->gradient);
    assert_ok(dnn_trainer_accumulate(trainer, x, y, n, NULL));
    assert_ok(dnn_trainer_get_gradient(trainer, f->gradient));
    assert_ok(dnn_trainer_step(trainer, x, y, n, &f->loss_of_step));
    assert_ok(dnn_trainer_fit(trainer, dataset, dataset));
    assert_ok(dnn_trainer_history(trainer, 1, &f->loss_of_fit, &f->validation_loss, &accuracy));
    f->theta = weights_of(model);
    dnn_dataset_destroy(dataset);
    dnn_trainer_destroy(trainer);
}

static struct findings *find(const char *threads, const char *way, int64_t n)
{
    char settings[256];
    snprintf(
        settings, sizeof settings,
        "threads=%s %s init=glorot_uniform activation=silu output_activation=tanh epochs=2 batch_size=%d shuffle=true",
        threads, way, n < 100 ? 48 : 150);
    struct findings *f = allocate_or_fail(1, sizeof *f);
    dnn_model *model = model_of(layers, 4, settings);
    measure(model, n, f);
    learn(model, n, f);
    dnn_model_destroy(model);
    return f;
}

static void release(struct findings *f)
{
    free(f->gradient);
    free(f->theta);
    free(f);
}

static void compare(const struct findings *a, const struct findings *b, int64_t count)
{
    assert_same_bits(a->gradient, b->gradient, count);
    assert_same_bits(a->theta, b->theta, count);
    assert_same_bits(a->out, b->out, MOST_ROWS * N_OUT);
    assert_memory_equal(a->label, b->label, sizeof a->label);
    assert_memory_equal(a->confusion, b->confusion, sizeof a->confusion);
    const double of_a[] = {a->loss, a->accuracy, a->r2, a->loss_of_step, a->loss_of_fit, a->validation_loss};
    const double of_b[] = {b->loss, b->accuracy, b->r2, b->loss_of_step, b->loss_of_fit, b->validation_loss};
    assert_same_bits(of_a, of_b, 6);
}

static void test_many_samples_give_the_same_bits_for_every_count_of_threads(void **state)
{
    (void)state;
    struct generator generator = {17};
    generator_fill(&generator, x, MOST_ROWS * N_IN, 0.5);
    generator_fill(&generator, y, MOST_ROWS * N_OUT, 0);
    const int64_t count = (N_IN + 1) * 70 + 71 * 33 + 34 * N_OUT;
    for (int w = 0; w < WAYS; w++) {
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
            struct findings *one = find(counts[0], ways[w], rows[r]);
            for (int c = 1; c < COUNTS; c++) {
                struct findings *many = find(counts[c], ways[w], rows[r]);
                compare(many, one, count);
                release(many);
            }
            release(one);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_samples_give_the_same_bits_for_every_count_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
