/*
 * test_onnx_torch.c - models that torch.onnx.export wrote are imported, and predict what PyTorch predicted.
 *
 * The files of tests/onnx/torch and PyTorch's outputs were made by tests/onnx/torch_models.py.
 */
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#if DNN_ONNX
#define FOLDER DNN_SOURCE_DIR "/tests/onnx/torch/"

static void assert_agrees(const char *name, double tolerance)
{
    char path[1024];
    int rows, n_in, n_out;
    snprintf(path, sizeof path, FOLDER "%s.txt", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d %d %d", &rows, &n_in, &n_out), 3);
    const int count = rows * (n_in + n_out);
    double *numbers = allocate_or_fail((size_t)count, sizeof *numbers);
    double *y = allocate_or_fail((size_t)(rows * n_out), sizeof *y);
    for (int i = 0; i < count; i++)
        assert_int_equal(fscanf(file, "%lf", &numbers[i]), 1);
    fclose(file);

    dnn_model *model = NULL;
    snprintf(path, sizeof path, FOLDER "%s.onnx", name);
    assert_ok(dnn_model_import_onnx(path, &model));
    assert_int_equal(dnn_model_layer_size(model, 0), n_in);
    assert_int_equal(dnn_model_layer_size(model, dnn_model_layer_count(model) - 1), n_out);
    assert_ok(dnn_model_predict(model, numbers, rows, y));
    const double *expected = numbers + rows * n_in;
    for (int i = 0; i < rows * n_out; i++)
        assert_near(name, i, y[i], expected[i], largest_magnitude(expected, rows * n_out), tolerance);
    dnn_model_destroy(model);
    free(numbers);
    free(y);
}

static void test_models_of_pytorch_predict_as_in_pytorch(void **state)
{
    (void)state;
    static const char *const names[] = {"mixed", "without_bias", "unfolded", "scaled", "viewed", "old_operators"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_agrees(names[i], 1e-6);
    assert_agrees("doubles", 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_models_of_pytorch_predict_as_in_pytorch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
    return 0; /* nothing is read */
}
#endif
