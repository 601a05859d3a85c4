/*
 * api/dataset_create.c - datasets from the caller's arrays. Those from files are in dataset_read.c.
 *
 * Arrays are copied first and checked in the copy: nobody can change them between the check and the use.
 */
#include "api/array.h"
#include "api/check.h"
#include "api/dataset.h"
#include "base/memory.h"

#include <string.h>

int32_t dataset_from(int64_t n, struct numbers x, struct numbers y, dnn_dataset **out)
{
    struct store *store = memory_new(1, sizeof *store);
    dnn_dataset *dataset = dataset_new();
    if (store == NULL || dataset == NULL) {
        memory_free(x.data);
        memory_free(y.data);
        memory_free(store);
        dnn_dataset_destroy(dataset);
        return status_out_of_memory("a dataset");
    }
    atomic_init(&store->references, 1);
    store->x = x;
    store->y = y;
    dataset->store = store;
    dataset->size = n;
    *out = dataset;
    return DNN_OK;
}

/* A copy of the caller's array. */
static int32_t copy_numbers(const struct numbers *source, int64_t n, struct numbers *copy)
{
    *copy = *source;
    copy->data = memory_new(n, dataset_row_bytes(source));
    if (copy->data == NULL) {
        return status_error(DNN_ERROR_OUT_OF_MEMORY, "not enough memory for %lld samples", (long long)n);
    }
    memcpy(copy->data, source->data, (size_t)(n * dataset_row_bytes(source)));
    return DNN_OK;
}

static int32_t check_labels(const int32_t *labels, int64_t n, int64_t classes)
{
    for (int64_t i = 0; i < n; i++) {
        if (labels[i] < 0 || labels[i] >= classes) {
            return status_error(DNN_ERROR_INVALID_ARGUMENT, "labels[%lld] is %d, expected 0 to %lld", (long long)i,
                                (int)labels[i], (long long)classes - 1);
        }
    }
    return DNN_OK;
}

static int32_t check_numbers(const char *name, const struct numbers *numbers, int64_t n)
{
    switch (numbers->type) {
    case NUMBER_F64:
        return array_check(&core_f64, name, (struct array_in){.f64 = numbers->data}, n, numbers->columns);
    case NUMBER_F32:
        return array_check(&core_f64, name, (struct array_in){.f32 = numbers->data}, n, numbers->columns);
    case NUMBER_LABEL:
        return check_labels(numbers->data, n, numbers->columns);
    default: /* NUMBER_U8: any byte is right */
        return DNN_OK;
    }
}

static int32_t check_shape(int64_t n, const struct numbers *x, const struct numbers *y)
{
    const bool is_label = y->type == NUMBER_LABEL;
    int32_t status = check_range("n_in", x->columns, 1, NETWORK_LARGEST_LAYER);
    if (status == DNN_OK) {
        status = check_range(is_label ? "classes" : "n_out", y->columns, 1, NETWORK_LARGEST_LAYER);
    }
    if (status == DNN_OK) {
        status = check_rows(n, 1, x->columns);
    }
    return status == DNN_OK ? check_rows(n, 1, is_label ? 1 : y->columns) : status;
}

/* x, y: the caller's arrays, copied. */
static int32_t create(int64_t n, struct numbers x, struct numbers y, dnn_dataset **out)
{
    struct numbers x_copy = {0}, y_copy = {0};
    int32_t status = check_shape(n, &x, &y);
    if (status == DNN_OK) {
        status = copy_numbers(&x, n, &x_copy);
    }
    if (status == DNN_OK) {
        status = copy_numbers(&y, n, &y_copy);
    }
    if (status == DNN_OK) {
        status = check_numbers("x", &x_copy, n);
    }
    if (status == DNN_OK) {
        status = check_numbers(y.type == NUMBER_LABEL ? "labels" : "y", &y_copy, n);
    }
    if (status != DNN_OK) {
        memory_free(x_copy.data);
        memory_free(y_copy.data);
        return status;
    }
    return dataset_from(n, x_copy, y_copy, out);
}

/* The caller's array, which is only read; the cast takes const away for the struct's sake. */
static struct numbers numbers_of(enum number_type type, const void *data, int64_t columns)
{
    return (struct numbers){type, (void *)data, columns};
}

int32_t dnn_dataset_create(const double *x, int64_t n, int64_t n_in, const double *y, int64_t n_out, dnn_dataset **out)
{
    REQUIRE(x);
    REQUIRE(y);
    REQUIRE(out);
    return create(n, numbers_of(NUMBER_F64, x, n_in), numbers_of(NUMBER_F64, y, n_out), out);
}

int32_t dnn_dataset_create_f32(const float *x, int64_t n, int64_t n_in, const float *y, int64_t n_out,
                               dnn_dataset **out)
{
    REQUIRE(x);
    REQUIRE(y);
    REQUIRE(out);
    return create(n, numbers_of(NUMBER_F32, x, n_in), numbers_of(NUMBER_F32, y, n_out), out);
}

int32_t dnn_dataset_create_labels(const double *x, int64_t n, int64_t n_in, const int32_t *labels, int64_t classes,
                                  dnn_dataset **out)
{
    REQUIRE(x);
    REQUIRE(labels);
    REQUIRE(out);
    return create(n, numbers_of(NUMBER_F64, x, n_in), numbers_of(NUMBER_LABEL, labels, classes), out);
}

int32_t dnn_dataset_create_labels_f32(const float *x, int64_t n, int64_t n_in, const int32_t *labels, int64_t classes,
                                      dnn_dataset **out)
{
    REQUIRE(x);
    REQUIRE(labels);
    REQUIRE(out);
    return create(n, numbers_of(NUMBER_F32, x, n_in), numbers_of(NUMBER_LABEL, labels, classes), out);
}

int32_t dnn_dataset_create_labels_u8(const uint8_t *x, int64_t n, int64_t n_in, const int32_t *labels, int64_t classes,
                                     dnn_dataset **out)
{
    REQUIRE(x);
    REQUIRE(labels);
    REQUIRE(out);
    return create(n, numbers_of(NUMBER_U8, x, n_in), numbers_of(NUMBER_LABEL, labels, classes), out);
}
