/*
 * fuzz_model.c - any bytes as a model file: one of libdnn's, and a stranger's with a config. A model that comes out of it
 * predicts, and saved and loaded again it is the same.
 */
#include "fuzz_signed.h"

#include "api/model_content.h"
#include "format/model_file.h"

#include <dnn.h>

/* A crash is what the fuzzer looks for. */
static void must(int holds)
{
    if (!holds) {
        abort();
    }
}

enum { MOST_WEIGHTS = 100000 };

/* What it predicts for a row of numbers; released with free. */
static double *predict(const dnn_model *model, int64_t n_out)
{
    const int64_t n_in = dnn_model_layer_size(model, 0);
    double *x = calloc((size_t)n_in, sizeof *x), *y = calloc((size_t)n_out, sizeof *y);
    must(x != NULL && y != NULL);
    x[0] = 0.5;
    const int32_t status = dnn_model_predict(model, x, 1, y);
    must(status == DNN_OK || status == DNN_ERROR_NOT_FINITE); /* a scale may be as small as numbers are */
    free(x);
    return y;
}

static void use(const dnn_model *model)
{
    if (dnn_model_parameter_count(model) > MOST_WEIGHTS) {
        return;
    }
    const int64_t n_out = dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
    int64_t size = 0;
    must(dnn_model_save_memory(model, NULL, 0, &size) == DNN_OK);
    uint8_t *bytes = malloc((size_t)size);
    dnn_model *again = NULL;
    must(bytes != NULL && dnn_model_save_memory(model, bytes, size, NULL) == DNN_OK);
    must(dnn_model_load_memory(bytes, size, &again) == DNN_OK);
    double *y = predict(model, n_out), *z = predict(again, n_out);
    must(memcmp(y, z, (size_t)n_out * sizeof *y) == 0);
    free(y);
    free(z);
    free(bytes);
    dnn_model_destroy(again);
}

/* dnn_model_load_with, without a file. */
static int32_t load_with(const uint8_t *bytes, int64_t size, dnn_model **model)
{
    const struct model_file_request request = {.name = "(memory)", .is_plain_allowed = true};
    struct content content = {0};
    dnn_config *config = NULL;
    must(dnn_config_create("regressor", &config) == DNN_OK);
    int32_t status = model_file_read(bytes, size, &request, &content, NULL);
    if (status == DNN_OK) {
        settings_clear(&content.settings);
        status = model_from_content(&content, config, "(memory)", model);
    }
    content_clear(&content);
    dnn_config_destroy(config);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = fuzz_sign(bytes, size);
    dnn_model *model = NULL;
    if (copy != NULL && dnn_model_load_memory(copy, (int64_t)size, &model) == DNN_OK) {
        use(model);
    }
    dnn_model_destroy(model);
    model = NULL;
    if (copy != NULL && load_with(copy, (int64_t)size, &model) == DNN_OK) {
        use(model);
    }
    dnn_model_destroy(model);
    free(copy);
    return 0;
}
