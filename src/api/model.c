/*
 * api/model.c - the model handle: its life, its shape, its weights. How it is made is in model_create.c, what it
 * predicts in predict.c, how well in measure.c.
 */
#include "api/model.h"

#include "api/array.h"
#include "api/check.h"
#include "base/memory.h"

#include <string.h>

dnn_model *model_retain(const dnn_model *model)
{
    dnn_model *held = (dnn_model *)model;
    atomic_fetch_add_explicit(&held->references, 1, memory_order_relaxed);
    return held;
}

static void destroy(dnn_model *model)
{
    for (int32_t i = 0; i < MODEL_IDLE_PASSES; i++) {
        pass_destroy(atomic_load_explicit(&model->idle[i], memory_order_relaxed));
    }
    crew_end(&model->crew);
    dnn_config_destroy(model->config);
    memory_free(model->standardization.mean);
    memory_free_aligned(model->theta);
    memory_free(model->network);
    memory_free(model);
}

void model_release(dnn_model *model)
{
    if (model != NULL && atomic_fetch_sub_explicit(&model->references, 1, memory_order_acq_rel) == 1) {
        destroy(model);
    }
}

void dnn_model_destroy(dnn_model *model)
{
    model_release(model);
}

struct matrix model_arena(const struct network *network, void *arena)
{
    return matrix_from(arena, 1, network->arena_count, network->arena_count);
}

struct network *network_new(int64_t depth)
{
    return memory_new(1, (int64_t)sizeof(struct network) + depth * (int64_t)sizeof(struct layer));
}

void network_choose_engine(const struct core *core, int32_t engine, struct network *network)
{
    network->is_fused = engine != ENGINE_BLAS;
    network->is_small = network->is_fused && core->is_small(network);
    network->has_products = engine == ENGINE_FUSED || (engine == ENGINE_AUTO && core->leads_blas);
}

struct network *network_copy(const struct network *network)
{
    struct network *copy = network_new(network->depth);
    if (copy != NULL) {
        memcpy(copy, network, sizeof *network + (size_t)network->depth * sizeof(struct layer));
    }
    return copy;
}

static bool copy_standardization(const dnn_model *from, dnn_model *to)
{
    if (!from->is_standardized) {
        return true;
    }
    const int64_t columns = from->standardization.columns;
    if (!model_make_standardization(to)) {
        return false;
    }
    memcpy(to->standardization.mean, from->standardization.mean, 2 * (size_t)columns * sizeof(double));
    to->is_standardized = true;
    return true;
}

int32_t dnn_model_clone(const dnn_model *model, dnn_model **out)
{
    REQUIRE(model);
    REQUIRE(out);
    dnn_model *clone = NULL;
    const int32_t status = model_make_empty(model->config, &clone);
    if (status != DNN_OK) {
        return status;
    }
    clone->network = network_copy(model->network);
    clone->theta = memory_new_aligned(model->network->arena_count, model->core->real_size);
    if (clone->network == NULL || clone->theta == NULL) {
        model_release(clone);
        return status_out_of_memory("a copy of the model");
    }
    memcpy(clone->theta, model->theta, (size_t)(model->network->arena_count * model->core->real_size));
    clone->weight_bound = model->weight_bound;
    if (!copy_standardization(model, clone)) {
        model_release(clone);
        return status_out_of_memory("a copy of the model");
    }
    *out = clone;
    return DNN_OK;
}

int64_t dnn_model_layer_count(const dnn_model *model)
{
    return model == NULL ? -1 : model->network->depth + 1;
}

int64_t dnn_model_layer_size(const dnn_model *model, int64_t layer)
{
    return model == NULL || layer < 0 || layer > model->network->depth ? -1 : network_size(model->network, layer);
}

int64_t dnn_model_parameter_count(const dnn_model *model)
{
    return model == NULL ? -1 : model->network->parameter_count;
}

