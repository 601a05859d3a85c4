/*
 * fuzz_onnx.c - a libFuzzer target: any bytes as an ONNX file give a status, or a model that predicts.
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined …, with the objects of the library; corpus: tests/onnx/torch/
 */
#include "api/model_content.h"
#include "base/memory.h"
#include "format/onnx_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Few columns are enough to try: what a file can make large is tried by tests/test_onnx_hostile.c. */
static void predict(const dnn_model *model)
{
    const int64_t n_in = dnn_model_layer_size(model, 0),
                  n_out = dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
    double *numbers = memory_new(n_in + n_out, sizeof *numbers);
    if (numbers != NULL) {
        (void)dnn_model_predict(model, numbers, 1, numbers + n_in);
    }
    memory_free(numbers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct content content = {0};
    dnn_model *model = NULL;
    if (onnx_read(data, (int64_t)size, "fuzz.onnx", &content) == DNN_OK &&
        model_from_content(&content, NULL, "fuzz.onnx", &model) == DNN_OK) {
        predict(model);
    }
    content_clear(&content);
    dnn_model_destroy(model);
    return 0;
}
