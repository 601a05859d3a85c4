/*
 * api/standardize.c - mean and scale of a dataset's inputs, kept in the model.
 *
 * Two passes over the samples: how large the numbers of each column are, then their mean and variance in a scale in
 * which no square overflows. Everything that can fail is known before the model changes.
 */
#include "api/check.h"
#include "api/dataset.h"
#include "base/memory.h"
#include "core/moments.h"

#include <math.h>
#include <string.h>

/* moments of the inputs of a dataset. row: [inputs], scratch */
static void measure_inputs(const dnn_dataset *dataset, struct moments *moments, double *row)
{
    moments_begin(moments);
    for (int64_t i = 0; i < dataset->size; i++) {
        dataset_inputs(dataset, i, row);
        moments_look(moments, row);
    }
    for (int64_t i = 0; i < dataset->size; i++) {
        dataset_inputs(dataset, i, row);
        moments_add(moments, row);
    }
}

/* An error if an input, standardized, is not finite in the model's precision. */
static int32_t check_inputs(const dnn_model *model, const dnn_dataset *dataset, const struct standardization *by,
                            double *row)
{
    for (int64_t i = 0; i < dataset->size; i++) {
        dataset_inputs(dataset, i, row);
        if (!model->core->fit_standardized_f64(row, by, 1)) {
            return status_error(DNN_ERROR_NOT_FINITE,
                                "sample %lld of the dataset is too far from the mean to be standardized in %s",
                                (long long)i, model->core->precision);
        }
    }
    return DNN_OK;
}

static int32_t install(dnn_model *model, const struct standardization *found)
{
    int32_t status = model_begin_training(model);
    if (status != DNN_OK) {
        return status;
    }
    if (model_make_standardization(model)) {
        memcpy(model->standardization.mean, found->mean, (size_t)found->columns * sizeof(double));
        memcpy(model->standardization.scale, found->scale, (size_t)found->columns * sizeof(double));
        model->is_standardized = true;
    } else {
        status = status_out_of_memory("the scales of the inputs");
    }
    model_end_training(model);
    return status;
}

int32_t dnn_model_standardize(dnn_model *model, const dnn_dataset *dataset)
{
    REQUIRE(model);
    REQUIRE(dataset);
    const int64_t columns = network_size(model->network, 0);
    if (dataset->store->x.columns != columns) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "the dataset has %lld inputs, the model takes %lld",
                            (long long)dataset->store->x.columns, (long long)columns);
    }
    double *numbers = memory_new(4 * columns, sizeof *numbers);
    if (numbers == NULL) {
        return status_out_of_memory("the scales of the inputs");
    }
    struct moments moments = {
        .columns = columns, .mean = numbers, .squares = numbers + columns, .exponent = numbers + 2 * columns};
    const struct standardization found = {columns, moments.mean, moments.squares};
    double *row = numbers + 3 * columns;
    measure_inputs(dataset, &moments, row);
    moments_standardize(&moments, found.mean, found.scale);
    int32_t status = check_inputs(model, dataset, &found, row);
    if (status == DNN_OK) {
        status = install(model, &found);
    }
    memory_free(numbers);
    return status;
}

int32_t dnn_model_get_standardization(const dnn_model *model, double *mean, double *scale)
{
    REQUIRE(model);
    const struct standardization *by = model_standardization(model);
    for (int64_t j = 0; j < network_size(model->network, 0); j++) {
        if (mean != NULL) {
            mean[j] = by == NULL ? 0 : by->mean[j];
        }
        if (scale != NULL) {
            scale[j] = by == NULL ? 1 : by->scale[j];
        }
    }
    return DNN_OK;
}