bool model_make_standardization(dnn_model *model)
{
    if (model->standardization.mean != NULL) {
        return true;
    }
    const int64_t columns = network_size(model->network, 0);
    double *numbers = memory_new(2 * columns, sizeof *numbers);
    if (numbers == NULL) {
        return false;
    }
    model->standardization = (struct standardization){columns, numbers, numbers + columns};
    return true;
}

int32_t model_begin_training(dnn_model *model)
{
    if (atomic_exchange_explicit(&model->training, 1, memory_order_acquire) != 0) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "another call is changing this model's weights: training needs the model for itself");
    }
    return DNN_OK;
}

void model_end_training(dnn_model *model)
{
    atomic_store_explicit(&model->training, 0, memory_order_release);
}

/* True if weights within the bound surely stay finite. A change that is NaN leaves nothing finite. */
static bool leaves_finite(const dnn_model *model, double change)
{
    /* Twice, because the core rounds η, the products and their sums: its numbers can be a little above an exact
     * bound. */
    return change == 0 || 2 * change <= model->core->largest_number - model->weight_bound;
}

int32_t model_admit_change(dnn_model *model, double change)
{
    if (!leaves_finite(model, change)) {
        model_measure_weights(model); /* the bound only grew; the weights may not have */
    }
    if (!leaves_finite(model, change)) {
        return status_error(DNN_ERROR_NOT_FINITE,
                            "the update is not finite, or too large for the weights to stay so: try "
                            "a smaller learning_rate, or smaller inputs");
    }
    model->weight_bound += 2 * change;
    return DNN_OK;
}

void model_export_layers(const struct core *core, const struct network *network, const void *arena, int64_t first,
                         int64_t last, double *w)
{
    for (int64_t l = first; l <= last; l++) {
        const struct matrix matrix = network_weights(network, arena, l, core->real_size);
        core->export_f64(matrix, w);
        w += matrix.rows * matrix.columns;
    }
}

void model_import_layers(const struct core *core, const struct network *network, const double *w, int64_t first,
                         int64_t last, void *arena)
{
    for (int64_t l = first; l <= last; l++) {
        const struct matrix matrix = network_weights(network, arena, l, core->real_size);
        core->import_f64(w, matrix);
        w += matrix.rows * matrix.columns;
    }
}

static int32_t replace_weights(dnn_model *model, int64_t first, int64_t last, const double *w)
{
    const int32_t status = model_begin_training(model);
    if (status == DNN_OK) {
        model_import_layers(model->core, model->network, w, first, last, model->theta);
        model_measure_weights(model);
        model_end_training(model);
    }
    return status;
}

int32_t dnn_model_get_weights(const dnn_model *model, int64_t layer, double *w)
{
    REQUIRE(model);
    REQUIRE(w);
    const int32_t status = check_range("layer", layer, 0, model->network->depth - 1);
    if (status == DNN_OK) {
        model_export_layers(model->core, model->network, model->theta, layer, layer, w);
    }
    return status;
}

int32_t dnn_model_get_parameters(const dnn_model *model, double *theta)
{
    REQUIRE(model);
    REQUIRE(theta);
    model_export_layers(model->core, model->network, model->theta, 0, model->network->depth - 1, theta);
    return DNN_OK;
}

int32_t dnn_model_set_weights(dnn_model *model, int64_t layer, const double *w)
{
    REQUIRE(model);
    REQUIRE(w);
    int32_t status = check_range("layer", layer, 0, model->network->depth - 1);
    if (status == DNN_OK) {
        const struct layer *shape = &model->network->layers[layer];
        status = array_check_flat(model->core, "w", w, shape->n_out * (shape->n_in + 1));
    }
    return status == DNN_OK ? replace_weights(model, layer, layer, w) : status;
}

int32_t dnn_model_set_parameters(dnn_model *model, const double *theta)
{
    REQUIRE(model);
    REQUIRE(theta);
    const int32_t status = array_check_flat(model->core, "theta", theta, model->network->parameter_count);
    return status == DNN_OK ? replace_weights(model, 0, model->network->depth - 1, theta) : status;
}
