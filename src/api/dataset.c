/*
 * api/dataset.c - the dataset handle: its life, its parts, and batches out of it. How it is made is in
 * dataset_create.c.
 *
 * Samples stay in the type that they came in (bytes stay bytes: MNIST is 47 MB, not 376), and are converted when a
 * batch is gathered. A dataset never changes, so the parts of a split share one store, each with its own list of rows.
 */
#include "api/dataset.h"

#include "api/check.h"
#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <string.h>

static const int64_t number_size[] = {sizeof(double), sizeof(float), sizeof(uint8_t), sizeof(int32_t)};

int64_t dataset_row_bytes(const struct numbers *numbers)
{
    return (numbers->type == NUMBER_LABEL ? 1 : numbers->columns) * number_size[numbers->type];
}

static void store_release(struct store *store)
{
    if (store != NULL && atomic_fetch_sub_explicit(&store->references, 1, memory_order_acq_rel) == 1) {
        memory_free(store->x.data);
        memory_free(store->y.data);
        memory_free(store);
    }
}

dnn_dataset *dataset_retain(const dnn_dataset *dataset)
{
    dnn_dataset *held = (dnn_dataset *)dataset;
    atomic_fetch_add_explicit(&held->references, 1, memory_order_relaxed);
    return held;
}

void dnn_dataset_destroy(dnn_dataset *dataset)
{
    if (dataset != NULL && atomic_fetch_sub_explicit(&dataset->references, 1, memory_order_acq_rel) == 1) {
        store_release(dataset->store);
        memory_free(dataset->rows);
        memory_free(dataset);
    }
}

int64_t dnn_dataset_size(const dnn_dataset *dataset)
{
    return dataset == NULL ? -1 : dataset->size;
}

int64_t dnn_dataset_inputs(const dnn_dataset *dataset)
{
    return dataset == NULL ? -1 : dataset->store->x.columns;
}

int64_t dnn_dataset_outputs(const dnn_dataset *dataset)
{
    return dataset == NULL ? -1 : dataset->store->y.columns;
}

int32_t dataset_check(const dnn_dataset *dataset, const char *name, const struct network *network)
{
    const struct store *store = dataset->store;
    const int64_t n_in = network_size(network, 0);
    const int64_t n_out = network_size(network, network->depth);
    const bool is_label = store->y.type == NUMBER_LABEL;
    if (store->x.columns != n_in) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "the %s dataset has %lld inputs, the model takes %lld", name,
                            (long long)store->x.columns, (long long)n_in);
    }
    if (is_label ? store->y.columns > n_out : store->y.columns != n_out) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "the %s dataset has %lld %s, the model gives %lld", name,
                            (long long)store->y.columns, is_label ? "classes" : "outputs", (long long)n_out);
    }
    return DNN_OK;
}

/* One sample's numbers into one row. */
static void import_row(const struct core *core, const struct numbers *numbers, int64_t index, struct matrix row)
{
    const unsigned char *source = (const unsigned char *)numbers->data + index * dataset_row_bytes(numbers);
    switch (numbers->type) {
    case NUMBER_F64:
        core->import_f64((const double *)(const void *)source, row);
        break;
    case NUMBER_F32:
        core->import_f32((const float *)(const void *)source, row);
        break;
    case NUMBER_U8:
        core->import_u8(source, row);
        break;
    case NUMBER_LABEL:
        core->import_label(*(const int32_t *)(const void *)source, row);
        break;
    }
}

void dataset_gather(const dnn_dataset *dataset, const int32_t *order, int64_t first, const struct core *core,
                    const struct network *network, struct pass *pass)
{
    const struct matrix x = pass_x(core, network, pass, 0);
    const struct matrix y = pass_y(core, network, pass);
    for (int64_t i = 0; i < pass->n_rows; i++) {
        int64_t index = order != NULL ? order[first + i] : first + i;
        index = dataset->rows != NULL ? dataset->rows[index] : index;
        import_row(core, &dataset->store->x, index, matrix_part(x, i, 0, 1, x.columns, core->real_size));
        import_row(core, &dataset->store->y, index, matrix_part(y, i, 0, 1, y.columns, core->real_size));
    }
}

int32_t dnn_dataset_get(const dnn_dataset *dataset, int64_t i, double *x, double *y)
{
    REQUIRE(dataset);
    const int32_t status = check_range("i", i, 0, dataset->size - 1);
    if (status != DNN_OK) {
        return status;
    }
    const struct store *store = dataset->store;
    const int64_t index = dataset->rows != NULL ? dataset->rows[i] : i;
    if (x != NULL) {
        import_row(&core_f64, &store->x, index, matrix_from(x, 1, store->x.columns, store->x.columns));
    }
    if (y != NULL) {
        import_row(&core_f64, &store->y, index, matrix_from(y, 1, store->y.columns, store->y.columns));
    }
    return DNN_OK;
}

/* A dataset of chosen rows of another's store. rows: [size], taken over, on failure too. */
static int32_t dataset_part(const dnn_dataset *whole, int32_t *rows, int64_t size, dnn_dataset **out)
{
    dnn_dataset *part = rows == NULL ? NULL : memory_new(1, sizeof *part);
    if (part == NULL) {
        memory_free(rows);
        return status_out_of_memory("a part of a dataset");
    }
    atomic_init(&part->references, 1);
    atomic_fetch_add_explicit(&whole->store->references, 1, memory_order_relaxed);
    part->store = whole->store;
    part->rows = rows;
    part->size = size;
    *out = part;
    return DNN_OK;
}

static int32_t *copy_order(const int32_t *order, int64_t count)
{
    int32_t *copy = memory_new(count, sizeof *copy);
    if (copy != NULL) {
        memcpy(copy, order, (size_t)count * sizeof *copy);
    }
    return copy;
}

/* The rows of a dataset in the random order of a seed. */
static int32_t *random_order(const dnn_dataset *dataset, int64_t seed)
{
    int32_t *order = memory_new(dataset->size, sizeof *order);
    if (order != NULL) {
        struct random random;
        random_seed(&random, seed, RANDOM_STREAM_SPLIT);
        for (int64_t i = 0; i < dataset->size; i++) {
            order[i] = dataset->rows != NULL ? dataset->rows[i] : (int32_t)i;
        }
        random_shuffle(&random, order, dataset->size);
    }
    return order;
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
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "fraction must leave at least one of the %lld samples on each side, between 0 and 1",
                            (long long)size);
    }
    int32_t *order = random_order(dataset, seed);
    if (order == NULL) {
        return status_out_of_memory("a part of a dataset");
    }
    dnn_dataset *parts[2] = {NULL, NULL};
    int32_t status = dataset_part(dataset, copy_order(order, count), count, &parts[0]);
    if (status == DNN_OK) {
        status = dataset_part(dataset, copy_order(order + count, size - count), size - count, &parts[1]);
    }
    memory_free(order);
    if (status != DNN_OK) {
        dnn_dataset_destroy(parts[0]);
        return status;
    }
    *first = parts[0];
    *second = parts[1];
    return DNN_OK;
}
