/*
 * test_misaligned.c - arrays that begin at an odd address, as a packed file or another language's string may.
 *
 * dnn.h promises that they are read and written all the same on x86-64 and ARM64. A compiler that believes an array of doubles
 * to be aligned may use instructions that trap on one that is not, in long loops above all: so the network is wide, and
 * everything that takes or gives an array of numbers is asked for the same bits as with arrays in their place.
 */
#include "core/version.h"
#include "expect.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_IN = 131, N_HIDDEN = 67, N_OUT = 37, ROWS = 19 };
enum { PARAMETERS = N_HIDDEN * (N_IN + 1) + N_OUT * (N_HIDDEN + 1) };
static const int64_t layers[] = {N_IN, N_HIDDEN, N_OUT};

/* An array that is given, or taken, `shift` bytes beyond a boundary. */
struct shifted {
    uint8_t *block;
    void *at;
    size_t bytes;
};

static struct shifted shifted_of(const void *array, size_t bytes, size_t shift)
{
    struct shifted shifted = {allocate_or_fail(bytes + shift, 1), NULL, bytes};
    shifted.at = shifted.block + shift;
    if (array != NULL)
        memcpy(shifted.at, array, bytes);
    return shifted;
}

/* All that a model, a trainer and a dataset give for these arrays, one after the other; released with free. */
struct told {
    double theta[PARAMETERS], trained[PARAMETERS], gradient[PARAMETERS];
    double y[ROWS * N_OUT], y_one[N_OUT], by_workspace[ROWS * N_OUT], activations[ROWS * N_HIDDEN];
    float y_f32[ROWS * N_OUT];
    double x_of_dataset[N_IN], y_of_dataset[N_OUT], mean[N_IN], scale[N_IN], losses[6];
    int64_t confusion[N_OUT * N_OUT];
    int32_t classes[ROWS];
};

struct arrays {
    struct shifted x, y, x_f32, y_f32, theta, labels, weights;
};

static struct arrays make_arrays(size_t shift)
{
    struct generator generator = {11};
    double x[ROWS * N_IN], y[ROWS * N_OUT], theta[PARAMETERS], weights[ROWS];
    float x_f32[ROWS * N_IN], y_f32[ROWS * N_OUT];
    int32_t labels[ROWS];
    generator_fill(&generator, x, ROWS * N_IN, 0.5);
    generator_fill(&generator, y, ROWS * N_OUT, 0.0);
    generator_fill(&generator, theta, PARAMETERS, 0.5);
    generator_fill(&generator, weights, ROWS, 0.0);
    for (int i = 0; i < ROWS * N_IN; i++)
        x_f32[i] = (float)x[i];
    for (int i = 0; i < ROWS * N_OUT; i++)
        y_f32[i] = (float)y[i];
    for (int i = 0; i < ROWS; i++)
        labels[i] = i % N_OUT;
    return (struct arrays){shifted_of(x, sizeof x, shift),
                           shifted_of(y, sizeof y, shift),
                           shifted_of(x_f32, sizeof x_f32, shift),
                           shifted_of(y_f32, sizeof y_f32, shift),
                           shifted_of(theta, sizeof theta, shift),
                           shifted_of(labels, sizeof labels, shift),
                           shifted_of(weights, sizeof weights, shift)};
}

static void free_arrays(struct arrays *a)
{
    struct shifted *const all[] = {&a->x, &a->y, &a->x_f32, &a->y_f32, &a->theta, &a->labels, &a->weights};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]->block);
}

/* told.MEMBER ← what CALL writes to an array that is shifted too, named `out`. */
#define tell(member, call)                                                                                             \
    do {                                                                                                               \
        struct shifted into = shifted_of(NULL, sizeof told->member, shift);                                            \
        void *out = into.at;                                                                                           \
        assert_ok(call);                                                                                               \
        memcpy(&told->member, into.at, into.bytes);                                                                    \
        free(into.block);                                                                                              \
    } while (0)

static void tell_predictions(const struct arrays *a, const dnn_model *model, size_t shift, struct told *told)
{
    dnn_workspace *workspace = NULL;
    tell(theta, dnn_model_get_parameters(model, out));
    tell(y, dnn_model_predict(model, a->x.at, ROWS, out));
    tell(y_one, dnn_model_predict(model, a->x.at, 1, out));
    tell(y_f32, dnn_model_predict_f32(model, a->x_f32.at, ROWS, out));
    tell(classes, dnn_model_classify(model, a->x.at, ROWS, out));
    assert_ok(dnn_workspace_create(model, ROWS, &workspace));
    tell(by_workspace, dnn_workspace_predict(workspace, a->x.at, ROWS, out));
    tell(activations, dnn_workspace_activations(workspace, 1, out));
    dnn_workspace_destroy(workspace);
}

