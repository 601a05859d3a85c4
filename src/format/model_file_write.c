/*
 * format/model_file_write.c - see model_file.h.
 */
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "format/model_file.h"
#include "format/safetensors.h"
#include "format/settings.h"

#include <stddef.h>

enum { NAME_CAPACITY = 64 };

/* The tensors of a file, and their names. */
struct tensors {
    struct safetensors_source *items; /* [count], room for all */
    char (*names)[NAME_CAPACITY];     /* [count] */
    int64_t count;
};

static struct safetensors_source *add_tensor(struct tensors *tensors, const char *prefix, int64_t layer,
                                             const char *what)
{
    char *name = tensors->names[tensors->count];
    struct text text = {name, NAME_CAPACITY, 0};
    text_append(&text, "%slayers.%lld.%s", prefix, (long long)layer, what);
    struct safetensors_source *item = &tensors->items[tensors->count++];
    item->name = name;
    return item;
}

/* W_l in an arena, as its weights and its last column. */
static void add_arena(struct tensors *tensors, const char *prefix, const struct snapshot *model, const void *arena)
{
    const int64_t real_size = model->is_f32 ? (int64_t)sizeof(float) : (int64_t)sizeof(double);
    for (int64_t l = 0; l < model->network->depth; l++) {
        const struct layer *layer = &model->network->layers[l];
        const char *numbers = (const char *)arena + layer->offset * real_size;
        struct safetensors_source source = {.is_f32 = model->is_f32,
                                            .rank = 2,
                                            .rows = layer->n_out,
                                            .columns = layer->n_in,
                                            .row_stride = layer->stride,
                                            .column_stride = 1,
                                            .numbers = numbers};
        struct safetensors_source *weight = add_tensor(tensors, prefix, l, "weight");
        source.name = weight->name;
        *weight = source;
        struct safetensors_source *bias = add_tensor(tensors, prefix, l, "bias");
        source.name = bias->name;
        source.rank = 1;
        source.columns = 1;
        source.numbers = numbers + layer->n_in * real_size;
        *bias = source;
    }
}

/* Before all others: it is of doubles, which behind an odd number of floats would not lie as PyTorch wants them. */
static void add_history(struct tensors *tensors, const struct training_snapshot *training)
{
    if (training->epochs > 0) {
        tensors->items[tensors->count++] = (struct safetensors_source){.name = "trainer.history",
                                                                       .rank = 2,
                                                                       .rows = training->epochs,
                                                                       .columns = MODEL_FILE_HISTORY_COLUMNS,
                                                                       .row_stride = MODEL_FILE_HISTORY_COLUMNS,
                                                                       .column_stride = 1,
                                                                       .numbers = training->history};
    }
}

static int32_t add_json(struct settings *metadata, const char *key, const struct settings *settings)
{
    char *json = NULL;
    int32_t status = settings_to_json(settings, &json);
    if (status == DNN_OK) {
        status = settings_add(metadata, key, json);
    }
    memory_free(json);
    return status;
}

static int32_t make_metadata(const struct snapshot *model, const struct training_snapshot *training,
                             struct settings *metadata)
{
    int32_t status = settings_add(metadata, "dnn.format", "1");
    if (status == DNN_OK) {
        status = add_json(metadata, "dnn.config", model->settings);
    }
    if (status == DNN_OK && model->by != NULL) {
        status = settings_add_numbers(metadata, "dnn.input_mean", model->by->mean, model->by->columns);
    }
    if (status == DNN_OK && model->by != NULL) {
        status = settings_add_numbers(metadata, "dnn.input_scale", model->by->scale, model->by->columns);
    }
    if (status == DNN_OK && training != NULL) {
        status = add_json(metadata, "dnn.trainer", training->state);
    }
    return status;
}

static int32_t make_tensors(const struct snapshot *model, const struct training_snapshot *training,
                            struct tensors *tensors)
{
    const int64_t arenas = 1 + (training == NULL ? 0 : training->group_count);
    const int64_t most = arenas * 2 * model->network->depth + 1;
    tensors->items = memory_new(most, (int64_t)sizeof *tensors->items);
    tensors->names = memory_new(most, (int64_t)sizeof *tensors->names);
    if (tensors->items == NULL || tensors->names == NULL) {
        return status_out_of_memory("the parts of a file");
    }
    if (training != NULL) {
        add_history(tensors, training);
    }
    add_arena(tensors, "", model, model->theta);
    for (int32_t i = 0; training != NULL && i < training->group_count; i++) {
        add_arena(tensors, training->groups[i].prefix, model, training->groups[i].arena);
    }
    return DNN_OK;
}

int32_t model_file_write(const struct snapshot *model, const struct training_snapshot *training, uint8_t **bytes,
                         int64_t *size)
{
    struct settings metadata = {0};
    struct tensors tensors = {0};
    int32_t status = make_metadata(model, training, &metadata);
    if (status == DNN_OK) {
        status = make_tensors(model, training, &tensors);
    }
    if (status == DNN_OK) {
        status = safetensors_write(tensors.items, tensors.count, &metadata, bytes, size);
    }
    memory_free(tensors.items);
    memory_free(tensors.names);
    settings_clear(&metadata);
    return status;
}
