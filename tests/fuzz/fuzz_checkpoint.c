/*
 * fuzz_checkpoint.c - any bytes as a checkpoint. A trainer that comes out of it takes a step, and whatever that says, its
 * weights stay finite.
 */
#include "fuzz_signed.h"

#include "api/trainer.h"

#include <dnn.h>
#include <math.h>

/* A crash is what the fuzzer looks for. */
static void must(int holds)
{
    if (!holds) {
        abort();
    }
}

enum { MOST_WEIGHTS = 100000 };

static void step(dnn_model *model, dnn_trainer *trainer)
{
    const int64_t count = dnn_model_parameter_count(model), n_in = dnn_model_layer_size(model, 0);
    const int64_t n_out = dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
    double *x = calloc((size_t)n_in, sizeof *x), *y = calloc((size_t)n_out, sizeof *y);
    double *theta = calloc((size_t)count, sizeof *theta);
    must(x != NULL && y != NULL && theta != NULL);
    x[0] = 0.5;
    y[0] = 1;
    for (int i = 0; i < 2; i++) {
        const int32_t status = dnn_trainer_step(trainer, x, y, 1, NULL);
        must(status == DNN_OK || status == DNN_ERROR_NOT_FINITE);
    }
    dnn_trainer_apply(trainer, 0.5);
    must(dnn_model_get_parameters(model, theta) == DNN_OK);
    for (int64_t i = 0; i < count; i++) {
        must(isfinite(theta[i]));
    }
    free(x);
    free(y);
    free(theta);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = fuzz_sign(bytes, size);
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    if (copy != NULL && trainer_read(copy, (int64_t)size, "(memory)", &model, &trainer) == DNN_OK &&
        dnn_model_parameter_count(model) <= MOST_WEIGHTS) {
        step(model, trainer);
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    free(copy);
    return 0;
}
