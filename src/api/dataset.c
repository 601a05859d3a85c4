/*
 * api/dataset.c - the dataset handle: its life, and batches out of it. How it is made is in dataset_create.c, its parts
 * and weights in dataset_split.c.
 *
 * Samples stay in the type that they came in (bytes stay bytes: MNIST is 47 MB, not 376), and are converted when a
 * batch is gathered. A dataset never changes, so the parts of a split share one store, each with its own list of rows.
 */
#include "api/dataset.h"

#include "api/array.h"
#include "api/check.h"
#include "base/memory.h"
#include "base/text.h"

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
        if (store->y.data != store->x.data) {
            memory_free(store->y.data);
        }
        memory_free(store->x.data);
        memory_free(store->class_names);
        memory_free(store);
    }
}

dnn_dataset *dataset_new(void)
{
    dnn_dataset *dataset = memory_new(1, sizeof *dataset);
    if (dataset != NULL) {
        atomic_init(&dataset->references, 1);
        atomic_init(&dataset->weights_guard.holder, 0);
    }
    return dataset;
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
        dataset_release_weights(dataset->weights);
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

const char *dnn_dataset_class_name(const dnn_dataset *dataset, int64_t class_index)
{
    const bool is_there = dataset != NULL && dataset->store->class_names != NULL && class_index >= 0 &&
                          class_index < dataset->store->y.columns;
    return is_there ? dataset->store->class_names[class_index] : NULL;
}

static int64_t index_of(const dnn_dataset *dataset, int64_t i)
{
    return dataset->rows != NULL ? dataset->rows[i] : i;
}

/* Column j of sample i's targets, or inputs, that are numbers and no labels. */
static double number_at(const dnn_dataset *dataset, const struct numbers *numbers, int64_t i, int64_t j)
{
    const int64_t at = index_of(dataset, i) * numbers->columns + j;
    return numbers->type == NUMBER_F64   ? ((const double *)numbers->data)[at]
           : numbers->type == NUMBER_F32 ? (double)((const float *)numbers->data)[at]
                                         : (double)((const uint8_t *)numbers->data)[at] / 255;
}

bool dataset_has_classes(const dnn_dataset *dataset)
{
    const struct numbers *y = &dataset->store->y;
    bool has_classes = true;
    for (int64_t i = 0; y->type != NUMBER_LABEL && has_classes && i < dataset->size; i++) {
        for (int64_t j = 0; j < y->columns; j++) {
            const double value = number_at(dataset, y, i, j);
            has_classes &= value == 0 || value == 1;
        }
    }
    return has_classes;
}

/* An error unless all targets are probabilities. Labels are. */
static int32_t check_probabilities(const dnn_dataset *dataset, const char *name, const char *loss)
{
    const struct numbers *y = &dataset->store->y;
    for (int64_t i = 0; y->type != NUMBER_LABEL && i < dataset->size; i++) {
        for (int64_t j = 0; j < y->columns; j++) {
            const double value = number_at(dataset, y, i, j);
            if (!(value >= 0 && value <= 1)) {
                return array_not_a_probability(name, value, i, j, loss);
            }
        }
    }
    return DNN_OK;
}

int32_t dataset_check(const dnn_dataset *dataset, const char *name, const struct network *network)
{
    const struct store *store = dataset->store;
    const int64_t n_in = network_size(network, 0);
    const int64_t n_out = network_size(network, network->depth);
    const bool is_label = store->y.type == NUMBER_LABEL;
    const int64_t most = n_out == 1 ? 2 : n_out; /* classes: one output tells two apart */
    if (store->x.columns != n_in) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "the %s dataset has %lld inputs, the model takes %lld", name,
                            (long long)store->x.columns, (long long)n_in);
    }
    if (is_label && n_out == 1 && store->y.columns > most) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "the %s dataset has %lld classes, a model of one output takes at most 2", name,
                            (long long)store->y.columns);
    }
    if (is_label ? store->y.columns > most : store->y.columns != n_out) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "the %s dataset has %lld %s, the model gives %lld", name,
                            (long long)store->y.columns, is_label ? "classes" : "outputs", (long long)n_out);
    }
    return core_f64.loss_takes_probabilities(network->loss.kind)
               ? check_probabilities(dataset, name, core_f64.loss_name(network->loss.kind))
               : DNN_OK;
}

/* One sample's numbers into one row. */
static void import_row(const struct core *core, const struct numbers *numbers, int64_t index,
                       const struct standardization *by, struct matrix row)
{
    const void *source = (const unsigned char *)numbers->data + index * dataset_row_bytes(numbers);
    switch (numbers->type) {
    case NUMBER_F64:
        by != NULL ? core->standardize_f64(source, by, row) : core->import_f64(source, row);
        break;
    case NUMBER_F32:
        by != NULL ? core->standardize_f32(source, by, row) : core->import_f32(source, row);
        break;
    case NUMBER_U8:
        by != NULL ? core->standardize_u8(source, by, row) : core->import_u8(source, row);
        break;
    case NUMBER_LABEL:
        core->import_label(*(const int32_t *)source, row);
        break;
    }
}

/* One sample's target into one row of a model: one output tells two classes apart by the label itself, also where the
 * samples are all of class 0. */
