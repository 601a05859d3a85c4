/*
 * api/model_create.c - a model made: checked, laid out, its first weights drawn. Every way to a model, from a file too,
 * leads through here.
 */
#include "api/check.h"
#include "api/model.h"
#include "base/memory.h"
#include "base/random.h"
#include "core/version.h"

/* Enough for any network, and few enough that a wrong count is caught before the sizes are read. */

static int32_t check_layers(const int64_t *layers, int64_t layer_count)
{
    int32_t status = check_range("layer_count", layer_count, 2, LARGEST_LAYER_COUNT);
    for (int64_t l = 0; status == DNN_OK && l < layer_count; l++) {
        if (layers[l] < 1 || layers[l] > NETWORK_LARGEST_LAYER) {
            status = status_error(DNN_ERROR_INVALID_ARGUMENT, "layers[%lld] is %lld, expected 1 to %lld", (long long)l,
                                  (long long)layers[l], (long long)NETWORK_LARGEST_LAYER);
        }
    }
    return status;
}

static struct activation describe_activation(const dnn_config *config, int64_t layer, int64_t depth)
{
    struct activation activation = {.kind = config_activation(config, layer, depth)};
    const enum slope_kind slope = core_f64.activation_slope(activation.kind);
    activation.slope = config_number(config, slope == SLOPE_OF_LEAKY_RELU ? KEY_LEAKY_SLOPE
                                             : slope == SLOPE_OF_ELU      ? KEY_ELU_ALPHA
                                                                          : KEY_SIGMOID_SLOPE);
    activation.tutorial = config_integer(config, KEY_SIGMOID_DERIVATIVE) == DERIVATIVE_TUTORIAL;
    return activation;
}

static int32_t make_network(dnn_model *model, const int64_t *layers, int64_t layer_count)
{
    const int64_t depth = layer_count - 1;
    struct network *network = model->network = network_new(depth);
    if (network == NULL || !network_layout(network, layers, layer_count, model->core->real_size)) {
        return status_out_of_memory("the network");
    }
    for (int64_t l = 0; l < depth; l++) {
        struct layer *layer = &network->layers[l];
        layer->activation = describe_activation(model->config, l + 1, depth);
        layer->keeps_z = model->core->activation_keeps_z(layer->activation.kind);
    }
    network_choose_engine(model->core, (int32_t)config_integer(model->config, KEY_ENGINE), network);
    network->loss.kind = (int32_t)config_integer(model->config, KEY_LOSS);
    network->loss.delta = config_number(model->config, KEY_HUBER_DELTA);
    if (model->core->loss_only_with(network->loss.kind) != NULL) {
        network->layers[depth - 1].keeps_z = true;
    }
    model->theta = memory_new_aligned(network->arena_count, model->core->real_size);
    if (model->theta == NULL) {
        return status_error(DNN_ERROR_OUT_OF_MEMORY, "not enough memory for %lld weights",
                            (long long)network->parameter_count);
    }
    return DNN_OK;
}

void model_measure_weights(dnn_model *model)
{
    model->weight_bound = model->core->largest(model_arena(model->network, model->theta));
}

static void draw_weights(dnn_model *model)
{
    struct random random;
    random_seed(&random, config_integer(model->config, KEY_SEED), RANDOM_STREAM_WEIGHTS);
    for (int64_t l = 0; l < model->network->depth; l++) {
        model->core->initialize((int32_t)config_integer(model->config, KEY_INIT), &random,
                                network_weights(model->network, model->theta, l, model->core->real_size));
    }
    model_measure_weights(model);
}

int32_t model_make_empty(const dnn_config *config, dnn_model **out)
{
    dnn_model *model = memory_new(1, sizeof *model);
    if (model == NULL) {
        return status_out_of_memory("a model");
    }
    for (int32_t i = 0; i < MODEL_IDLE_PASSES; i++) {
        atomic_init(&model->idle[i], NULL);
    }
    crew_begin(&model->crew);
    atomic_init(&model->references, 1);
    atomic_init(&model->training, 0);
    const int32_t status = config_copy(config, &model->config);
    if (status != DNN_OK) {
        model_release(model);
        return status;
    }
    const struct core_version *version = core_version();
    model->core = config_integer(config, KEY_PRECISION) == PRECISION_F32 ? version->f32 : version->f64;
    *out = model;
    return DNN_OK;
}

int32_t model_create_zeros(const int64_t *layers, int64_t layer_count, const dnn_config *config, dnn_model **out)
{
    dnn_model *model = NULL;
    int32_t status = check_layers(layers, layer_count);
    if (status == DNN_OK) {
        status = config_check_layers(config, layer_count - 1);
    }
    if (status == DNN_OK) {
        status = config_check_output(config, layers[layer_count - 1]);
    }
    if (status == DNN_OK) {
        status = model_make_empty(config, &model);
    }
    if (status == DNN_OK) {
        status = config_check_precision(config, true, model->core);
    }
    if (status == DNN_OK) {
        status = make_network(model, layers, layer_count);
    }
    if (status != DNN_OK) {
        model_release(model);
        return status;
    }
    *out = model;
    return DNN_OK;
}

int32_t dnn_model_create(const int64_t *layers, int64_t layer_count, const dnn_config *config, dnn_model **out)
{
    REQUIRE(layers);
    REQUIRE(out);
    dnn_config *defaults = NULL;
    dnn_model *model = NULL;
    int32_t status = config == NULL ? dnn_config_create(NULL, &defaults) : DNN_OK;
    if (status == DNN_OK) {
        status = model_create_zeros(layers, layer_count, config != NULL ? config : defaults, &model);
    }
    dnn_config_destroy(defaults);
    if (status == DNN_OK) {
        draw_weights(model);
        *out = model;
    }
    return status;
}
