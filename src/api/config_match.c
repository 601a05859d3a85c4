/*
 * api/config_match.c - whether a trainer's config goes with the model that it is to train.
 *
 * What the network is was fixed when the model was made. A trainer's config decides how to learn; only what its user said
 * of the network can contradict the model: a key that was set, or a recipe for networks of another loss.
 */
#include "api/config.h"

#include "base/status.h"
#include "base/text.h"

#include <string.h>

static int32_t differs(const char *name, int64_t layer, const char *chosen, const char *of_model)
{
    char suffix[TEXT_NUMBER_CAPACITY] = "";
    struct text text = {suffix, sizeof suffix, 0};
    if (layer > 0) {
        text_append(&text, ".%lld", (long long)layer);
    }
    return status_error(DNN_ERROR_INVALID_ARGUMENT,
                        "%s%s is %s in the trainer's config, but the model was made with %s, and it cannot change",
                        name, suffix, chosen, of_model);
}

/* A recipe says what a network is by keys that count as not set. One of another recipe whose loss is another would have
 * its learning rate, batches and epochs serve a network that it does not mean. The tutorial's goes with any. */
static int32_t check_recipe(const dnn_config *config, const dnn_config *of_model)
{
    const bool says_what = config->recipe == RECIPE_CLASSIFIER || config->recipe == RECIPE_REGRESSOR;
    const int32_t loss = (int32_t)config_integer(config, KEY_LOSS);
    const int32_t of_model_loss = (int32_t)config_integer(of_model, KEY_LOSS);
    if (!says_what || of_model->recipe < 0 || of_model->recipe == config->recipe || loss == of_model_loss) {
        return DNN_OK;
    }
    return status_error(
        DNN_ERROR_INVALID_ARGUMENT,
        "config is of the recipe %s, which learns by %s, but the model was made with %s: make the model "
        "with this config too",
        recipe_name(config->recipe), core_f64.loss_name(loss), core_f64.loss_name(of_model_loss));
}

int32_t config_check_same_model(const dnn_config *config, const dnn_config *of_model, int64_t depth)
{
    char chosen[TEXT_NUMBER_CAPACITY];
    char made[TEXT_NUMBER_CAPACITY];
    for (int i = 0; i < KEY_COUNT; i++) {
        const enum key key = (enum key)i;
        const char *text = key_text(key, config->values[key], chosen);
        const char *model_text = key_text(key, of_model->values[key], made);
        if (key_table[key].of_model && config->chosen[key] && strcmp(text, model_text) != 0) {
            return differs(key_table[key].name, 0, text, model_text);
        }
    }
    for (int64_t i = 0; i < config->of_layer_count; i++) {
        const struct layer_activation *entry = &config->of_layer[i];
        const int32_t kind = config_activation(of_model, entry->layer, depth);
        if (entry->kind != kind) {
            const char *(*name)(int32_t) = key_table[KEY_ACTIVATION].choice;
            return differs("activation", entry->layer, name(entry->kind), name(kind));
        }
    }
    return check_recipe(config, of_model);
}
