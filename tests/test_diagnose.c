/*
 * test_diagnose.c - what is said of networks that are known to be ill, and of a sound one.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
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
    diagnose(layers, 3, "activation=relu init=zeros output_activation=relu", 64, 1.0);
    assert_says("Layer 1 (relu) has dead units: 100 %");
    assert_says("Layer 2 (relu) has dead units: 100 %");
}

/* A loss that is computed from z loses nothing to the output's activation; the hidden layers are what they are. */
static void test_hidden_layers_are_looked_at_whatever_the_loss(void **state)
{
    (void)state;
    const int64_t layers[] = {4, 16, 4};
    diagnose(layers, 3, "activation=relu init=zeros output_activation=softmax loss=cross_entropy", 64, 1.0);
    assert_says("Layer 1 (relu) has dead units: 100 %");
    assert_true(strstr(said, "Layer 2 (softmax)") == NULL);
    diagnose(layers, 3,
             "activation=sigmoid sigmoid_slope=1 init=uniform01 output_activation=sigmoid loss=binary_cross_entropy",
             64, 1e3);
    assert_says("100 %  100 %\n2      sigmoid"); /* the end of layer 1's line in the table */
    assert_says(" 0 %    0 %\n");
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
    assert_says("Updates of layer 2 are too large");
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

/* ---- one illness each ---- */

struct illness {
    const char *settings;
    double input;   /* inputs are uniform in [-1/2, 1/2), times this */
    double targets; /* targets are uniform in [0, 1), times this, */
    double offset;  /* plus this */
    int steps;
    const char *says;
};

/* What is said after some steps of 64 samples on a network 4-16-2, or 4-2 of depth 1. */
static void say_of(const struct illness *ill, int64_t depth)
{
    enum { N = 64 };
    double x[N * 4], y[N * 2];
    const int64_t layers[2][3] = {{4, 2}, {4, 16, 2}};
    struct generator generator = {7};
    generator_fill(&generator, x, N * 4, 0.5);
    generator_fill(&generator, y, N * 2, 0.0);
    for (int i = 0; i < N * 4; i++)
        x[i] *= ill->input;
    for (int i = 0; i < N * 2; i++)
        y[i] = y[i] * ill->targets + ill->offset;
    dnn_model *model = model_of(layers[depth - 1], depth + 1, ill->settings);
    dnn_trainer *trainer = trainer_of(model);
    for (int k = 0; k < ill->steps; k++)
        assert_ok(dnn_trainer_step(trainer, x, y, N, NULL));
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    if (strstr(said, ill->says) == NULL)
        fail_msg("of %s, \"%s\" is not in: %s", ill->settings, ill->says, said);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

#define TANH "activation=tanh init=glorot_uniform output_activation=identity sigmoid_derivative=exact "
#define SOFTMAX                                                                                                        \
    "activation=leaky_relu init=he_normal output_activation=softmax loss=cross_entropy sigmoid_derivative=exact "
static const char *const optimizers[] = {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "rprop"};
enum { OPTIMIZERS = sizeof optimizers / sizeof *optimizers };

static void test_updates_that_are_too_large_are_named_for_every_optimizer(void **state)
{
    (void)state;
    for (int o = 0; o < OPTIMIZERS; o++) {
        for (int steps = 1; steps <= 2; steps++) {
            char settings[256];
            snprintf(settings, sizeof settings, TANH "optimizer=%s learning_rate=10", optimizers[o]);
            say_of(&(struct illness){settings, 2, 1, 0, steps, "are too large"}, 2);
            assert_says("lower learning_rate, or set clip_norm = 1");
            assert_says("Updates of layer ");
        }
    }
}

static void test_updates_that_are_too_small_are_named_for_every_optimizer(void **state)
{
    (void)state;
    for (int o = 0; o < OPTIMIZERS - 1; o++) { /* rprop's grow of themselves */
        char settings[256];
        snprintf(settings, sizeof settings, TANH "optimizer=%s learning_rate=1e-9", optimizers[o]);
        say_of(&(struct illness){settings, 2, 1, 0, 5, "Updates are too small"}, 2);
        assert_says("raise learning_rate");
    }
}

static void test_what_clip_norm_leaves_of_a_gradient_is_compared(void **state)
{
    (void)state;
    say_of(&(struct illness){TANH "learning_rate=10 clip_norm=1e-3", 2, 1, 0, 1, "Nothing in these figures"}, 2);
    say_of(&(struct illness){TANH "learning_rate=1e-3 clip_norm=1e-9", 2, 1, 0, 1, "Updates are too small"}, 2);
    say_of(&(struct illness){TANH "learning_rate=10 clip_norm=1e-3 l2=1e6", 2, 1, 0, 1, "Nothing in these"}, 2);
    say_of(&(struct illness){TANH "learning_rate=10 weight_decay=1", 2, 1, 0, 1, "are too large"}, 2);
}

static void test_targets_that_the_output_cannot_reach_are_named(void **state)
{
    (void)state;
    static const struct illness ill[] = {
        {"output_activation=sigmoid", 1, 10, 0, 1, "sigmoid gives numbers from 0 to 1"},
        {"output_activation=sigmoid", 1, 1, -1, 1, "Targets out of reach"},
        {TANH "output_activation=tanh", 1, 4, -2, 1, "tanh gives numbers from -1 to 1"},
        {TANH "output_activation=relu", 1, 1, -2, 1, "relu gives numbers from 0 up"},
        {TANH "output_activation=softplus", 1, 1, -2, 1, "softplus gives numbers from 0 up"},
        {TANH "output_activation=elu elu_alpha=1.5", 1, 1, -3, 1, "elu gives numbers from -1.5 up"},
        {TANH "output_activation=gelu", 1, 1, -2, 1, "gelu gives numbers from -0.17 up"},
        {TANH "output_activation=silu", 1, 1, -2, 1, "silu gives numbers from -0.279 up"},
        {TANH "output_activation=softmax", 1, 3, 0, 1, "softmax gives numbers from 0 to 1"},
        {SOFTMAX, 1, 0, 1, 1, "add up to 2, and the outputs of softmax to 1"},
        {TANH, 1, 10, -3, 1, "Nothing in these figures"},
        {TANH "output_activation=elu elu_alpha=1.5", 1, 1, -1.4, 1, "Nothing in these figures"},
        {TANH "output_activation=tanh", 1, 1.8, -0.9, 1, "Nothing in these figures"},
    };
    for (size_t i = 0; i < sizeof ill / sizeof *ill; i++)
        say_of(&ill[i], 2);
}

static void test_large_targets_are_named_until_they_are_learned(void **state)
{
    (void)state;
    const double x[] = {-1, -0.5, 0.5, 1};
    double y[4];
    const int64_t layers[] = {1, 1};
    say_of(&(struct illness){TANH, 1, 1e5, 2e5, 1, "Targets are large"}, 2);
    assert_says("scale the targets");
    /* A straight line is learned, whatever its size. */
    dnn_model *model = model_of(layers, 2, "output_activation=identity learning_rate=0.3");
    dnn_trainer *trainer = trainer_of(model);
    for (int i = 0; i < 4; i++)
        y[i] = 1e4 * x[i] + 2e4;
    for (int k = 0; k < 200; k++)
        assert_ok(dnn_trainer_step(trainer, x, y, 4, NULL));
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_says("Nothing in these figures");
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void test_inputs_that_are_not_of_size_1_are_named(void **state)
{
    (void)state;
    say_of(&(struct illness){TANH, 1000, 1, 0, 1, "Inputs are not of size 1: those of column "}, 2);
    assert_says("dnn_model_standardize");
    say_of(&(struct illness){TANH, 1e-4, 1, 0, 1, "Inputs are not of size 1: none is above "}, 2);
}

static void test_activations_that_explode_are_named(void **state)
{
    (void)state;
    double x[64 * 4], y[64 * 2];
    const int64_t layers[] = {4, 300, 300, 300, 2};
    struct generator generator = {7};
    generator_fill(&generator, x, 64 * 4, 0.5);
    generator_fill(&generator, y, 64 * 2, 0.0);
    dnn_model *model = model_of(layers, 5, "activation=relu output_activation=identity learning_rate=1e-15");
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_step(trainer, x, y, 64, NULL));
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_says("Activations explode: those of layer 3");
    assert_says("make the model anew with init = he_normal");
    assert_says("The loss is enormous: the outputs are of size");
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* Outputs that are sure of nothing but what is wrong. */
static void test_an_enormous_loss_is_named(void **state)
{
    (void)state;
    const double w[] = {100, 0, -100, 0}, x = 1, y[] = {0, 1};
    const int64_t layers[] = {1, 2};
    dnn_model *model = model_of(layers, 2, "output_activation=softmax loss=cross_entropy learning_rate=1e-3");
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_model_set_weights(model, 0, w));
    assert_ok(dnn_trainer_step(trainer, &x, y, 1, NULL));
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_says("The loss is enormous: the outputs are sure of what is wrong, and cost 200 a sample");
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void test_neurons_that_are_all_the_same_are_named_as_what_they_are(void **state)
{
    (void)state;
    static const char *const activations[] = {"relu", "leaky_relu", "tanh", "sigmoid"};
    for (int i = 0; i < 4; i++) {
        for (int steps = 1; steps <= 20; steps += 19) {
            char settings[256];
            snprintf(settings, sizeof settings, TANH "activation=%s sigmoid_slope=1 init=zeros optimizer=adam",
                     activations[i]);
            say_of(&(struct illness){settings, 2, 1, 0, steps, "All neurons of layer 1 have the same weights"}, 2);
            assert_says("init = zeros");
            assert_null(strstr(said, "vanish"));
        }
    }
    /* Without a hidden layer zeros are as good a start as any. */
    say_of(&(struct illness){TANH "init=zeros optimizer=adam", 2, 1, 0, 5, "Nothing in these figures"}, 1);
}

/* No update has been made with it, and the scale is not known. */
static void test_a_gradient_that_was_not_applied_makes_no_finding_of_updates(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 2};
    const double x[] = {1, -1}, y[] = {1, 0};
    dnn_model *model = model_of(layers, 2, TANH "learning_rate=1e6");
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_accumulate(trainer, x, y, 1, NULL));
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_says("Nothing in these figures");
    assert_ok(dnn_trainer_apply(trainer, 1e-8));
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_says("Nothing in these figures");
    assert_ok(dnn_trainer_accumulate(trainer, x, y, 1, NULL));
    assert_ok(dnn_trainer_apply(trainer, 1));
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_says("are too large");
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
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

/* ---- a sample that is not finite ---- */

/* A step or an accumulate of two samples, or one, with numbers as they are given or those of float. */
struct call {
    int is_step, is_float;
    int64_t n;
};

static const struct call calls[] = {{1, 0, 1}, {1, 0, 2}, {1, 1, 1}, {1, 1, 2}, {0, 0, 1}, {0, 0, 2}};
enum { CALLS = sizeof calls / sizeof *calls };

/* x: [2 × 3], y: [2 × 2] */
static int32_t make_call(dnn_trainer *trainer, const struct call *call, const double *x, const double *y)
{
    float x_f32[6], y_f32[4];
    for (int i = 0; i < 6; i++)
        x_f32[i] = (float)x[i];
    for (int i = 0; i < 4; i++)
        y_f32[i] = (float)y[i];
    return !call->is_step   ? dnn_trainer_accumulate(trainer, x, y, call->n, NULL)
           : call->is_float ? dnn_trainer_step_f32(trainer, x_f32, y_f32, call->n, NULL)
                            : dnn_trainer_step(trainer, x, y, call->n, NULL);
}

static void assert_figures_are_those_of(dnn_trainer *trainer, dnn_trainer *twin)
{
    double norm[2], weight[2], saturated[2];
    for (int64_t l = 0; l < 2; l++) {
        assert_ok(dnn_trainer_layer_stats(trainer, l, &norm[0], &weight[0], &saturated[0]));
        assert_ok(dnn_trainer_layer_stats(twin, l, &norm[1], &weight[1], &saturated[1]));
        assert_true(norm[0] == norm[1] && norm[0] > 0 && weight[0] == weight[1] && saturated[0] == saturated[1]);
    }
}

static void assert_there_are_no_figures(dnn_trainer *trainer)
{
    double norm = -1, weight = -1, saturated = -1;
    expect_invalid(dnn_trainer_layer_stats(trainer, 0, &norm, &weight, &saturated), "the latest one failed");
    assert_true(norm == -1 && weight == -1 && saturated == -1);
    assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
    assert_says("The latest step failed because");
    assert_says("those of a sample were not finite");
    assert_null(strstr(said, "no step has been made"));
}

/* A good step, one that fails because of `bad` in x or y, and a good one again, beside a twin that knows of none but good. */
static void try_bad(const int64_t *layers, const char *settings, const struct call *call, double bad, int is_target)
{
    const double x[] = {1, -0.5, 0.25, 0.5, 1, -1}, y[] = {1, 0, 0, 1};
    double bad_x[6], bad_y[4];
    memcpy(bad_x, x, sizeof x);
    memcpy(bad_y, y, sizeof y);
    *(is_target ? &bad_y[2 * call->n - 1] : &bad_x[3 * call->n - 1]) = bad;
    dnn_model *models[] = {model_of(layers, 3, settings), model_of(layers, 3, settings)};
    dnn_trainer *trainer = trainer_of(models[0]), *twin = trainer_of(models[1]);
    for (int k = 0; k < 2; k++) {
        assert_ok(make_call(trainer, call, x, y));
        assert_ok(make_call(twin, call, x, y));
        assert_figures_are_those_of(trainer, twin);
        assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
        assert_null(strstr(said, "failed"));
        expect_error(make_call(trainer, call, bad_x, bad_y), DNN_ERROR_NOT_FINITE, "");
        assert_there_are_no_figures(trainer);
        expect_invalid(dnn_trainer_step(trainer, x, y, 0, NULL), "n is 0"); /* no step at all */
        assert_there_are_no_figures(trainer);
    }
    if (!call->is_step) { /* the sum is left, and samples are not */
        assert_ok(dnn_trainer_apply(trainer, 0.5));
        assert_ok(dnn_trainer_diagnose(trainer, said, CAPACITY, NULL));
        assert_says("no samples have been seen, or the latest of them failed");
    }
    dnn_trainer_destroy(trainer);
    dnn_trainer_destroy(twin);
    dnn_model_destroy(models[0]);
    dnn_model_destroy(models[1]);
}

static void test_a_sample_that_is_not_finite_is_a_step_that_failed_whatever_the_network(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {{3, 4, 2}, {3, 300, 2}}; /* small, and not */
    static const char *const settings[] = {"", "precision=f32", TANH "optimizer=adam"};
    static const double bad[] = {(double)NAN, (double)INFINITY};
    for (int s = 0; s < 2; s++)
        for (int o = 0; o < 3; o++)
            for (int c = 0; c < CALLS; c++)
                for (int b = 0; b < 4; b++)
                    try_bad(shapes[s], settings[o], &calls[c], bad[b / 2], b % 2);
    try_bad(shapes[0], "precision=f32", &calls[0], 1e300, 0); /* finite, but not in float */
    try_bad(shapes[1], "precision=f32", &calls[4], 1e300, 1);
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
        cmocka_unit_test(test_hidden_layers_are_looked_at_whatever_the_loss),
        cmocka_unit_test(test_vanishing_and_exploding_gradients_are_named),
        cmocka_unit_test(test_updates_larger_than_the_weights_are_named),
        cmocka_unit_test(test_a_step_that_overflowed_is_named),
        cmocka_unit_test(test_updates_that_are_too_large_are_named_for_every_optimizer),
        cmocka_unit_test(test_updates_that_are_too_small_are_named_for_every_optimizer),
        cmocka_unit_test(test_what_clip_norm_leaves_of_a_gradient_is_compared),
        cmocka_unit_test(test_targets_that_the_output_cannot_reach_are_named),
        cmocka_unit_test(test_large_targets_are_named_until_they_are_learned),
        cmocka_unit_test(test_inputs_that_are_not_of_size_1_are_named),
        cmocka_unit_test(test_activations_that_explode_are_named),
        cmocka_unit_test(test_an_enormous_loss_is_named),
        cmocka_unit_test(test_neurons_that_are_all_the_same_are_named_as_what_they_are),
        cmocka_unit_test(test_a_gradient_that_was_not_applied_makes_no_finding_of_updates),
        cmocka_unit_test(test_a_failure_of_the_parts_of_a_step_is_named_until_one_succeeds),
        cmocka_unit_test(test_a_sum_over_chunks_that_overflows_is_named),
        cmocka_unit_test(test_a_sample_that_is_not_finite_is_a_step_that_failed_whatever_the_network),
        cmocka_unit_test(test_after_apply_the_gradient_is_the_one_that_was_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
