/*
 * test_diagnose.c - what is said of networks that are known to be ill, and of a sound one.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { CAPACITY = 8192 };

static const int64_t tutorial[] = {2, 1000, 1000, 2};

static char said[CAPACITY];

/* The diagnosis after a step of n samples on a network. */
static void diagnose(const int64_t *layers, int64_t count, const char *settings, int64_t n, double input)
{
    double x[64 * 4], y[64 * 4];
    struct generator generator = {1};
    generator_fill(&generator, x, 64 * 4, 0.0);
    generator_fill(&generator, y, 64 * 4, 0.0);
    for (int i = 0; i < 64 * 4; i++)
        x[i] *= input;
    dnn_model *model = model_of(layers, count, settings);
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_non_null(strstr(said, "no step has been made"));
    const int32_t status = dnn_trainer_step(trainer, x, y, n, NULL);
    assert_true(status == DNN_OK || status == DNN_ERROR_NOT_FINITE);
    int64_t length = -1;
    assert_ok(dnn_trainer_diagnose(trainer, NULL, 0, &length));
    assert_ok(dnn_trainer_diagnose(trainer, said, length + 1, NULL));
    assert_int_equal((int64_t)strlen(said), length);
    char small[8] = "as it is";
    expect_invalid(dnn_trainer_diagnose(trainer, small, 8, NULL), "capacity");
    assert_memory_equal(small, "as it is", 8);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

#define assert_says(words)                                                                                             \
    do {                                                                                                               \
        if (strstr(said, words) == NULL)                                                                               \
            fail_msg("\"%s\" is not in: %s", words, said);                                                             \
    } while (0)

/* What the tutorial found: every gradient is 0, because sums of 1000 weights in [0, 1) saturate the sigmoid. */
static void test_the_tutorials_network_at_slope_1_is_told_what_the_tutorial_found(void **state)
{
    (void)state;
    diagnose(tutorial, 4, "sigmoid_slope=1", 1, 1.0);
    assert_says("Every gradient is 0");
    assert_says("Layer 2 (sigmoid) is saturated: 100 %");
    assert_says("sigmoid_slope, such as 0.01");
    assert_says("activation = leaky_relu");
}

static void test_and_at_slope_a_hundredth_nothing_is_wrong(void **state)
{
    (void)state;
    diagnose(tutorial, 4, "", 1, 1.0);
    assert_says("Nothing in these figures speaks against learning");
    const int64_t layers[] = {4, 16, 16, 4};
    diagnose(layers, 4, "activation=leaky_relu init=he_normal output_activation=identity", 64, 1.0);
    assert_says("Nothing in these figures speaks against learning");
}

static void test_dead_units_are_named(void **state)
{
    (void)state;
    const int64_t layers[] = {4, 16, 4};
    diagnose(layers, 3, "activation=relu init=zeros output_activation=identity", 64, 1.0);
    assert_says("Layer 1 (relu) has dead units: 100 %");
}

static void test_vanishing_and_exploding_gradients_are_named(void **state)
{
    (void)state;
    int64_t deep[12];
    for (int l = 0; l < 12; l++)
        deep[l] = 4;
    diagnose(deep, 12, "activation=sigmoid sigmoid_slope=1 sigmoid_derivative=exact init=glorot_uniform", 64, 1.0);
    assert_says("Gradients vanish");
    /* The tutorial's derivative leaves c out: ψ grows by about 64 · 1/2 · 1/4 = 8 a layer on the way back. */
    int64_t wide[10];
    for (int l = 0; l < 10; l++)
        wide[l] = l == 0 || l == 9 ? 4 : 64;
    diagnose(wide, 10, "learning_rate=1e-9", 64, 1.0);
    assert_says("Gradients explode");
    assert_says("clip_norm = 1");
}

static void test_updates_larger_than_the_weights_are_named(void **state)
{
    (void)state;
    const int64_t layers[] = {4, 16, 4};
    diagnose(layers, 3, "activation=tanh init=he_normal output_activation=identity learning_rate=100", 64, 1.0);
    assert_says("are larger than its weights");
    assert_says("lower learning_rate");
}

static void test_a_step_that_overflowed_is_named(void **state)
{
    (void)state;
    const int64_t layers[] = {4, 16, 4};
    diagnose(layers, 3, "activation=identity output_activation=identity", 64, 1e200);
    assert_says("numbers overflowed");
    assert_says("dnn_model_standardize");
}

/* The parts of a step have no memory of a failure that later success has made good, and hide none. */
static void test_a_failure_of_the_parts_of_a_step_is_named_until_one_succeeds(void **state)
{
    (void)state;
    const int64_t layers[] = {1, 1};
    double x[4] = {1, 1, 1, 1}, y[4], huge[2] = {1.7e308, 0}, small[2] = {1, 1};
    dnn_model *model = model_of(layers, 2, "output_activation=identity loss=absolute_error");
    dnn_trainer *trainer = trainer_of(model);
    for (int i = 0; i < 4; i++)
        y[i] = 0.25;
    assert_ok(dnn_trainer_accumulate(trainer, x, y, 4, NULL));
    assert_ok(dnn_trainer_set_gradient(trainer, huge));
    expect_not_finite(dnn_trainer_accumulate(trainer, x, y, 4, NULL), "sum of gradients is too large");
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_says("overflowed");
    assert_ok(dnn_trainer_set_gradient(trainer, small));
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_null(strstr(said, "overflowed"));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* The losses of each chunk of samples are finite, their sum is not. */
static void test_a_sum_over_chunks_that_overflows_is_named(void **state)
{
    (void)state;
    enum { N = 600 };
    const int64_t layers[] = {1, 1};
    static double x[N], y[N];
    dnn_model *model = model_of(layers, 2, "output_activation=identity loss=absolute_error init=zeros batch_size=1");
    dnn_trainer *trainer = trainer_of(model);
    for (int i = 0; i < N; i++)
        y[i] = 1.7e308 / 300;
    expect_not_finite(dnn_trainer_step(trainer, x, y, N, NULL), "loss");
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_says("overflowed");
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void test_after_apply_the_gradient_is_the_one_that_was_applied(void **state)
{
    (void)state;
    const int64_t layers[] = {1, 1};
    const double gradient[2] = {3, 4}, x = 1, y = 0;
    double norm = 0;
    dnn_model *model = model_of(layers, 2, "");
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_step(trainer, &x, &y, 1, NULL));
    assert_ok(dnn_trainer_set_gradient(trainer, gradient));
    assert_ok(dnn_trainer_layer_stats(trainer, 0, &norm, NULL, NULL));
    assert_near("gradient", 0, norm, 5, 5, 1e-15);
    assert_ok(dnn_trainer_apply(trainer, -0.5));
    assert_ok(dnn_trainer_layer_stats(trainer, 0, &norm, NULL, NULL));
    assert_near("gradient", 0, norm, 2.5, 2.5, 1e-15);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_tutorials_network_at_slope_1_is_told_what_the_tutorial_found),
        cmocka_unit_test(test_and_at_slope_a_hundredth_nothing_is_wrong),
        cmocka_unit_test(test_dead_units_are_named),
        cmocka_unit_test(test_vanishing_and_exploding_gradients_are_named),
        cmocka_unit_test(test_updates_larger_than_the_weights_are_named),
        cmocka_unit_test(test_a_step_that_overflowed_is_named),
        cmocka_unit_test(test_a_failure_of_the_parts_of_a_step_is_named_until_one_succeeds),
        cmocka_unit_test(test_a_sum_over_chunks_that_overflows_is_named),
        cmocka_unit_test(test_after_apply_the_gradient_is_the_one_that_was_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
