/*
 * api/predict.c - predict and classify, without and with a workspace of the caller's.
 *
 * A model that many threads share keeps the memory of their predictions, once made, in a few places, which are taken and filled by
 * one exchange of a pointer each. Rejected: memory per thread by thread-local storage, which a shared library cannot give
 * back when a model is destroyed; a list behind a mutex, which a fork at the wrong moment leaves locked in the child.
 */
#include "api/predict.h"

#include "api/check.h"
#include "base/memory.h"

int32_t model_borrow_pass(const dnn_model *model, struct pass **out)
{
    dnn_model *shared = (dnn_model *)model; /* idle memory is no part of the model's value */
    for (int32_t i = 0; i < MODEL_IDLE_PASSES; i++) {
        struct pass *pass = NULL;
        if (atomic_load_explicit(&shared->idle[i], memory_order_relaxed) != NULL) {
            pass = atomic_exchange_explicit(&shared->idle[i], NULL, memory_order_acquire);
        }
        if (pass != NULL) {
            *out = pass;
            return DNN_OK;
        }
    }
    const int64_t rows = pass_affordable_rows(model->core, model->network, MODEL_CHUNK_ROWS);
    return pass_create(model->core, model->network, rows, PASS_EVALUATE, out);
}

void model_return_pass(const dnn_model *model, struct pass *pass)
{
    dnn_model *shared = (dnn_model *)model;
    for (int32_t i = 0; i < MODEL_IDLE_PASSES; i++) {
        struct pass *none = NULL;
        if (atomic_compare_exchange_strong_explicit(&shared->idle[i], &none, pass, memory_order_release,
                                                    memory_order_relaxed)) {
            return;
        }
    }
    pass_destroy(pass);
}

/* The arrays of a call. */
struct arrays {
    struct array_in x;
    struct array_out y;
    int32_t *label; /* instead of y */
};

static void load(const struct crew_work *work, struct pass *part, int64_t first)
{
    const dnn_model *model = work->model;
    const struct arrays *arrays = work->arrays;
    array_load(model->core, arrays->x, first, pass_x(model->core, model->network, part, 0));
}

static void store(const struct crew_work *work, const struct pass *part, int64_t first)
{
    const dnn_model *model = work->model;
    const struct arrays *arrays = work->arrays;
    const struct matrix y = pass_x(model->core, model->network, part, model->network->depth);
    if (arrays->label != NULL) {
        model->core->classes(y, arrays->label + first);
    } else {
        array_store(model->core, y, first, arrays->y);
    }
}

/* Chunk by chunk. crew: that helps, or NULL */
static void run(const dnn_model *model, struct crew *crew, struct pass *pass, struct arrays *arrays, int64_t n)
{
    const struct crew_work work = {model, load, store, arrays};
    for (int64_t first = 0; first < n; first += pass->n_rows) {
        pass_set_rows(pass, first, n);
        crew_forward(crew, &work, pass, first);
    }
}

void predict_rows(const dnn_model *model, struct pass *pass, struct array_in x, int64_t n, struct array_out y)
{
    run(model, NULL, pass, &(struct arrays){.x = x, .y = y}, n);
}

/* The same with memory of the model's, and its crew. */
static int32_t predict_with_crew(const dnn_model *model, struct arrays *arrays, int64_t n)
{
    struct pass *pass;
    const int32_t status = model_borrow_pass(model, &pass);
    if (status == DNN_OK) {
        struct crew *crew = crew_take(model, n);
        run(model, crew, pass, arrays, n);
        crew_give_back(crew);
        model_return_pass(model, pass);
    }
    return status;
}

int32_t predict_check(const dnn_model *model, struct array_in x, int64_t n, const void *y)
{
    const int64_t n_in = network_size(model->network, 0);
    int32_t status = check_rows(n, 0, n_in);
    if (status == DNN_OK) {
        status = check_rows(n, 0, network_size(model->network, model->network->depth));
    }
    if (status != DNN_OK || n == 0) {
        return status;
    }
    if ((x.f64 == NULL && x.f32 == NULL) || y == NULL) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "%s is NULL, and n is %lld", y == NULL ? "y" : "x",
                            (long long)n);
    }
    return array_check(model->core, "x", x, n, n_in);
}

bool predict_small_f32(const dnn_model *model, const float *x, int64_t n, void *memory, float *y)
{
    double x_f64[SMALL_WIDEST], y_f64[SMALL_WIDEST];
    if (n != 1 || !model->network->is_small || x == NULL || y == NULL) {
        return false;
    }
    array_widen(x, network_size(model->network, 0), x_f64);
    if (!predict_small(model, x_f64, n, memory, y_f64)) {
        return false;
    }
    for (int64_t j = 0; j < network_size(model->network, model->network->depth); j++) {
        y[j] = (float)y_f64[j];
    }
    return true;
}

void predict_small_rows(const dnn_model *model, struct array_in x, int64_t n, struct pass *pass, struct array_out y)
{
    const struct small_rows rows = {x.f64, x.f32, y.f64, y.f32, n, x.by, pass};
    model->core->predict_small_rows(model->network, model->theta, &rows);
}

static int32_t predict(const dnn_model *model, struct array_in x, int64_t n, struct array_out y)
{
    const int32_t status = predict_check(model, x, n, y.f64 != NULL ? (const void *)y.f64 : y.f32);
    if (status != DNN_OK || n == 0) {
        return status;
    }
    if (model->network->is_small) {
        predict_small_rows(model, x, n, NULL, y);
        return DNN_OK;
    }
    return predict_with_crew(model, &(struct arrays){.x = x, .y = y}, n);
}

int32_t dnn_model_predict(const dnn_model *model, const double *x, int64_t n, double *y)
{
    REQUIRE(model);
    _Alignas(64) char memory[SMALL_MEMORY];
    if (predict_small(model, x, n, memory, y)) {
        return DNN_OK;
    }
    return predict(model, (struct array_in){.f64 = x, .by = model_standardization(model)}, n,
                   (struct array_out){.f64 = y});
}

int32_t dnn_model_predict_f32(const dnn_model *model, const float *x, int64_t n, float *y)
{
    REQUIRE(model);
    _Alignas(64) char memory[SMALL_MEMORY];
    if (predict_small_f32(model, x, n, memory, y)) {
        return DNN_OK;
    }
    return predict(model, (struct array_in){.f32 = x, .by = model_standardization(model)}, n,
                   (struct array_out){.f32 = y});
}

int32_t dnn_model_classify(const dnn_model *model, const double *x, int64_t n, int32_t *label)
{
    REQUIRE(model);
    if (label == NULL && n != 0) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "label is NULL, and n is %lld", (long long)n);
    }
    const struct array_in samples = {.f64 = x, .by = model_standardization(model)};
    const int32_t status = predict_check(model, samples, n, label);
    if (status != DNN_OK || n == 0) {
        return status;
    }
    return predict_with_crew(model, &(struct arrays){.x = samples, .label = label}, n);
}
