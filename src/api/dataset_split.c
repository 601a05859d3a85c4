/*
 * api/dataset_split.c - parts of a dataset, and the weights of its samples.
 *
 * Weights are kept scaled to a mean of 1: a weighted loss then has the size of an unweighted one, and a learning rate
 * that was right stays right.
 */
#include "api/check.h"
#include "api/dataset.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

static struct sample_weights *weights_new(int64_t count)
{
    struct sample_weights *weights = count > (INT64_MAX - (int64_t)sizeof *weights) / (int64_t)sizeof(double)
                                         ? NULL
                                         : memory_new(1, (int64_t)sizeof *weights + count * (int64_t)sizeof(double));
    if (weights != NULL) {
        atomic_init(&weights->references, 1);
    }
    return weights;
}

void dataset_release_weights(struct sample_weights *weights)
{
    if (weights != NULL && atomic_fetch_sub_explicit(&weights->references, 1, memory_order_acq_rel) == 1) {
        memory_free(weights);
    }
}

struct sample_weights *dataset_hold_weights(const dnn_dataset *dataset)
{
    dnn_dataset *shared = (dnn_dataset *)dataset; /* holding changes nothing that can be seen */
    guard_take(&shared->weights_guard);
    struct sample_weights *weights = shared->weights;
    if (weights != NULL) {
        atomic_fetch_add_explicit(&weights->references, 1, memory_order_relaxed);
    }
    guard_give_back(&shared->weights_guard);
    return weights;
}

/* values ← values, scaled to a mean of 1: divided by the largest first, so that their sum is finite. False if all
 * are 0. */
static bool scale_to_mean_1(double *values, int64_t count)
{
    double largest = 0, sum = 0;
    for (int64_t i = 0; i < count; i++) {
        largest = fmax(largest, values[i]);
    }
    for (int64_t i = 0; largest > 0 && i < count; i++) {
        values[i] /= largest;
        sum += values[i];
    }
    for (int64_t i = 0; largest > 0 && i < count; i++) {
        values[i] *= (double)count / sum;
    }
    return largest > 0;
}

static int32_t check_weights(const double *weights, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(weights[i])) {
            return status_error(DNN_ERROR_NOT_FINITE, "weights[%lld] is not finite", (long long)i);
        }
        if (weights[i] < 0) {
            char text[TEXT_NUMBER_CAPACITY];
            text_from_number(weights[i], text);
            return status_error(DNN_ERROR_INVALID_ARGUMENT, "weights[%lld] is %s, expected at least 0", (long long)i,
                                text);
        }
    }
    return DNN_OK;
}

/* A copy of the caller's weights, checked in the copy and scaled. */
static int32_t make_weights(const double *weights, int64_t count, struct sample_weights **out)
{
    struct sample_weights *made = weights_new(count);
    if (made == NULL) {
        return status_out_of_memory("the weights of the samples");
    }
    memcpy(made->values, weights, (size_t)count * sizeof *weights);
    int32_t status = check_weights(made->values, count);
    if (status == DNN_OK && !scale_to_mean_1(made->values, count)) {
        status = status_error(DNN_ERROR_INVALID_ARGUMENT, "all weights are 0, expected at least one above");
    }
    if (status != DNN_OK) {
        dataset_release_weights(made);
        return status;
    }
    *out = made;
    return DNN_OK;
}

int32_t dnn_dataset_set_weights(dnn_dataset *dataset, const double *weights)
{
    REQUIRE(dataset);
    struct sample_weights *made = NULL;
    const int32_t status = weights == NULL ? DNN_OK : make_weights(weights, dataset->size, &made);
    if (status != DNN_OK) {
        return status;
    }
    guard_take(&dataset->weights_guard);
    struct sample_weights *before = dataset->weights;
    dataset->weights = made;
    guard_give_back(&dataset->weights_guard);
    dataset_release_weights(before);
    return DNN_OK;
}