static void import_target(const struct core *core, const struct numbers *numbers, int64_t index, struct matrix row)
{
    if (numbers->type == NUMBER_LABEL && row.columns == 1) {
        const double number = ((const int32_t *)numbers->data)[index];
        core->import_f64(&number, row);
    } else {
        import_row(core, numbers, index, NULL, row);
    }
}

/* A sample that weighs nothing is no part of a gradient: where there is one, zeros take its place, because what is not
 * finite in it, times 0, is NaN. */
static void leave_out(const struct core *core, struct matrix x, struct matrix y)
{
    memset(x.data, 0, (size_t)(x.columns * core->real_size));
    memset(y.data, 0, (size_t)(y.columns * core->real_size));
}

void dataset_gather(const struct view *view, int64_t first, const struct core *core, const struct network *network,
                    struct pass *pass)
{
    const struct matrix x = pass_x(core, network, pass, 0);
    const struct matrix y = pass_y(core, network, pass);
    const struct store *store = view->dataset->store;
    pass->is_weighted = view->weights != NULL;
    for (int64_t i = 0; i < pass->n_rows; i++) {
        const int64_t sample = view->order != NULL ? view->order[first + i] : first + i;
        const int64_t index = index_of(view->dataset, sample);
        const struct matrix row = matrix_part(x, i, 0, 1, x.columns, core->real_size);
        const struct matrix target = matrix_part(y, i, 0, 1, y.columns, core->real_size);
        import_row(core, &store->x, index, view->by, row);
        import_target(core, &store->y, index, target);
        if (view->weights != NULL) {
            pass->weights[pass->first_row + i] = view->weights[sample];
        }
        if (view->weights != NULL && view->weights[sample] == 0 && pass->psi != NULL) {
            leave_out(core, row, target);
        }
    }
}

/* The first number of a row that is not finite; as many as there are, if all are. */
static int64_t unfit_column(const struct core *core, struct matrix row)
{
    int64_t j = 0;
    while (j < row.columns && isfinite(core->largest(matrix_part(row, 0, j, 1, 1, core->real_size)))) {
        j++;
    }
    return j;
}

static int32_t too_large(const struct view *view, int64_t sample, bool is_x, int64_t j, const char *precision)
{
    const struct store *store = view->dataset->store;
    char value[TEXT_NUMBER_CAPACITY];
    text_from_number(number_at(view->dataset, is_x ? &store->x : &store->y, sample, j), value);
    return status_error(DNN_ERROR_NOT_FINITE,
                        "%s of sample %lld is too large for %s in column %lld (counted from 0): the dataset holds %s",
                        !is_x              ? "y"
                        : view->by != NULL ? "x, once standardized,"
                                           : "x",
                        (long long)sample, precision, (long long)j, value);
}

/* Each sample is read again, alone: that is slow, and happens once. */
int32_t dataset_name_unfit(const struct view *view, int64_t first, int64_t n, const struct core *core,
                           const struct network *network, struct pass *pass)
{
    int32_t status = DNN_OK;
    for (int64_t i = first; status == DNN_OK && i < first + n; i++) {
        pass->n_rows = 1;
        dataset_gather(view, i, core, network, pass);
        const struct matrix x = pass_x(core, network, pass, 0), y = pass_y(core, network, pass);
        const int64_t in_x = unfit_column(core, x), in_y = unfit_column(core, y);
        if (in_x < x.columns || in_y < y.columns) {
            const bool is_x = in_x < x.columns;
            const int64_t sample = view->order != NULL ? view->order[i] : i;
            status = too_large(view, sample, is_x, is_x ? in_x : in_y, core->precision);
        }
    }
    pass->n_rows = 0;
    return status;
}

void dataset_inputs(const dnn_dataset *dataset, int64_t i, double *x)
{
    const struct numbers *numbers = &dataset->store->x;
    import_row(&core_f64, numbers, index_of(dataset, i), NULL, matrix_from(x, 1, numbers->columns, numbers->columns));
}

/* The class that a row of targets means. */
static int32_t class_of_row(const struct core *core, const void *row, int64_t columns)
{
    int32_t class;
    core->classes(matrix_from((void *)row, 1, columns, columns), &class); /* it is only read */
    return class;
}

int32_t dataset_class(const dnn_dataset *dataset, int64_t i)
{
    const struct numbers *y = &dataset->store->y;
    const void *row = (const unsigned char *)y->data + index_of(dataset, i) * dataset_row_bytes(y);
    return y->type == NUMBER_LABEL ? *(const int32_t *)row
                                   : class_of_row(y->type == NUMBER_F64 ? &core_f64 : &core_f32, row, y->columns);
}

int32_t dnn_dataset_get(const dnn_dataset *dataset, int64_t i, double *x, double *y)
{
    REQUIRE(dataset);
    const int32_t status = check_range("i", i, 0, dataset->size - 1);
    if (status != DNN_OK) {
        return status;
    }
    const struct store *store = dataset->store;
    const int64_t index = index_of(dataset, i);
    if (x != NULL) {
        import_row(&core_f64, &store->x, index, NULL, matrix_from(x, 1, store->x.columns, store->x.columns));
    }
    if (y != NULL) {
        import_row(&core_f64, &store->y, index, NULL, matrix_from(y, 1, store->y.columns, store->y.columns));
    }
    return DNN_OK;
}