static void tell_datasets(const struct arrays *a, dnn_model *model, size_t shift, struct told *told)
{
    dnn_dataset *numbers = NULL, *floats = NULL, *labels = NULL;
    assert_ok(dnn_dataset_create(a->x.at, ROWS, N_IN, a->y.at, N_OUT, &numbers));
    assert_ok(dnn_dataset_create_f32(a->x_f32.at, ROWS, N_IN, a->y_f32.at, N_OUT, &floats));
    assert_ok(dnn_dataset_create_labels_f32(a->x_f32.at, ROWS, N_IN, a->labels.at, N_OUT, &labels));
    assert_ok(dnn_dataset_set_weights(numbers, a->weights.at));
    tell(x_of_dataset, dnn_dataset_get(numbers, 3, out, NULL));
    tell(y_of_dataset, dnn_dataset_get(floats, 3, NULL, out));
    tell(losses[0], dnn_model_evaluate(model, numbers, out, NULL));
    tell(losses[1], dnn_model_evaluate(model, labels, NULL, out));
    tell(confusion, dnn_model_confusion(model, labels, out));
    assert_ok(dnn_model_standardize(model, floats));
    tell(mean, dnn_model_get_standardization(model, out, NULL));
    tell(scale, dnn_model_get_standardization(model, NULL, out));
    dnn_dataset_destroy(numbers);
    dnn_dataset_destroy(floats);
    dnn_dataset_destroy(labels);
}

static void tell_training(const struct arrays *a, dnn_model *model, size_t shift, struct told *told)
{
    dnn_trainer *trainer = trainer_of(model);
    tell(losses[2], dnn_trainer_step(trainer, a->x.at, a->y.at, 1, out));
    tell(losses[3], dnn_trainer_step(trainer, a->x.at, a->y.at, ROWS, out));
    tell(losses[4], dnn_trainer_step_f32(trainer, a->x_f32.at, a->y_f32.at, 1, out));
    tell(losses[5], dnn_trainer_step_f32(trainer, a->x_f32.at, a->y_f32.at, ROWS, out));
    tell(trained, dnn_model_get_parameters(model, out));
    assert_ok(dnn_trainer_set_gradient(trainer, a->theta.at));
    tell(gradient, dnn_trainer_get_gradient(trainer, out));
    assert_ok(dnn_trainer_apply(trainer, 0.001));
    dnn_trainer_destroy(trainer);
}

static struct told *tell_all(const char *settings, size_t shift)
{
    struct told *told = allocate_or_fail(1, sizeof *told);
    struct arrays arrays = make_arrays(shift);
    struct shifted sizes = shifted_of(layers, sizeof layers, shift);
    dnn_model *model = model_of(sizes.at, 3, settings);
    assert_ok(dnn_model_set_parameters(model, arrays.theta.at));
    tell_predictions(&arrays, model, shift, told);
    tell_datasets(&arrays, model, shift, told);
    tell_training(&arrays, model, shift, told);
    dnn_model_destroy(model);
    free_arrays(&arrays);
    free(sizes.block);
    return told;
}

static void test_an_array_may_begin_at_any_address(void **state)
{
    (void)state;
    static const char *const settings[] = {"", "engine=blas", "precision=f32", "precision=f32 engine=blas",
                                           "activation=relu optimizer=adam"};
    static const size_t shifts[] = {1, 4, 12, 31};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct told *expected = tell_all(settings[i], 0);
        for (size_t j = 0; DNN_MAY_MISALIGN && j < sizeof shifts / sizeof *shifts; j++) {
            struct told *told = tell_all(settings[i], shifts[j]);
            assert_memory_equal(told, expected, sizeof *told);
            free(told);
        }
        free(expected);
    }
}

/* The processor chooses one of them for the test above. */
static void test_every_version_of_the_core_reads_and_writes_at_any_address(void **state)
{
    (void)state;
    enum { COLUMNS = 1003, SHIFT = 1 };
    double f64[COLUMNS];
    float f32[COLUMNS];
    generator_fill(&(struct generator){3}, f64, COLUMNS, 0.5);
    for (int i = 0; i < COLUMNS; i++)
        f32[i] = (float)f64[i];
    for (int32_t i = 0; i < core_version_count; i++) {
        if (!core_versions[i].is_supported())
            continue;
        const size_t shift = DNN_MAY_MISALIGN ? SHIFT : 0;
        struct shifted in = shifted_of(f64, sizeof f64, shift), in_f32 = shifted_of(f32, sizeof f32, shift);
        struct shifted out = shifted_of(NULL, sizeof f64, shift), out_f32 = shifted_of(NULL, sizeof f32, shift);
        double row[COLUMNS];
        const struct core *core = core_versions[i].f64;
        core->import_f64(in.at, matrix_from(row, 1, COLUMNS, COLUMNS));
        core->export_f64(matrix_from(row, 1, COLUMNS, COLUMNS), out.at);
        assert_memory_equal(out.at, f64, sizeof f64);
        core->import_f32(in_f32.at, matrix_from(row, 1, COLUMNS, COLUMNS));
        core->export_f32(matrix_from(row, 1, COLUMNS, COLUMNS), out_f32.at);
        assert_memory_equal(out_f32.at, f32, sizeof f32);
        assert_true(core->fit_f64(in.at, COLUMNS) && core->fit_f32(in_f32.at, COLUMNS));
        free(in.block);
        free(in_f32.block);
        free(out.block);
        free(out_f32.block);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_array_may_begin_at_any_address),
        cmocka_unit_test(test_every_version_of_the_core_reads_and_writes_at_any_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