/* The samples of `whole` at positions[0 … size − 1], with their weights. An error if all of these are 0: such a part has
 * no loss, and to count its samples alike after all would be a lie. */
static int32_t dataset_part(const dnn_dataset *whole, const struct sample_weights *weights, const int32_t *positions,
                            int64_t size, dnn_dataset **out)
{
    dnn_dataset *part = dataset_new();
    int32_t *rows = memory_new(size, sizeof *rows);
    struct sample_weights *part_weights = weights == NULL ? NULL : weights_new(size);
    if (part == NULL || rows == NULL || (weights != NULL && part_weights == NULL)) {
        dnn_dataset_destroy(part);
        memory_free(rows);
        dataset_release_weights(part_weights);
        return status_out_of_memory("a part of a dataset");
    }
    for (int64_t i = 0; i < size; i++) {
        rows[i] = whole->rows != NULL ? whole->rows[positions[i]] : positions[i];
        if (weights != NULL) {
            part_weights->values[i] = weights->values[positions[i]];
        }
    }
    if (part_weights != NULL && !scale_to_mean_1(part_weights->values, size)) {
        dnn_dataset_destroy(part);
        memory_free(rows);
        dataset_release_weights(part_weights);
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "all weights of the %lld samples in one part are 0, expected at least one above in each: "
                            "try another seed, or split before dnn_dataset_set_weights",
                            (long long)size);
    }
    atomic_fetch_add_explicit(&whole->store->references, 1, memory_order_relaxed);
    part->store = whole->store;
    part->rows = rows;
    part->size = size;
    part->weights = part_weights;
    *out = part;
    return DNN_OK;
}

/* The positions 0 … size − 1 in the random order of a seed. */
static int32_t *random_order(int64_t size, int64_t seed)
{
    int32_t *order = memory_new(size, sizeof *order);
    if (order != NULL) {
        struct random random;
        random_seed(&random, seed, RANDOM_STREAM_SPLIT);
        for (int64_t i = 0; i < size; i++) {
            order[i] = (int32_t)i;
        }
        random_shuffle(&random, order, size);
    }
    return order;
}

/* The first `count` of a random order, and the rest. */
static int32_t split(const dnn_dataset *dataset, int64_t count, const int32_t *order, dnn_dataset **first,
                     dnn_dataset **second)
{
    struct sample_weights *weights = dataset_hold_weights(dataset);
    dnn_dataset *parts[2] = {NULL, NULL};
    int32_t status = dataset_part(dataset, weights, order, count, &parts[0]);
    if (status == DNN_OK) {
        status = dataset_part(dataset, weights, order + count, dataset->size - count, &parts[1]);
    }
    dataset_release_weights(weights);
    if (status != DNN_OK) {
        dnn_dataset_destroy(parts[0]);
        return status;
    }
    *first = parts[0];
    *second = parts[1];
    return DNN_OK;
}

int32_t dnn_dataset_split(const dnn_dataset *dataset, double fraction, int64_t seed, dnn_dataset **first,
                          dnn_dataset **second)
{
    REQUIRE(dataset);
    REQUIRE(first);
    REQUIRE(second);
    if (first == second) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "first and second are the same place, expected two");
    }
    const int64_t size = dataset->size;
    if (!isfinite(fraction)) {
        return status_error(DNN_ERROR_NOT_FINITE, "fraction is not finite, expected a number between 0 and 1");
    }
    const int64_t count = fraction > 0 && fraction < 1 ? llround(fraction * (double)size) : 0;
    if (count < 1 || count >= size) {
        char text[TEXT_NUMBER_CAPACITY];
        text_from_number(fraction, text);
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "fraction is %s, expected a number between 0 and 1 that leaves at least one of the %lld "
                            "samples on each side",
                            text, (long long)size);
    }
    int32_t *order = random_order(size, seed);
    if (order == NULL) {
        return status_out_of_memory("a part of a dataset");
    }
    const int32_t status = split(dataset, count, order, first, second);
    memory_free(order);
    return status;
}
